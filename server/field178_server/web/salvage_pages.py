"""Records that tablets still have: the list, and the page on which one is taken in or set aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.auth import current_officer
from field178_server.queries.reach import Reach, reach_of
from field178_server.queries.salvage_list import (
    ASIDE,
    WAITING,
    SalvagePage,
    contents_of,
    count_salvaged,
    salvaged_record,
    salvaged_records,
)
from field178_server.runtime import current_runtime
from field178_server.services import salvage_desk
from field178_server.services.audit import Actor
from field178_server.services.desk import Desk
from field178_server.services.reasons import require_reason
from field178_server.services.salvage_desk import Wanted
from field178_server.services.type_rules import declared_types
from field178_server.unit_of_work import run_write, snapshot
from field178_server.web.blueprint import web
from field178_server.web.flash import Flash, leave_flash, take_flash
from field178_server.web.paging import page_links, wanted_page
from field178_server.web.policy import may
from field178_server.web.preferences import chosen_language
from field178_server.web.queue_view import Choice
from field178_server.web.rendering import desk_of, render
from field178_server.web.salvage_view import salvage_detail, salvage_view, salvage_views
from field178_server.web.speech import Speech
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.i18n import N_

FLASHES = frozenset({"taken_in", "salvage_aside"})
_STATES = {WAITING: N_("To be decided"), ASIDE: N_("Those set aside")}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act that was not done, and what to say about it."""

    status: int
    message: str


@web.get("/salvage")
def salvage() -> Response:
    """Show records that tablets have and the server does not."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    reach, wanted = reach_of(officer.role, officer.scopes), wanted_page(request.args.get("page", ""))
    state = ASIDE if request.args.get("state") == ASIDE else WAITING
    speech = Speech(language)
    with snapshot(runtime.engine) as session:
        found = salvaged_records(session, runtime.tenant_id, reach, wanted, state)
        counts = {one: count_salvaged(session, runtime.tenant_id, reach, one) for one in _STATES}
        flash = _flash(session, reach, speech)
        desk = desk_of(session, officer, speech, "web.salvage")
    shown = None if state == WAITING else state
    return render(
        "salvage.html",
        desk=desk,
        active="web.salvage",
        flash=flash,
        is_aside=state == ASIDE,
        drawers=[
            Choice(
                url_for("web.salvage", state=None if one == WAITING else one),
                speech.say(label),
                one == state,
                counts[one],
            )
            for one, label in _STATES.items()
        ],
        may_act=may(officer.role, "web.take_salvaged", speech.lists),
        records=salvage_views(found, language),
        pages=page_links(found.page, lambda number: url_for("web.salvage", state=shown, page=number)),
    )


@web.get("/salvage/<record_id>/<h>")
def salvaged_record_page(record_id: str, h: str) -> Response:
    """Show one record as tablets have it, with what stands in the store instead."""
    return _page(record_id, h)


@web.post("/salvage/<record_id>/<h>/take")
def take_salvaged(record_id: str, h: str) -> AnyResponse:
    """Make it the latest word on its record, as the office's own change."""
    wanted = Wanted(record_id, h, _seen_rev())
    return _act(
        wanted, "taken_in", lambda session, desk: salvage_desk.take(session, desk, declared_types(), wanted)
    )


@web.post("/salvage/<record_id>/<h>/set-aside")
def set_salvaged_aside(record_id: str, h: str) -> AnyResponse:
    """Decide that it is not wanted, with a reason."""
    wanted, reason = Wanted(record_id, h), request.form.get("reason", "").strip()

    def work(session: Session, desk: Desk) -> None:
        require_reason(reason)
        salvage_desk.set_aside(session, desk, wanted, reason)

    return _act(wanted, "salvage_aside", work)


