"""Numbers that readers of a report can infer about the cells that its annexes hide (decision 0158).

Known are the printed cells, the sums of columns, and that a part is no more than its whole. Each rule narrows
the bounds of cells until none does; tests compare them with linear programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from field178_server.office.reports.content import HIDDEN, NOT_SHOWN
from field178_server.office.reports.printed import PrintedAnnex, printed
from field178_shared.codelists import CodeLists
from field178_shared.indicators.differences import LEAST_SPAN
from field178_shared.indicators.suppression import SMALLEST_SHOWN, is_small

_WORKERS = re.compile(r"workers_\w+(?=\)\)$)")
_CONDITION = re.compile(r", where=.*(?=\)$)")

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class InferredCell:
    """A hidden cell: its unit and column, the least and greatest it can be, and what to hide besides.

    `is_narrow`: it is a small number, and told closer than as one from one to four.
    """

    unit: str
    column: str
    text: str
    least: float
    most: float
    is_narrow: bool
    besides: str = ""


@dataclass(frozen=True, slots=True)
class AnnexInference:
    """An annex of a report with its hidden cells."""

    title: str
    cells: tuple[InferredCell, ...]


@dataclass(slots=True)
class _Table:
    """Bounds of the cells of people of an annex, by row and column; the last row of a sum is its total."""

    bounds: dict[Cell, tuple[float, float]] = field(default_factory=dict)
    is_changed: bool = False

    def narrow(self, cell: Cell, least: float, most: float) -> None:
        """Intersect the bounds of a cell."""
        low, high = self.bounds[cell]
        bounds = max(low, least), min(high, most)
        self.is_changed = self.is_changed or bounds != (low, high)
        self.bounds[cell] = bounds


def inferences(content: Mapping[str, Any], lists: CodeLists) -> list[AnnexInference]:
    """Return the annexes of a content that hide cells, with what readers can infer of each."""
    annexes = zip(content["annexes"], printed(content).annexes, strict=True)
    inferred = (AnnexInference(shown.title, tuple(_cells(annex, shown, lists))) for annex, shown in annexes)
    return [annex for annex in inferred if annex.cells]


def _cells(annex: Mapping[str, Any], shown: PrintedAnnex, lists: CodeLists) -> Iterator[InferredCell]:
    rows = [*annex["rows"], *([annex["total"]] if annex["total"] is not None else [])]
    if not annex["rows"] or not any(annex["people"]):
        return
    columns = [place for place, is_people in enumerate(annex["people"], 1) if is_people]
    table = _table(shown, columns)
    wholes = _wholes(annex, lists, columns)
    _close(table, shown, columns, wholes)
    for row, place in sorted(table.bounds):
        text = shown.rows[row][place]
        if text not in (HIDDEN, NOT_SHOWN):
            continue
        least, most = table.bounds[row, place]
        number = rows[row][place]
        is_narrow = (
            isinstance(number, int) and is_small(number) and most - least < LEAST_SPAN and text != HIDDEN
        )
        besides = _smallest_shown(rows, shown, place) if is_narrow else ""
        yield InferredCell(shown.rows[row][0], shown.head[place], text, least, most, is_narrow, besides)


def _table(shown: PrintedAnnex, columns: Sequence[int]) -> _Table:
    table = _Table()
    for row, texts in enumerate(shown.rows):
        for place in columns:
            table.bounds[row, place] = _printed_bounds(texts[place])
    return table


def _printed_bounds(text: str) -> tuple[float, float]:
    if text == HIDDEN:
        return 1, SMALLEST_SHOWN - 1
    if text == NOT_SHOWN:
        return 0, inf
    digits = text.replace(".", "")
    number = int(digits) if digits.isdecimal() else 0
    return number, number


def _wholes(annex: Mapping[str, Any], lists: CodeLists, columns: Sequence[int]) -> list[tuple[int, int]]:
    """Return pairs of columns, a part and its whole, derived from their formulas."""
    names = lists.annex_tables[annex["id"]].columns if annex["id"] in lists.annex_tables else ()
    texts = {
        place: lists.figures.columns[names[place - 1]].text
        for place in columns
        if place <= len(names) and names[place - 1] in lists.annex_columns
    }
    by_text = {text: place for place, text in texts.items()}
    pairs = []
    for place, text in texts.items():
        for whole in (_WORKERS.sub("workers_total", text), _CONDITION.sub("", text)):
            if whole != text and whole in by_text:
                pairs.append((place, by_text[whole]))
    return pairs


def _close(
    table: _Table, shown: PrintedAnnex, columns: Sequence[int], wholes: Sequence[tuple[int, int]]
) -> None:
    table.is_changed = True
    while table.is_changed:
        table.is_changed = False
        for place in columns if shown.is_summed else ():
            _add_up(table, [(row, place) for row in range(len(shown.rows))])
        for part, whole in wholes:
            for row in range(len(shown.rows)):
                table.narrow((row, part), 0, table.bounds[row, whole][1])
                table.narrow((row, whole), table.bounds[row, part][0], inf)


def _add_up(table: _Table, column: Sequence[Cell]) -> None:
    """Narrow the cells of a column by their sum, which is its last cell, and the sum by its cells."""
    *parts, total = column
    least = sum(table.bounds[cell][0] for cell in parts)
    most = sum(table.bounds[cell][1] for cell in parts)
    table.narrow(total, least, most)
    low, high = table.bounds[total]
    for cell in parts:
        own_least = table.bounds[cell][0]
        others = sum(table.bounds[other][1] for other in parts if other != cell)
        table.narrow(cell, low - others, high - (least - own_least))
        least += table.bounds[cell][0] - own_least


def _smallest_shown(rows: Sequence[Sequence[object]], shown: PrintedAnnex, place: int) -> str:
    """Return the unit whose shown number of a column is the smallest: hiding it besides protects most."""
    numbers = [
        (number, texts[0])
        for row, texts in zip(rows[:-1] if shown.is_summed else rows, shown.rows, strict=False)
        if isinstance(number := row[place], int) and number and texts[place] not in (HIDDEN, NOT_SHOWN)
    ]
    return min(numbers, default=(0, ""))[1]
