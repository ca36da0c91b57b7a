"""Exports: figures and lists as files that a job writes and that are kept for some days."""
