"""Bytes of files: the folders they lie in, and what makes a file fit to be kept. No database here."""
