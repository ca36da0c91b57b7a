"""Page of the open work of an officer, and its hand-over to another one."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.people.flashes import FLASHES
from field178_server.console.people.pages import account_of
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.page import current_page
from field178_server.office.people import operations, queries
from field178_server.records.access import AccessFilter
from field178_shared.errors import ErrorCode, message
from field178_shared.text.i18n import N_

_HAND_OVER = {
    ErrorCode.REVISION_CHANGED: N_("Nothing is left to hand over: it was answered or given on meanwhile."),
}
_UNDO = {
    ErrorCode.REVISION_CHANGED: N_("It can no longer be taken back: something came after it."),
}


def open_work(officer_id: str) -> Response:
    """Show the records that wait for an officer's correction, their possible successors, and hand-overs."""
    return _work_page(officer_id)


def hand_over(officer_id: str) -> AnyResponse:
    """Hand the open work of an officer over to another one in one step."""
    account_of(officer_id)
    to_id, context = request.form.get("to", ""), office()
    if not to_id:
        return _work_page(officer_id, 422, message(ErrorCode.REQUIRED, current_page().localizer.language))
    refusal = attempt(
        lambda session: operations.hand_over(session, context, _access(), officer_id, to_id),
        _HAND_OVER,
    )
    if refusal is not None:
        return _work_page(officer_id, refusal.status, refusal.message)
    return done(url_for("console.people.open_work", officer_id=officer_id), "handed_over", officer_id)


def undo_hand_over(officer_id: str) -> AnyResponse:
    """Undo a hand-over if nothing was changed after it."""
    account_of(officer_id)
    hand_over_id, context = request.form.get("hand_over", ""), office()
    refusal = attempt(
        lambda session: operations.undo(session, context, officer_id, hand_over_id),
        _UNDO,
    )
    if refusal is not None:
        return _work_page(officer_id, refusal.status, refusal.message)
    return done(url_for("console.people.open_work", officer_id=officer_id), "hand_over_undone", officer_id)


def _work_page(officer_id: str, status: int = 200, refusal: str = "") -> Response:
    page, account = current_page(), account_of(officer_id)
    with page.reading() as session:
        records = queries.open_records(session, page.tenant_id, _access(), officer_id)
        successors = queries.successors(session, page.tenant_id, officer_id, records)
        hand_overs = queries.hand_overs(session, page.tenant_id, officer_id)
        officer_ids = [id_ for made in hand_overs for id_ in (made.to_id, made.made_by) if id_]
        names = queries.names_on(session, page.tenant_id, records, officer_ids)
    page.use_names(names)
    is_admin = page.may("console.people.detail")
    agencies = page.lists.agencies
    return page.render(
        "people/work.html",
        status,
        active="console.people.index" if is_admin else "console.teams.index",
        flash=page.flash_text(FLASHES, account.officer.name),
        account=account.officer,
        count=len(records),
        # An administrator hands work over without reading it.
        records=records if page.may("console.reviews.detail") else (),
        successors=[
            (row.officer_id, f"{row.name} · {page.localizer.label(agencies, row.agency)} · {row.count}")
            for row in successors
        ],
        hand_overs=hand_overs,
        refusal=refusal,
        chosen=request.form.get("to", ""),
    )


def _access() -> AccessFilter:
    page = current_page()
    return AccessFilter(None) if page.may("console.people.close") else page.access
