"""The page in place of figures that are counted in the background first."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response
from sqlalchemy.orm import Session

from field178_server.console.indicators.figure_address import FigureAddress
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import run_write
from field178_server.office.indicators.totals.operations import keep_period
from field178_server.office.indicators.totals.progress import share_counted
from field178_shared.indicators.periods import Period

_LOOK_AGAIN_S = 60


def keep(periods: Sequence[Period], address: FigureAddress) -> None:
    """Have periods counted from now on."""
    page, today = current_page(), address.question.today

    def write(session: Session) -> None:
        for period in periods:
            keep_period(session, page.tenant_id, period, today)

    if periods:
        run_write(page.runtime.engine, write)


def being_counted(address: FigureAddress, back: str = "", period: Period | None = None) -> Response:
    """Return the page of a period that is counted first, by default that of the address."""
    keep([period or address.question.period], address)
    page = current_page()
    with page.reading() as session:
        share = share_counted(session, page.tenant_id, page.lists)
    response = page.render(
        "indicators/counting.html",
        address=address,
        filters=address.filters(page.localizer),
        period=address.period_text(page.localizer),
        area=address.area_text(page.localizer),
        back=back,
        share=share,
    )
    response.headers["Refresh"] = str(_LOOK_AGAIN_S)
    return response
