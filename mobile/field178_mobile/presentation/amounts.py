"""Amounts of data in words."""

from __future__ import annotations


def amount_text(size_bytes: int) -> str:
    """Return an amount of data as text: 8 MB, 640 kB; at least 1 kB."""
    if size_bytes >= 999_500:
        return f"{round(size_bytes / 1e6)} MB"
    return f"{max(1, round(size_bytes / 1000))} kB"
