"""Figures as an export: a row for each indicator in the area and in each of its communes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from field178_server.console.components.left_out import sentences_for
from field178_server.console.text.figure_texts import OPEN_SHARE
from field178_server.console.text.localize import Localizer
from field178_server.office.exports.kinds import FIGURES
from field178_server.office.exports.operations import ExportQuestion, ExportRow, ExportTable
from field178_server.office.exports.table_files import Cell, TableFile
from field178_server.office.indicators.counted_facts import AreaFacts, is_line_by_itself, parts_of_area
from field178_server.office.indicators.external_view import (
    hidden_communes,
    hidden_for,
    is_by_commune,
    seen_figures,
    seen_value_of_part,
)
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.queries import IndicatorFigure
from field178_server.office.indicators.requested_figures import RequestedFigures, read_requested_figures
from field178_server.office.indicators.stored_facts import available_facts
from field178_shared.codelists import Indicator
from field178_shared.codelists.indicators import YES_NO
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.suppression import counts_people
from field178_shared.indicators.verdicts import Verdict, reached
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date

# Names of the columns in GeoJSON, and their headings.
_COLUMNS = {
    "indicator": N_("Key of the indicator"),
    "title": N_("Indicator"),
    "official_code": N_("Official code"),
    "area_code": N_("Key of the area"),
    "area": N_("Area"),
    "level": N_("Whole area or commune"),
    "first_day": N_("First day"),
    "last_day": N_("Last day"),
    "num": N_("What is counted"),
    "den": N_("Divided by"),
    "value": N_("Value"),
    "low": N_("Value, at least"),
    "high": N_("Value, at most"),
    "unit": N_("Unit"),
    "target": N_("Target"),
    "target_met": N_("Target met"),
    "pending": N_("Waits for review"),
    "counted": N_("Places counted"),
    "countable": N_("Places in all"),
    "note": N_("Remark"),
}
_AREA, _COMMUNE = N_("Whole area"), N_("One commune")
_NOT_COUNTED = N_("Nobody has counted them yet.")
_NOTHING: tuple[Cell, ...] = (None,) * 5
_VERDICTS = {
    Verdict.MET: N_("Yes"),
    Verdict.NOT_MET: N_("No"),
    Verdict.UNKNOWN: N_("Not enough counted to conclude"),
}


def figures_table(session: Session, question: ExportQuestion, localizer: Localizer) -> ExportTable:
    """Return the figures of a period that the officer may see."""
    context, officer = question.context, question.officer
    request = read_requested_figures(question.arguments, officer, localizer.lists, local_date(context.now()))
    period = request.question.period
    indicators = list(localizer.lists.indicators.values())
    ids = [indicator.id for indicator in indicators]
    facts = available_facts(session, context.tenant_id, request.question, ids)
    figures = {
        indicator.id: facts.figure(indicator, period)
        for indicator in indicators
        if facts.has_figure(indicator, period)
    }
    hidden = hidden_for(session, context.tenant_id, request, figures)
    figures = dict(seen_figures(request, figures, hidden))
    missing = left_out(session, context.tenant_id, request.question)
    sentences = sentences_for(missing, officer.role, localizer)
    writer = _FigureRows(request, facts, localizer, hidden, sentences)
    headings = [localizer.say(text) for text in _COLUMNS.values()]
    title = localizer.say(N_("Figures of the indicators"))
    return ExportTable(
        TableFile(FIGURES, title, headings),
        tuple(_COLUMNS),
        (row for indicator in indicators for row in writer.rows(indicator, figures.get(indicator.id))),
        len(indicators) * (1 + len(parts_of_area(facts.area))),
    )


@dataclass(frozen=True, slots=True)
class _FigureRows:
    """Writer of figures as rows; `hidden`: ids of indicators that the reader does not see.

    `left_out`: sentences about records that no figure of the area counts.
    """

    request: RequestedFigures
    facts: AreaFacts
    localizer: Localizer
    hidden: frozenset[str]
    left_out: Sequence[str]

    def rows(self, indicator: Indicator, figure: IndicatorFigure | None) -> Iterator[ExportRow]:
        """Yield the row of the area, and those of its communes if the reader sees them; None: not counted."""
        is_hidden = indicator.id in self.hidden
        yield self._row(indicator, figure, "", is_hidden=is_hidden), None
        question, is_external = self.request.question, self.request.is_external
        if indicator.privacy or figure is None or not figure.approved.is_sent:
            return
        if is_external and (is_hidden or not is_by_commune(question, indicator)):
            return
        hidden = hidden_communes(self.facts, indicator) if is_external else frozenset[str]()
        for unit_id, part in parts_of_area(self.facts.area).items():
            part_figure = self.facts.figure(indicator, question.period, part)
            if is_external:
                part_figure = replace(part_figure, approved=seen_value_of_part(part_figure.approved))
            # A unit that is no commune has a row only if something is counted there.
            if is_line_by_itself(question.lists, unit_id, part) or part_figure.approved.num:
                yield self._row(indicator, part_figure, unit_id, is_hidden=unit_id in hidden), None

    def _row(
        self, indicator: Indicator, figure: IndicatorFigure | None, unit_id: str, *, is_hidden: bool
    ) -> Sequence[Cell]:
        say, question = self.localizer.say, self.request.question
        area = unit_id or self.request.area_id
        days = question.period.first, question.last_day
        numbers: tuple[Cell, ...] = _NOTHING
        target: tuple[Cell, ...] = (None, None)
        pending: Cell = None
        coverage: tuple[Cell, Cell] = (None, None)
        note = ""
        if figure is None:
            note = say(N_("being counted"))
        elif not figure.approved.is_sent:
            note = say(N_("Not sent yet"))
        elif not figure.approved.is_counted:
            note = say(_NOT_COUNTED)
        elif is_hidden:
            note = say(N_("Not shown: a number from 1 to 4 could be worked out from it."))
        else:
            value = figure.approved
            numbers = (value.num, value.den, value.value, value.low, value.high)
            target = ("", "") if unit_id else self._target(indicator, value)
            if value.coverage is not None:
                coverage = (value.coverage.counted, value.coverage.every)
            pending = None if self.request.is_external else figure.with_waiting.num - value.num
            if value.is_open:
                note = say(OPEN_SHARE)
            if self.request.is_rounded and counts_people(self.localizer.lists, indicator):
                note = say(N_("Rounded down to a multiple of 5 while the year lasts."))
        return (
            indicator.id,
            indicator.label(self.localizer.language),
            indicator.official_code or "",
            area,
            self.localizer.area(area),
            say(_COMMUNE if unit_id else _AREA),
            *days,
            *numbers,
            "" if indicator.unit == YES_NO else indicator.unit,
            *target,
            pending,
            *coverage,
            note if unit_id else " ".join(text for text in (note, *self.left_out) if text),
        )

    def _target(self, indicator: Indicator, value: FigureValue) -> tuple[Cell, Cell]:
        comparison = reached(self.request.profile, indicator.id, value)
        if comparison is None:
            return None, None
        verdict = _VERDICTS.get(comparison.verdict)
        return comparison.target, "" if verdict is None else self.localizer.say(verdict)
