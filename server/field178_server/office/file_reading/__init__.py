"""Limits of size, width and time for reading uploaded files: XLSX workbooks, and a slot for each reading."""
