"""Totals of the indicators: stored, settled after changes of records, read and recounted."""
