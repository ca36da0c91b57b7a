"""Whole numbers in text that comes from outside: addresses, forms, headers, settings."""

from __future__ import annotations

# Enough for bytes, revisions and page numbers. Python raises ValueError above 4,300 digits.
MAX_DIGITS = 15


def parse_whole_number(text: str, max_digits: int = MAX_DIGITS) -> int | None:
    """Return a number written in ASCII digits alone, None for every other or a longer text."""
    is_number = text.isascii() and text.isdigit() and len(text) <= max_digits
    return int(text) if is_number else None
