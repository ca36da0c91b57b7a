"""Views of one indicator: its definition, its targets, its months, and its communes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from field178_server.console.indicators.charts import (
    ColumnChart,
    LineChart,
    TargetBar,
    bar_of,
    columns_of,
    line_of,
)
from field178_server.console.indicators.view import FigureWriter, NumberLink, TargetLine
from field178_server.console.text.figure_texts import OPEN_SHARE, cell_text, value_of_figure
from field178_server.console.text.formula_words import in_words
from field178_server.console.text.localize import Localizer
from field178_server.office.indicators.counted_facts import (
    AreaFacts,
    FigureQuestion,
    is_line_by_itself,
    parts_of_area,
)
from field178_server.office.indicators.external_view import (
    hidden_communes,
    is_by_commune,
    seen_value_of_part,
)
from field178_server.office.indicators.queries import IndicatorFigure
from field178_server.office.indicators.requested_figures import WHOLE_YEAR
from field178_shared.codelists import Indicator
from field178_shared.codelists.indicators import PERCENT
from field178_shared.indicators.areas import CountedArea, is_divided
from field178_shared.indicators.figures import FigureValue, counts_plan
from field178_shared.indicators.periods import Period, months_after
from field178_shared.indicators.suppression import counts_people, is_shown_of_whole_years, shows_parts
from field178_shared.indicators.verdicts import target_of
from field178_shared.text.formats import NOTHING
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

_HEADROOM = 1.1
# Month that a background job counts first.
_UNAVAILABLE = FigureValue(0, None, None, None, None, {})


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """The figure of a month or of a commune: numbers, value, and the months of a commune as a chart."""

    title: str
    num: NumberLink
    den: NumberLink | None
    value: str
    coverage: str = ""
    bar: TargetBar | None = None
    line: LineChart | None = None
    columns: ColumnChart | None = None
    is_divided: bool = False


@dataclass(frozen=True, slots=True)
class Trend:
    """The months of a period; `is_running`: each counts from the first day of the period."""

    is_running: bool
    rows: Sequence[PlaceLine]
    line: LineChart | None
    columns: ColumnChart | None
    labels: Sequence[str]


def months_of(question: FigureQuestion, indicator: Indicator) -> Sequence[Period]:
    """Return the periods of the months that have begun; those of a share begin with the first of them.

    A share grows towards its target from month to month.
    """
    months = [month for month in question.period.in_parts(1) if month.first <= question.today]
    if indicator.denominator is None:
        return months
    return [Period(question.period.first, month.end) for month in months]


@dataclass(frozen=True, slots=True)
class DetailWriter:
    """Puts one indicator into words."""

    writer: FigureWriter
    indicator: Indicator
    facts: AreaFacts

    @property
    def _localizer(self) -> Localizer:
        return self.writer.localizer

    @property
    def is_running(self) -> bool:
        """Whether months count from the first day of the period: a share grows towards its target."""
        return self.indicator.denominator is not None

    def definition(self) -> Sequence[tuple[str, str]]:
        """Return the rows of the definition: numerator, denominator, reporters, remarks of the list."""
        say, indicator = self._localizer.say, self.indicator
        rows = [(say(N_("What is counted")), in_words(indicator.numerator, self._localizer))]
        if indicator.denominator:
            rows.append((say(N_("Divided by")), in_words(indicator.denominator, self._localizer)))
        if counts_plan(self._localizer.lists.figures[indicator.id]):
            rows.append((say(N_("Unannounced visits")), say(OPEN_SHARE)))
        agencies = self.writer.reporters(indicator)
        rows += [(say(N_("Reported by")), agencies)] if agencies else []
        rows += [(say(N_("Official code")), indicator.official_code)] if indicator.official_code else []
        return rows

    def technical(self) -> Sequence[tuple[str, str]]:
        """Return the formulas in the notation of the list."""
        say, indicator = self._localizer.say, self.indicator
        formulas = (
            (N_("What is counted"), indicator.numerator),
            (N_("Divided by"), indicator.denominator),
            (N_("Divided by, at least"), indicator.least_denominator),
            (N_("Divided by, at most"), indicator.most_denominator),
            (N_("What is counted, at least"), indicator.least_numerator),
            (N_("What is counted, at most"), indicator.most_numerator),
        )
        return [(say(label), formula) for label, formula in formulas if formula]

    def targets(self, figure: IndicatorFigure) -> Sequence[TargetLine]:
        """Return the targets of the indicator in each plan of the lists."""
        profiles = self._localizer.lists.target_profiles.values()
        lines = (self.writer.target_line(self.indicator, figure, plan) for plan in profiles)
        return [line for line in lines if line is not None]

    def trend(self) -> Trend | None:
        """Return the figures by month, with gaps for uncounted months; None: the reader sees none."""
        months = months_of(self.writer.address.question, self.indicator)
        figures = [self._in_month(month) for month in months]
        if self._hides_months(figures):
            return None
        figures = [self._seen(figure) for figure in figures]
        rows = [
            self._row(self._month_title(month), figure, self._days(month), is_hidden=False)
            for month, figure in zip(months, figures, strict=True)
        ]
        every = self._period.in_parts(1)
        values = [figure.value for figure in figures]
        most, slots = self._most([figures]), len(every)
        return Trend(
            self.is_running,
            rows,
            line_of(figures, slots, most, self._target) if self.is_running else None,
            None if self.is_running else columns_of(values, slots, most),
            [str(month.first.month) for month in every],
        )

    def communes(self) -> Sequence[PlaceLine]:
        """Return the figures by commune with their months; units that are no communes come last."""
        is_external, question = self.writer.address.is_external, self.writer.address.question
        if self.indicator.privacy or (is_external and not is_by_commune(question, self.indicator)):
            return ()
        labels = self._localizer.lists.units
        area = self.facts.area
        parts = parts_of_area(area)
        ordered = [key for key, _ in by_label((key, self._localizer.label(labels, key)) for key in parts)]
        figures = {key: self.facts.value(self.indicator, self._period, parts[key]) for key in ordered}
        # A unit that is no commune has a row only if something is counted there, and none without a reporter.
        lists = self._localizer.lists
        shown = [key for key in ordered if is_line_by_itself(lists, key, parts[key]) or figures[key].num]
        shown = [key for key in shown if figures[key].is_sent]
        shown.sort(key=lambda key: bool(parts[key].others))
        hidden = hidden_communes(self.facts, self.indicator) if is_external else frozenset[str]()
        months = () if is_external else months_of(question, self.indicator)
        series = {key: [self._in_month(month, parts[key]) for month in months] for key in shown}
        most = self._most(series.values())
        return [self._commune(key, figures[key], series[key], most, is_hidden=key in hidden) for key in shown]

    @property
    def _period(self) -> Period:
        return self.writer.address.question.period

    @property
    def _target(self) -> float | None:
        return target_of(self.writer.address.profile, self.indicator.id)

    def _commune(
        self,
        unit_id: str,
        value: FigureValue,
        series: Sequence[FigureValue],
        most: float,
        *,
        is_hidden: bool,
    ) -> PlaceLine:
        title = self._localizer.label(self._localizer.lists.units, unit_id)
        row = self._row(title, value, {"unit": unit_id}, is_hidden=is_hidden)
        if is_hidden:
            return row
        slots, has_months = len(self._period.in_parts(1)), bool(series)
        return PlaceLine(
            row.title,
            row.num,
            row.den,
            row.value,
            row.coverage,
            bar_of(self.indicator, self._seen(value), [self.writer.address.profile]),
            line_of(series, slots, most, self._target) if has_months and self.is_running else None,
            columns_of([figure.value for figure in series], slots, most)
            if has_months and not self.is_running
            else None,
            is_divided=unit_id in {former.unit_id for former in self.facts.area.former}
            and is_divided(self._localizer.lists, unit_id),
        )

    def _row(self, title: str, value: FigureValue, where: Mapping[str, str], *, is_hidden: bool) -> PlaceLine:
        if value is _UNAVAILABLE:
            return PlaceLine(title, NumberLink(self._localizer.say(N_("being counted"))), None, NOTHING)
        if not value.is_sent:
            return PlaceLine(title, NumberLink(self._localizer.say(N_("not sent"))), None, NOTHING)
        if not value.is_counted:
            return PlaceLine(title, NumberLink(self._localizer.say(N_("not counted"))), None, NOTHING)
        if is_hidden:
            return PlaceLine(title, NumberLink(cell_text(self._localizer)), None, NOTHING)
        num = self._number("num", value.num, where)
        den = None if value.den is None else self._number("den", value.den, where)
        seen = self._seen(value)
        text = value_of_figure(self.indicator, seen, self._localizer)
        return PlaceLine(title, num, den, text, self.writer.coverage(seen) if seen.is_uncounted else "")

    def _seen(self, value: FigureValue) -> FigureValue:
        is_as_it_is = value is _UNAVAILABLE or not self.writer.address.is_external
        return value if is_as_it_is else seen_value_of_part(value)

    def _number(self, side: str, number: float, where: Mapping[str, str]) -> NumberLink:
        plain = self.writer.number(self.indicator, side, number)
        if self.writer.address.is_external:
            return NumberLink(plain.text)
        href = self.writer.address.href("console.indicators.records", self.indicator.id, side=side, **where)
        return NumberLink(plain.text, href)

    def _in_month(self, month: Period, area: CountedArea | None = None) -> FigureValue:
        if not self.facts.has_figure(self.indicator, month):
            return _UNAVAILABLE
        return self.facts.value(self.indicator, month, area)

    def _days(self, month: Period) -> Mapping[str, str]:
        last = (month.end - timedelta(days=1)).isoformat()
        return {"until": last} if self.is_running else {"since": month.first.isoformat(), "until": last}

    def _month_title(self, month: Period) -> str:
        last = month.end - timedelta(days=1)
        if month.end.day == 1:
            return f"{last.month:02d}/{last.year}"
        return f"{self._localizer.day(months_after(month.end, -1))} – {self._localizer.day(last)}"

    def _hides_months(self, figures: Sequence[FigureValue]) -> bool:
        """Return whether an external reader sees whole years that are over only, and no months."""
        address, lists = self.writer.address, self._localizer.lists
        if not address.is_external or not counts_people(lists, self.indicator):
            return False
        if address.is_rounded or is_shown_of_whole_years(lists, self.indicator):
            return True
        is_whole = address.period_name == WHOLE_YEAR and _UNAVAILABLE not in figures
        return not is_whole or not shows_parts(figures, is_running=self.is_running)

    def _most(self, series: Iterable[Sequence[FigureValue]]) -> float:
        if self.indicator.unit == PERCENT:
            return 100
        values = [figure.value for figures in series for figure in figures if figure.value is not None]
        return _HEADROOM * max([*values, self._target or 0, 1])
