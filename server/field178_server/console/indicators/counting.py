"""The page in place of figures that are counted in the background first."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from field178_server.console.indicators.reader import FigureAddress
from field178_server.console.shell.layout import OfficeLayout, render
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.office.indicators.totals.operations import keep_period
from field178_server.office.indicators.totals.progress import share_counted
from field178_shared.indicators.periods import Period

_LOOK_AGAIN_S = 60


def keep(periods: Sequence[Period], address: FigureAddress) -> None:
    """Have periods counted from now on."""
    runtime, today = current_runtime(), address.question.today

    def write(session: Session) -> None:
        for one in periods:
            keep_period(session, runtime.tenant_id, one, today)

    if periods:
        run_write(runtime.engine, write)


def being_counted(
    address: FigureAddress,
    layout: OfficeLayout,
    localizer: Localizer,
    back: str,
    period: Period | None = None,
) -> Response:
    """Say that a period is counted first, by default that of the address; the page looks again by itself."""
    keep([period or address.question.period], address)
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        share = share_counted(session, runtime.tenant_id, address.question.lists)
    response = render(
        "indicators/counting.html",
        layout=layout,
        active="console.indicators.index",
        address=address,
        filters=address.filters(localizer),
        period=address.period_text(localizer),
        area=address.area_text(localizer),
        back=back,
        percent=localizer.number(share),
    )
    response.headers["Refresh"] = str(_LOOK_AGAIN_S)
    return response