def _act(wanted: Wanted, code: str, work: Callable[[Session, Desk], object]) -> AnyResponse:
    """Do it and go back to the list; a refusal shows the record with what was typed."""
    runtime, record_id, h = current_runtime(), wanted.record_id, wanted.h or ""
    _find(record_id, h)
    desk = Desk(runtime.tenant_id, runtime.clock, runtime.ids, load(), Actor("officer", current_officer().id))
    try:
        run_write(runtime.engine, lambda session: work(session, desk))
    except AppError as error:
        # One that was decided meanwhile is found no more among those that wait.
        if error.code not in _REFUSALS:
            raise
        text = Speech(chosen_language()).say(_REFUSALS[error.code])
        return _page(record_id, h, Refusal(error.status, text))
    return leave_flash(redirect(url_for("web.salvage"), 303), code, record_id)


def _seen_rev() -> int:
    text = request.form.get("seen_rev", "")
    if not (text.isascii() and text.isdigit() and len(text) < 11):
        raise AppError(ErrorCode.BAD_REQUEST)
    return int(text)


def _find(record_id: str, h: str) -> SalvagePage:
    """Return the record, or raise AppError(not_found) where there is none or the reach ends."""
    runtime, officer = current_runtime(), current_officer()
    with snapshot(runtime.engine) as session:
        reach = reach_of(officer.role, officer.scopes)
        found = salvaged_record(session, runtime.tenant_id, reach, record_id, h)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return found


def _page(record_id: str, h: str, refusal: Refusal | None = None) -> Response:
    officer, found, language = current_officer(), _find(record_id, h), chosen_language()
    speech = Speech(language)
    with snapshot(current_runtime().engine) as session:
        desk = desk_of(session, officer, speech, "web.salvage")
    return render(
        "salvaged.html",
        refusal.status if refusal else 200,
        desk=desk,
        active="web.salvage",
        view=salvage_detail(found, language),
        is_waiting=found.salvaged.state == WAITING,
        refusal=refusal,
        reason=request.form.get("reason", ""),
        may_act=may(officer.role, "web.take_salvaged", speech.lists),
    )


def _flash(session: Session, reach: Reach, speech: Speech) -> str:
    flash = take_flash(FLASHES)
    return flash.text(_title(session, reach, flash, speech), speech) if flash else ""


def _title(session: Session, reach: Reach, flash: Flash, speech: Speech) -> str:
    tenant_id = current_runtime().tenant_id
    for h in contents_of(session, tenant_id, flash.record_id):
        found = salvaged_record(session, tenant_id, reach, flash.record_id, h)
        if found is not None:
            return salvage_view(found.salvaged, Speech(speech.language, found.names)).title
    return speech.say(N_("the record"))


_REFUSALS = {
    ErrorCode.NOT_FOUND: N_(
        "It was decided meanwhile, or its area is not known here; nothing was done. Below is how it stands."
    ),
    ErrorCode.REVISION_CHANGED: N_(
        "The record on the server changed after you opened this page, so nothing was written."
        " Below is how it stands; look again and decide."
    ),
    ErrorCode.REQUIRED: N_("Write why it is set aside."),
    ErrorCode.TOO_LONG: N_("A reason or comment holds at most 500 characters."),
    ErrorCode.LOCKED: N_(
        "The record on the server is approved or void. Reopen it on its own page first, then take this in."
    ),
    ErrorCode.MERGED: N_("The record was merged into another one; its values are no longer written."),
    ErrorCode.PURGED: N_("Its content was removed for good and must not come back. Set it aside."),
    ErrorCode.UNKNOWN_TYPE: N_(
        "This version of the server does not know this type; take it in after an upgrade."
    ),
    ErrorCode.FORBIDDEN: N_("Records of this type are written by the system alone. Set it aside."),
    ErrorCode.WRONG_TYPE: N_("Under this id the server has a record of another type. Set it aside."),
    ErrorCode.SCOPE_MISMATCH: N_("A record of this type does not belong in that area. Set it aside."),
    ErrorCode.SCHEMA: N_("It holds a value that cannot be stored, so it cannot be taken in as it is."),
    ErrorCode.RULE: N_("Its values do not fit together, so it cannot be taken in as it is."),
}
