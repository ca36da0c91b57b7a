"""Approval of several records that were opened one by one and have no flag: asked once, stored together."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from werkzeug.wrappers import Response

from field178_server.console.records.decisions_view import decider, decision_label
from field178_server.console.reviews.pages import view_of
from field178_server.console.reviews.queue_view import QueueQuery, parse_seen, seen_text, title_of
from field178_server.console.shell.form_actions import actor, batch_in, done
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.own_texts import confirmed
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.decision_history import DecisionKind
from field178_server.office.reviews.operations import MOST_AT_ONCE, SeenRecord
from field178_server.office.reviews.queue import QueueRow, chosen_rows
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.i18n import N_

SEVERAL = "several"


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


def _approve(session: Session, rows: list[QueueRow], chosen: Mapping[str, SeenRecord]) -> dict[str, AppError]:
    batch = batch_in(session)
    refused = reviews.approve_several(batch, actor(), [chosen[row.record_id] for row in rows])
    batch.flush()
    return refused


def _chosen() -> dict[str, SeenRecord]:
    """Return the chosen records as they were seen, by id."""
    seen = (parse_seen(text) for text in request.form.getlist("record"))
    return {one.record_id: one for one in seen}


def _rows(query: QueueQuery, chosen: Mapping[str, SeenRecord]) -> list[QueueRow]:
    """Return the chosen records within the officer's access."""
    with snapshot(current_runtime().engine) as session:
        return chosen_rows(session, view_of(query), tuple(chosen))


def _page(
    query: QueueQuery, rows: list[QueueRow], chosen: Mapping[str, SeenRecord], refused: Mapping[str, AppError]
) -> Response:
    localizer, officer = Localizer(chosen_language()), current_officer()
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, officer, localizer)
        deciders = {str(error.details["by"]) for error in refused.values() if "by" in error.details}
        words = Localizer(localizer.language, names_of(session, officer.tenant_id, deciders))
    is_too_many = len(chosen) > MOST_AT_ONCE
    return render(
        "reviews/several.html",
        422 if refused or is_too_many or not rows else 200,
        layout=layout,
        active="console.reviews.index",
        rows=[
            (
                title_of(row, localizer),
                query.record_href(row.record_id),
                seen_text(chosen[row.record_id]) if row.record_id in chosen else "",
                localizer.day(row.occurred_on.isoformat()) if row.occurred_on else "",
                _reason(refused[row.record_id], words) if refused else "",
            )
            for row in rows
        ],
        most=MOST_AT_ONCE,
        is_too_many=is_too_many,
        is_refused=bool(refused),
        view_query=query.text,
        back=query.list_href(),
    )


def _reason(error: AppError, localizer: Localizer) -> str:
    """Return why a record was not approved; a decision made meanwhile is named."""
    sentence = message(error.code, localizer.language)
    if error.code is not ErrorCode.DECIDED_MEANWHILE:
        return sentence
    decision = error.details
    label = decision_label(DecisionKind(str(decision["decision"])), localizer)
    made = localizer.say(N_("{what} by {who}, {when}")).format(
        what=label.text,
        who=decider(str(decision["by"]), localizer),
        when=localizer.instant(decision["at"]),
    )
    return f"{sentence} {made}"
