"""Texts of the console: labels, formats and parsing of values in the reader's language."""
