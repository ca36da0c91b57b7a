"""Totals of the indicators: stored, settled as records change, read, and counted anew."""
