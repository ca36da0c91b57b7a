"""The page of the figures against their targets."""

from __future__ import annotations

from flask import Response, request

from field178_server.console.components.left_out import left_out_note
from field178_server.console.indicators.counting import being_counted
from field178_server.console.indicators.reader import read_address
from field178_server.console.indicators.view import FigureWriter, cards_of
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.indicators.from_above import hidden_for, seen_figures
from field178_server.office.indicators.kept_facts import figures_at_hand
from field178_server.office.indicators.left_out import left_out
from field178_shared.time.clock import local_date


def index() -> Response:
    """Show the figures of an area and a period against the targets of up to two plans."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    address = read_address(request.args, officer, localizer, local_date(runtime.clock.now()))
    question = address.question
    with snapshot(runtime.engine) as session:
        found = figures_at_hand(session, runtime.tenant_id, question)
        layout = layout_of(session, officer, localizer)
        if found is None:
            return being_counted(address, layout, localizer, "")
        hidden = hidden_for(session, runtime.tenant_id, address, found)
        missing = left_out(session, runtime.tenant_id, question)
    found = seen_figures(address, found, hidden)
    writer = FigureWriter(address, localizer, hidden)
    cards, groups = cards_of(writer, found)
    return render(
        "indicators/list.html",
        layout=layout,
        active="console.indicators.index",
        address=address,
        filters=address.filters(localizer),
        period=address.period_text(localizer),
        area=address.area_text(localizer),
        plans=[one.label(localizer.language) for one in writer.plans],
        cards=cards,
        groups=groups,
        left_out=left_out_note(missing, officer, localizer),
        now=localizer.instant(runtime.clock.now()),
    )
