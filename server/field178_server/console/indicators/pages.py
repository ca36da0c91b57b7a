"""The page of the figures against their targets."""

from __future__ import annotations

from flask import Response, request

from field178_server.console.components.left_out import left_out_note
from field178_server.console.indicators.counting import being_counted
from field178_server.console.indicators.figure_address import read_address
from field178_server.console.indicators.view import FigureWriter, cards_of
from field178_server.console.shell.page import current_page
from field178_server.office.indicators.external_view import hidden_for, seen_figures
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.stored_facts import available_figures


def index() -> Response:
    """Show the figures of an area and a period against the targets of up to two plans."""
    page = current_page()
    address = read_address(request.args, page.officer, page.localizer, page.today)
    with page.reading() as session:
        figures = available_figures(session, page.tenant_id, address.question)
        if figures is not None:
            hidden = hidden_for(session, page.tenant_id, address, figures)
            missing = left_out(session, page.tenant_id, address.question)
    if figures is None:
        return being_counted(address)
    writer = FigureWriter(address, page.localizer, hidden)
    cards, groups = cards_of(writer, seen_figures(address, figures, hidden))
    return page.render(
        "indicators/list.html",
        address=address,
        filters=address.filters(page.localizer),
        period=address.period_text(page.localizer),
        area=address.area_text(page.localizer),
        plans=[plan.label(page.localizer.language) for plan in writer.plans],
        cards=cards,
        groups=groups,
        left_out=left_out_note(missing, page.officer, page.localizer),
        now=page.now,
    )
