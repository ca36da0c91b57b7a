"""Approval of several records that were opened one by one and have no flag: asked once, stored together."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from werkzeug.wrappers import Response

from field178_server.console.reviews.pages import view_of
from field178_server.console.reviews.queue_view import QueueQuery, title_of
from field178_server.console.shell.blueprint import console
from field178_server.console.shell.form_actions import actor, batch_in, done
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.own_texts import confirmed
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.operations import MOST_AT_ONCE
from field178_server.office.reviews.queue import QueueRow, chosen_rows
from field178_shared.errors import ErrorCode, message
from field178_shared.text.formats import parse_whole_number

SEVERAL = "several"


@console.post("/reviews/approve")
def approve_several() -> Response:
    """Ask about the chosen records, then approve them; those that are refused are named with the reason."""
    query, chosen = QueueQuery.parse(request.form.get("view", "")), _chosen()
    rows = _rows(query, chosen)
    if len(chosen) > MOST_AT_ONCE or not chosen or SEVERAL not in confirmed():
        return _page(query, rows, chosen, {})
    refused = run_write(current_runtime().engine, lambda session: _approve(session, rows, chosen))
    if refused:
        return _page(query, [row for row in rows if row.record_id in refused], {}, refused)
    return done(query.list_href(), "approved_several", f"{rows[0].record_id}.{len(rows)}")


def _approve(session: Session, rows: list[QueueRow], chosen: Mapping[str, int]) -> dict[str, ErrorCode]:
    batch = batch_in(session)
    seen = {row.record_id: chosen[row.record_id] for row in rows}
    refused = reviews.approve_several(batch, actor(), seen)
    batch.flush()
    return refused


def _chosen() -> dict[str, int]:
    """Return the revisions that were seen of the chosen records, by id."""
    found = (text.partition(":") for text in request.form.getlist("record"))
    return {record_id: parse_whole_number(rev) or 0 for record_id, _, rev in found}


def _rows(query: QueueQuery, chosen: Mapping[str, int]) -> list[QueueRow]:
    """Return the chosen records within the officer's access."""
    with snapshot(current_runtime().engine) as session:
        return chosen_rows(session, view_of(query), tuple(chosen))


def _page(
    query: QueueQuery, rows: list[QueueRow], chosen: Mapping[str, int], refused: Mapping[str, ErrorCode]
) -> Response:
    localizer, officer = Localizer(chosen_language()), current_officer()
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, officer, localizer)
    is_too_many = len(chosen) > MOST_AT_ONCE
    return render(
        "reviews/several.html",
        422 if refused or is_too_many or not rows else 200,
        layout=layout,
        active="console.reviews",
        rows=[
            (
                title_of(row, localizer),
                query.record_href(row.record_id),
                f"{row.record_id}:{chosen.get(row.record_id, 0)}",
                localizer.day(row.occurred_on.isoformat()) if row.occurred_on else "",
                message(refused[row.record_id], localizer.language) if refused else "",
            )
            for row in rows
        ],
        most=MOST_AT_ONCE,
        is_too_many=is_too_many,
        is_refused=bool(refused),
        view_query=query.text,
        back=query.list_href(),
    )
