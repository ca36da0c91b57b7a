"""Column widths of a table by its texts; PDF, DOCX and workbook use the same widths."""

from __future__ import annotations

from collections.abc import Sequence

# Letters across a landscape page of an annex; longest line of a cell.
_PAGE_LETTERS, _LONGEST_LINE = 140, 44
_PADDING, _HEAD_LINES = 2, 3


def column_letters(head: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the width of each column in letters, so that no word and no number breaks.

    The rest of the page width is shared by the columns whose rows would take more than one line.
    """
    columns = list(zip(head, *rows, strict=True))
    narrow = [
        _PADDING + max(-(-len(column[0]) // _HEAD_LINES), *map(_longest_word, column)) for column in columns
    ]
    preferred = [_PADDING + min(max(map(len, column[1:]), default=0), _LONGEST_LINE) for column in columns]
    more = [max(wide - small, 0) for wide, small in zip(preferred, narrow, strict=True)]
    left = max(_PAGE_LETTERS - sum(narrow), 0)
    share = min(left / sum(more), 1.0) if any(more) else 0.0
    return tuple(small + round(lacking * share) for small, lacking in zip(narrow, more, strict=True))


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)
