"""Approval of several viewed records without flags, in one transaction after a confirmation."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from werkzeug.wrappers import Response

from field178_server.console.records.decisions_view import decider, decision_label
from field178_server.console.reviews.queue_query import QueueQuery, parse_seen, seen_text
from field178_server.console.reviews.queue_view import title_of
from field178_server.console.shell.form_actions import actor, done, in_batch
from field178_server.console.shell.own_texts import confirmed
from field178_server.console.shell.page import Page, current_page
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.decision_history import DecisionKind
from field178_server.office.reviews.operations import MOST_AT_ONCE, SeenRecord
from field178_server.office.reviews.queue import QueueRow, chosen_rows
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.i18n import N_

SEVERAL = "several"


def approve_several() -> Response:
    """Ask about the chosen records, then approve them; refused records are shown with the reason."""
    query, chosen = QueueQuery.parse(request.form.get("view", "")), _chosen()
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        rows = chosen_rows(session, query.view(page), tuple(chosen))
    if len(chosen) > MOST_AT_ONCE or not chosen or SEVERAL not in confirmed():
        return _page(query, rows, chosen, {})
    seen = [chosen[row.record_id] for row in rows]
    refused = run_write(
        page.runtime.engine, in_batch(lambda batch: reviews.approve_several(batch, actor(), seen))
    )
    if refused:
        return _page(query, [row for row in rows if row.record_id in refused], {}, refused)
    return done(query.list_href(), "approved_several", f"{rows[0].record_id}.{len(rows)}")


def _chosen() -> dict[str, SeenRecord]:
    """Return the chosen records as seen on the page, by id."""
    seen = (parse_seen(text) for text in request.form.getlist("record"))
    return {record.record_id: record for record in seen}


def _page(
    query: QueueQuery, rows: list[QueueRow], chosen: Mapping[str, SeenRecord], refused: Mapping[str, AppError]
) -> Response:
    page = current_page()
    with page.reading() as session:
        deciders = {str(error.details["by"]) for error in refused.values() if "by" in error.details}
        names = names_of(session, page.tenant_id, deciders)
    page.use_names(names)
    is_too_many = len(chosen) > MOST_AT_ONCE
    return page.render(
        "reviews/several.html",
        422 if refused or is_too_many or not rows else 200,
        active="console.reviews.index",
        query=query,
        records=[(row, title_of(row, page.localizer)) for row in rows],
        values=[seen_text(chosen[row.record_id]) for row in rows if row.record_id in chosen],
        most=MOST_AT_ONCE,
        is_too_many=is_too_many,
        reasons={record_id: _reason(error, page) for record_id, error in refused.items()},
    )


def _reason(error: AppError, page: Page) -> str:
    """Return why a record was not approved, with the decision of another officer."""
    sentence = message(error.code, page.localizer.language)
    if error.code is not ErrorCode.DECIDED_MEANWHILE:
        return sentence
    decision = error.details
    label = decision_label(DecisionKind(str(decision["decision"])), page.localizer)
    who = decider(str(decision["by"]), page.localizer)
    when = page.localizer.instant(decision["at"])
    return f"{sentence} {page.say(N_('{what} by {who}, {when}'), what=label.text, who=who, when=when)}"
