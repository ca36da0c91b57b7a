"""Page of what readers of a report can infer of the numbers that it hides, before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import isinf

from flask import Response

from field178_server.console.reports.board_view import title_of
from field178_server.console.reports.reader import seen_report
from field178_server.console.shell.page import Page, current_page
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.reports.inference import InferredCell, inferences
from field178_server.office.reports.queries import (
    WithheldNumber,
    frozen_report,
    live_content,
    withheld_numbers,
)
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.periods import Period
from field178_shared.text.formats import date_text
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class _CellLine:
    cell: InferredCell
    bounds: str
    state: StateLabel


@dataclass(frozen=True, slots=True)
class _WithheldLine:
    label: str
    period: str
    days: str
    bounds: str


def inference(record_id: str) -> Response:
    """Show what readers can infer of each hidden cell, and why numbers are withheld."""
    page = current_page()
    withheld: list[WithheldNumber] = []
    is_uncounted = False
    with page.reading() as session:
        stored = seen_report(session, page, record_id)
        frozen = frozen_report(session, page.tenant_id, record_id)
        arguments = (session, page.tenant_id, page.lists, stored.report, page.today)
        try:
            content = frozen.content if frozen is not None else live_content(*arguments)
            withheld = [] if frozen is not None else withheld_numbers(*arguments)
        except AppError as error:
            if error.code is not ErrorCode.BEING_COUNTED:
                raise
            content, is_uncounted = {"annexes": []}, True
    annexes = [] if is_uncounted else inferences(content, page.lists)
    lines = [(annex.title, [_cell_line(cell, page) for cell in annex.cells]) for annex in annexes]
    return page.render(
        "reports/inference.html",
        record_id=record_id,
        title=title_of(stored.report, page.localizer),
        annexes=lines,
        leaks=sum(cell.is_narrow for annex in annexes for cell in annex.cells),
        withheld=[_withheld_line(number, page) for number in withheld],
        is_uncounted=is_uncounted,
        is_frozen=frozen is not None,
    )


def _cell_line(cell: InferredCell, page: Page) -> _CellLine:
    if cell.is_narrow:
        text = page.say(N_("Too close: leave {unit} out as well"), unit=cell.besides or "—")
        state = StateLabel(text, "bad", "alert")
    else:
        state = StateLabel(page.say(N_("Protected")), "ok", "check-circle")
    return _CellLine(cell, _bounds(cell.least, cell.most, page), state)


def _withheld_line(number: WithheldNumber, page: Page) -> _WithheldLine:
    return _WithheldLine(
        page.localizer.label(page.lists.indicators, number.indicator_id),
        _days(number.period),
        _days(number.inferred.period),
        _bounds(number.inferred.least, number.inferred.most, page),
    )


def _bounds(least: float, most: float, page: Page) -> str:
    number = page.localizer.number
    if isinf(most):
        return page.say(N_("{least} or more"), least=number(round(least)))
    if least == most:
        return page.say(N_("exactly {number}"), number=number(round(least)))
    return page.say(N_("{least} to {most}"), least=number(round(least)), most=number(round(most)))


def _days(period: Period) -> str:
    return f"{date_text(period.first)} – {date_text(period.end - timedelta(days=1))}"
