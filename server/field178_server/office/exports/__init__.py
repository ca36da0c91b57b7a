"""Exports: figures and lists as files that a job writes; files are stored for some days."""
