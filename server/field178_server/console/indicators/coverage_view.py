"""Grids of coverage: duties of communes, and posts of media outlets by months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from field178_server.console.indicators.figure_address import FigureAddress
from field178_server.console.text.localize import Localizer
from field178_server.office.indicators.counted_facts import AreaFacts, CountedFacts, parts_of_area
from field178_server.office.indicators.numbers import rows_of, split_of
from field178_shared.codelists import CodeLists, Indicator
from field178_shared.codelists.indicators import PERCENT
from field178_shared.formulas.sources import COMMUNE, MONTH, QUARTER
from field178_shared.indicators.areas import CountedArea
from field178_shared.indicators.periods import Period
from field178_shared.indicators.suppression import COMMUNES
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

_OUTLET = "media_outlet"


@dataclass(frozen=True, slots=True)
class GridCell:
    """Cell of a grid: sign, text for screen readers, tone, and count."""

    sign: str
    text: str
    tone: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class GridColumn:
    """Column of a grid; its full title is shown above a grid with a narrow head."""

    head: str
    title: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """A commune or an outlet, and its cells."""

    title: str
    cells: Sequence[GridCell]


@dataclass(frozen=True, slots=True)
class CoverageGrid:
    """Rows and columns; `complete`: how many rows have every cell."""

    columns: Sequence[GridColumn]
    rows: Sequence[GridRow]


def commune_indicators(lists: CodeLists) -> Sequence[Indicator]:
    """Return the indicators with a yes or no for each commune."""
    return [
        indicator
        for indicator in lists.indicators.values()
        if indicator.unit == PERCENT
        and indicator.denominator == COMMUNES
        and split_of(lists.figures[indicator.id].numerator) == COMMUNE
    ]


def outlet_indicator(lists: CodeLists) -> Indicator | None:
    """Return the indicator that counts the outlets of each month."""
    for indicator in lists.indicators.values():
        figure = lists.figures[indicator.id]
        kinds = {aggregate.of for formula in figure.formulas for aggregate in formula.aggregates}
        if figure.denominator and kinds == {_OUTLET} and split_of(figure.numerator) == MONTH:
            return indicator
    return None


@dataclass(frozen=True, slots=True)
class GridWriter:
    """Makes the grids of an address; `posts`: the records of the outlets."""

    address: FigureAddress
    facts: AreaFacts
    posts: CountedFacts
    localizer: Localizer

    def communes(self, indicators: Sequence[Indicator]) -> CoverageGrid:
        """Return the grid of communes for these indicators; quarters come before their sum."""
        columns: list[GridColumn] = []
        for indicator in indicators:
            title = indicator.label(self.localizer.language)
            columns += [
                GridColumn(self._quarter(number), f"{self._quarter(number)}: {title}")
                for number in range(len(self._quarters_of(indicator)))
            ]
            columns.append(
                GridColumn("", title, self.address.href("console.indicators.detail", indicator.id))
            )
        areas = parts_of_area(self.facts.area)
        places = by_label(
            (key, self.localizer.label(self.localizer.lists.units, key))
            for key, area in areas.items()
            if area.communes
        )
        rows = [
            GridRow(
                title, [cell for indicator in indicators for cell in self._cells(indicator, key, areas[key])]
            )
            for key, title in places
        ]
        return CoverageGrid(columns, rows)

    def outlets(self, indicator: Indicator) -> CoverageGrid:
        """Return the posts of each outlet by months in which it must publish."""
        figure, lists = self.localizer.lists.figures[indicator.id], self.localizer.lists
        months = self.address.question.period.in_parts(1)
        assert figure.denominator is not None
        owed, posted = (
            [
                {row.key: row for row in rows_of(self.posts, formula, month, self.posts.area)}
                for month in months
            ]
            for formula in (figure.denominator, figure.numerator)
        )
        outlets = [
            outlet for outlet in lists.media_outlets.values() if any(outlet.id in month for month in owed)
        ]
        ordered = by_label((outlet.id, outlet.label(self.localizer.language)) for outlet in outlets)
        rows = []
        for outlet_id, title in ordered:
            unit_id = lists.media_outlets[outlet_id].unit_id
            cells = []
            for place, month in enumerate(months):
                row = posted[place].get(outlet_id)
                count = len(row.records) if row else 0
                cells.append(self._month_cell(indicator, month, unit_id, count, outlet_id in owed[place]))
            rows.append(GridRow(title, cells))
        columns = [
            GridColumn(str(month.first.month), f"{month.first.month:02d}/{month.first.year}")
            for month in months
        ]
        return CoverageGrid(columns, rows)

    def _quarters_of(self, indicator: Indicator) -> Sequence[Period]:
        is_by_quarter = f"every({QUARTER}" in indicator.numerator
        return self.address.question.period.in_parts(3) if is_by_quarter else ()

    def _quarter(self, number: int) -> str:
        return self.localizer.say(N_("Q{number}")).format(number=number + 1)

    def _cells(self, indicator: Indicator, unit_id: str, area: CountedArea) -> Sequence[GridCell]:
        formula = self.localizer.lists.figures[indicator.id].numerator
        cells = []
        for quarter in self._quarters_of(indicator):
            totals = self.facts.totals(quarter, area)
            count = sum(totals.by_key(formula.aggregates[0]).values())
            cells.append(self._counted(indicator, quarter, unit_id, count))
        is_met = bool(self.facts.number(formula, self.address.question.period, area))
        href = self._href(indicator, unit_id, None)
        say = self.localizer.say
        met = GridCell("✓", say(N_("yes")), "ok", href)
        return [*cells, met if is_met else GridCell("✗", say(N_("no")), "bad", href)]

    def _counted(self, indicator: Indicator, part: Period, unit_id: str, count: int) -> GridCell:
        """Return the cell of a part of the period; before its end a missing number is no fault."""
        say, today = self.localizer.say, self.address.question.today
        if part.first > today:
            return GridCell("·", say(N_("not begun yet")))
        text = self.localizer.number(count)
        if count:
            href = self._href(indicator, unit_id, part)
            return GridCell(text, text, "ok", href)
        if part.end > today:
            return GridCell("…", say(N_("none yet")), "warn", self._href(indicator, unit_id, part))
        return GridCell("✗ 0", say(N_("none")), "bad", self._href(indicator, unit_id, part))

    def _month_cell(
        self, indicator: Indicator, month: Period, unit_id: str, count: int, is_owed: bool
    ) -> GridCell:
        if is_owed or month.first > self.address.question.today:
            return self._counted(indicator, month, unit_id, count)
        return GridCell("–", self.localizer.say(N_("not there yet")))

    def _href(self, indicator: Indicator, unit_id: str, part: Period | None) -> str:
        if self.address.is_external:
            return ""
        days = {}
        if part is not None:
            last = part.end - timedelta(days=1)
            days = {"since": part.first.isoformat(), "until": last.isoformat()}
        return self.address.href("console.indicators.records", indicator.id, side="num", unit=unit_id, **days)
