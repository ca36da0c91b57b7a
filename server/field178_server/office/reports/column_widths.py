"""Widths of the columns of a table by what stands in them: one rule for paper, document and workbook."""

from __future__ import annotations

from collections.abc import Sequence

# Letters of an annex that fit beside each other on a lying page; the longest line that a cell gets.
_PAGE_LETTERS, _LONGEST_LINE = 140, 44
_PADDING, _HEAD_LINES = 2, 3


def column_letters(head: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return how many letters wide each column is, so that no word and no number breaks.

    What is left of the page goes to the columns whose rows, not their heads, would take more than one line.
    """
    columns = list(zip(head, *rows, strict=True))
    narrow = [
        _PADDING + max(-(-len(column[0]) // _HEAD_LINES), *map(_longest_word, column)) for column in columns
    ]
    wanted = [_PADDING + min(max(map(len, column[1:]), default=0), _LONGEST_LINE) for column in columns]
    more = [max(one - small, 0) for one, small in zip(wanted, narrow, strict=True)]
    left = max(_PAGE_LETTERS - sum(narrow), 0)
    share = min(left / sum(more), 1.0) if any(more) else 0.0
    return tuple(small + round(one * share) for small, one in zip(narrow, more, strict=True))


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)
