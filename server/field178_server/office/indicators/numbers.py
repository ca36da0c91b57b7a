"""Parts of a number of an indicator: communes or months that add up to it, or the records that it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from field178_server.office.indicators.counted_facts import AreaFacts, CountedFacts, parts_of_area
from field178_server.records.keyset import KeysetPage, PageStart
from field178_shared.codelists.formulas import Figure
from field178_shared.formulas.figures import Formula
from field178_shared.formulas.parse import parse
from field178_shared.formulas.sources import COMMUNE, MONTH, QUARTER
from field178_shared.formulas.syntax_tree import Call, Name
from field178_shared.indicators.areas import CountedArea
from field178_shared.indicators.periods import Period
from field178_shared.indicators.record_counts import RecordCount


class NumberSide(StrEnum):
    """Numerator or denominator of a figure."""

    NUMERATOR = "num"
    DENOMINATOR = "den"


@dataclass(frozen=True, slots=True)
class NumberPart:
    """A commune or a part of the period, with its share of the number."""

    unit_id: str
    period: Period
    number: float


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A record or entity that a number counts.

    `group`: index of the aggregate in the formula. `by`: the values by which the aggregate is grouped.
    """

    group: int
    source: str
    key: str
    number: int
    by: tuple[str, ...]
    day: date | None
    records: tuple[tuple[str, date], ...]

    @property
    def record_id(self) -> str:
        """Key of the row in its list: group and record key."""
        return f"{self.group}.{self.key}"


def formula_of(figure: Figure, side: NumberSide) -> Formula | None:
    """Return the formula of a number; None if the figure has no denominator."""
    return figure.numerator if side is NumberSide.NUMERATOR else figure.denominator


def split_of(formula: Formula) -> str:
    """Return the dimension of a formula's sum: communes, months or quarters; "" for a sum of records."""
    node = parse(formula.text)
    if not isinstance(node, Call) or node.function not in ("each", "count"):
        return ""
    over = node.arguments[0]
    return over.name if isinstance(over, Name) and over.name in (COMMUNE, MONTH, QUARTER) else ""


def parts_of(
    facts: AreaFacts, formula: Formula, period: Period, area: CountedArea, *, with_waiting: bool = False
) -> tuple[NumberPart, ...]:
    """Return the parts that add up to a number; empty if the number counts records directly."""
    split = split_of(formula)
    if not split:
        return ()
    if split == COMMUNE:
        places = parts_of_area(area).items()
        divided = [(unit_id, period, place_area) for unit_id, place_area in places if not place_area.others]
    else:
        divided = [("", part, area) for part in period.parts(split, facts.question.today)]
    if len(divided) == 1 and formula.aggregates:
        return ()
    return tuple(
        NumberPart(unit_id, part, facts.number(formula, part, part_area, with_waiting=with_waiting))
        for unit_id, part, part_area in divided
    )


def rows_of(
    facts: CountedFacts, formula: Formula, period: Period, area: CountedArea, *, with_waiting: bool = False
) -> tuple[CountedRow, ...]:
    """Return a row for each record and entity that a number counts, newest first."""
    place = {aggregate.key: number for number, aggregate in enumerate(formula.aggregates)}
    by_subject: dict[tuple[int, str, str], list[RecordCount]] = {}
    for count in facts.counts_by_record(formula, period, area, with_waiting=with_waiting):
        by_subject.setdefault((place[count.aggregate], count.source, count.key), []).append(count)
    rows = [
        CountedRow(
            group,
            source,
            key,
            sum(count.number for count in group_of),
            tuple(dict.fromkeys(count.by for count in group_of if count.by)),
            max((count.day for count in group_of if count.day), default=None),
            group_of[0].records,
        )
        for (group, source, key), group_of in by_subject.items()
    ]
    return tuple(sorted(rows, key=_order))


def page_of(rows: Sequence[CountedRow], place: PageStart, size: int) -> KeysetPage[CountedRow]:
    """Return a page of rows after or before a row; the first page if that row does not exist."""
    keys = [row.record_id for row in rows]
    begin = 0
    if place.is_last:
        begin = max(0, len(rows) - size)
    elif place.after in keys:
        begin = keys.index(place.after) + 1
    elif place.before in keys:
        begin = max(0, keys.index(place.before) - size)
    shown = tuple(rows[begin : begin + size])
    return KeysetPage(
        shown,
        PageStart(before=shown[0].record_id) if shown and begin > 0 else None,
        PageStart(after=shown[-1].record_id) if begin + size < len(rows) else None,
    )


def _order(row: CountedRow) -> tuple[int, int, str]:
    day = row.day or max((on for _, on in row.records), default=None)
    return (row.group, -(day or date.min).toordinal(), row.key)
