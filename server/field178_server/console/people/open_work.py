"""Page of the open work of an officer, and its hand-over to another one."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts.officers import OfficerContext
from field178_server.console.people.flashes import FLASHES
from field178_server.console.people.pages import account_of
from field178_server.console.people.view import hand_over_lines, record_lines
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.people import operations, queries
from field178_server.records.access import AccessFilter, access_of
from field178_shared.errors import ErrorCode, message
from field178_shared.text.i18n import N_

_HAND_OVER = {
    ErrorCode.REVISION_CHANGED: N_("Nothing is left to hand over: it was answered or given on meanwhile."),
}
_UNDO = {
    ErrorCode.REVISION_CHANGED: N_("It can no longer be taken back: something came after it."),
}


def open_work(officer_id: str) -> Response:
    """Show what waits for an officer's correction, who could take it, and what was handed over."""
    return _page(officer_id)


def hand_over(officer_id: str) -> AnyResponse:
    """Give the open work of an officer to another one in one step."""
    account_of(officer_id)
    to_id, context = request.form.get("to", ""), office()
    if not to_id:
        return _page(officer_id, 422, message(ErrorCode.REQUIRED, chosen_language()))
    refusal = attempt(
        lambda session: operations.hand_over(session, context, _access(current_officer()), officer_id, to_id),
        _HAND_OVER,
    )
    if refusal is not None:
        return _page(officer_id, refusal.status, refusal.message)
    return done(url_for("console.people.open_work", officer_id=officer_id), "handed_over", officer_id)


def undo_hand_over(officer_id: str) -> AnyResponse:
    """Take a hand-over back, while nothing came after it."""
    account_of(officer_id)
    hand_over_id, context = request.form.get("hand_over", ""), office()
    refusal = attempt(
        lambda session: operations.undo(session, context, officer_id, hand_over_id),
        _UNDO,
    )
    if refusal is not None:
        return _page(officer_id, refusal.status, refusal.message)
    return done(url_for("console.people.open_work", officer_id=officer_id), "hand_over_undone", officer_id)


def _page(officer_id: str, status: int = 200, refusal: str = "") -> Response:
    runtime, officer, plain = current_runtime(), current_officer(), Localizer(chosen_language())
    account = account_of(officer_id)
    flash = take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        records = queries.open_records(session, runtime.tenant_id, _access(officer), officer_id)
        able = queries.successors(session, runtime.tenant_id, officer_id, records)
        made = queries.hand_overs(session, runtime.tenant_id, officer_id)
        others = {one for each in made for one in (each.to_id, each.made_by) if one}
        names = queries.names_on(session, runtime.tenant_id, records, others)
        layout = layout_of(session, officer, plain)
    localizer = Localizer(plain.language, names)
    agencies = localizer.lists.agencies
    reads = may(officer.role, "console.reviews.detail", plain.lists)
    is_admin = may(officer.role, "console.people.detail", plain.lists)
    return render(
        "people/work.html",
        status,
        layout=layout,
        active="console.people.index" if is_admin else "console.teams.index",
        flash=flash.text(account.officer.name, plain) if flash else "",
        account=account.officer,
        count=len(records),
        # An administrator hands work over without reading it.
        records=record_lines(records, localizer) if reads else (),
        reads=reads,
        able=[
            (one.officer_id, f"{one.name} · {localizer.label(agencies, one.agency)} · {one.count}")
            for one in able
        ],
        made=hand_over_lines(made, localizer),
        refusal=refusal,
        back=url_for("console.people.detail", officer_id=officer_id)
        if is_admin
        else url_for("console.teams.index"),
        back_text=account.officer.name if is_admin else localizer.say(N_("All teams")),
        chosen=request.form.get("to", ""),
    )


def _access(officer: OfficerContext) -> AccessFilter:
    lists = Localizer(chosen_language()).lists
    if may(officer.role, "console.people.close", lists):
        return AccessFilter(None)
    return access_of(officer.role, officer.scopes)
