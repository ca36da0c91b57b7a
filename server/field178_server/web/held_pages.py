"""Changes held back: the list, and the page on which the office runs one again, mends it or sets it aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.auth import current_officer
from field178_server.queries.quarantine_list import (
    ASIDE,
    OPEN,
    HeldPage,
    count_held,
    hashes_of,
    held_change,
    held_changes,
)
from field178_server.queries.reach import Reach, reach_of
from field178_server.runtime import current_runtime
from field178_server.services import held_desk
from field178_server.services.audit import Actor
from field178_server.services.batch import Batch
from field178_server.services.held_desk import HeldKey, Mending
from field178_server.services.type_rules import Problems, declared_types
from field178_server.unit_of_work import run_write, snapshot
from field178_server.web.blueprint import web
from field178_server.web.flash import Flash, leave_flash, take_flash
from field178_server.web.held_view import held_view, held_views, mend_fields
from field178_server.web.paging import page_links, wanted_page
from field178_server.web.policy import may
from field178_server.web.preferences import chosen_language
from field178_server.web.queue_view import Choice
from field178_server.web.rendering import desk_of, render
from field178_server.web.speech import Speech
from field178_server.web.typed_values import control_for, read_typed
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.i18n import N_

TYPED, LEAVE_OUT, PATH = "typed:", "leave-out", "path"
FLASHES = frozenset({"ran", "still_held", "mended", "set_aside", "put_back"})
_STATES = {OPEN: N_("Held back"), ASIDE: N_("Those set aside")}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act that was not done: what to say and where; what was typed stays in the form."""

    status: int
    message: str
    problems: Problems = field(default_factory=dict)


@web.get("/quarantine")
def quarantine() -> Response:
    """Show changes that could not be applied as sent."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    reach, wanted = reach_of(officer.role, officer.scopes), wanted_page(request.args.get("page", ""))
    state = ASIDE if request.args.get("state") == ASIDE else OPEN
    speech = Speech(language)
    with snapshot(runtime.engine) as session:
        found = held_changes(session, runtime.tenant_id, reach, wanted, state)
        counts = {one: count_held(session, runtime.tenant_id, reach, one) for one in _STATES}
        flash = _flash(session, reach, speech)
        desk = desk_of(session, officer, speech)
    shown = None if state == OPEN else state
    return render(
        "quarantine.html",
        desk=desk,
        active="web.quarantine",
        flash=flash,
        is_aside=state == ASIDE,
        drawers=[
            Choice(
                url_for("web.quarantine", state=None if one == OPEN else one),
                speech.say(label),
                one == state,
                counts[one],
            )
            for one, label in _STATES.items()
        ],
        may_act=may(officer.role, "web.run_held", speech.lists),
        changes=held_views(found, language),
        pages=page_links(found.page, lambda number: url_for("web.quarantine", state=shown, page=number)),
    )


@web.get("/quarantine/<change_id>/<payload_hash>")
def held_change_page(change_id: str, payload_hash: str) -> Response:
    """Show one change that is held back, with what the office can do about it."""
    return _page(HeldKey(change_id, payload_hash))


@web.post("/quarantine/<change_id>/<payload_hash>/run")
def run_held(change_id: str, payload_hash: str) -> AnyResponse:
    """Judge the change once more, with all that waits for its record."""
    key, actor = HeldKey(change_id, payload_hash), _actor()
    _find(key)
    return _act(key, "ran", lambda batch: held_desk.run_again(batch, declared_types(), actor, key))


@web.post("/quarantine/<change_id>/<payload_hash>/mend")
def mend_held(change_id: str, payload_hash: str) -> AnyResponse:
    """Apply a mended version as the office's own change."""
    key, actor = HeldKey(change_id, payload_hash), _actor()
    record_type = _find(key).change.record_type
    return _act(
        key,
        "mended",
        lambda batch: held_desk.mend(batch, declared_types(), actor, key, _mending(record_type)),
    )


@web.post("/quarantine/<change_id>/<payload_hash>/set-aside")
def set_held_aside(change_id: str, payload_hash: str) -> AnyResponse:
    """Take the change out of the list, with a reason."""
    key, actor, reason = HeldKey(change_id, payload_hash), _actor(), request.form.get("reason", "").strip()
    _find(key)
    return _act(key, "set_aside", lambda batch: held_desk.set_aside(batch, actor, key, reason))


@web.post("/quarantine/<change_id>/<payload_hash>/put-back")
def put_held_back(change_id: str, payload_hash: str) -> AnyResponse:
    """Bring a change that was set aside back to the list."""
    key, actor = HeldKey(change_id, payload_hash), _actor()
    _find(key)
    return _act(key, "put_back", lambda batch: held_desk.put_back(batch, actor, key))


def _act(key: HeldKey, code: str, work: Callable[[Batch], object]) -> AnyResponse:
    """Do it and go back to the list; a refusal shows the change with all that was typed."""
    try:
        _write(work)
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        return _page(key, _refusal(error))
    is_held = code == "ran" and _find(key).change.state == OPEN
    return _done(key, "still_held" if is_held else code)


def _refusal(error: AppError) -> Refusal:
    speech = Speech(chosen_language())
    problems = error.details.get("problems")
    found = dict(problems) if isinstance(problems, dict) else {}
    whole = [message(code, speech.language) for code in found.pop("", [])]
    return Refusal(error.status, " ".join([speech.say(_REFUSALS[error.code]), *whole]), found)


def _done(key: HeldKey, code: str) -> AnyResponse:
    where = (
        url_for("web.held_change_page", change_id=key.change_id, payload_hash=key.payload_hash)
        if code == "still_held"
        else url_for("web.quarantine")
    )
    return leave_flash(redirect(where, 303), code, key.change_id)


def _write(work: Callable[[Batch], object]) -> None:
    runtime = current_runtime()

    def write(session: Session) -> None:
        work(Batch(session, runtime.tenant_id, runtime.clock, runtime.ids))

    run_write(runtime.engine, write)


def _actor() -> Actor:
    return Actor("officer", current_officer().id)


def _find(key: HeldKey) -> HeldPage:
    """Return the change, or raise AppError(not_found) where there is none or the reach ends."""
    runtime, officer = current_runtime(), current_officer()
    with snapshot(runtime.engine) as session:
        reach = reach_of(officer.role, officer.scopes)
        found = held_change(session, runtime.tenant_id, reach, *key)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return found


def _mending(record_type: str) -> Mending:
    """Return what was typed; all that cannot be read of it is refused together."""
    left_out = frozenset(request.form.getlist(LEAVE_OUT))
    values: dict[str, object] = {}
    problems: Problems = {}
    for path in request.form.getlist(PATH):
        if path in left_out:
            continue
        try:
            control = control_for(record_type, path, Speech("vi"))
            values[path] = read_typed(control, request.form.getlist(f"{TYPED}{path}"))
        except AppError as error:
            problems[path] = [error.code.value]
    if problems:
        raise AppError(ErrorCode.SCHEMA, problems=problems)
    return Mending(values, left_out)


def _page(key: HeldKey, refusal: Refusal | None = None) -> Response:
    officer, found, language = current_officer(), _find(key), chosen_language()
    speech = Speech(language, found.names)
    with snapshot(current_runtime().engine) as session:
        desk = desk_of(session, officer, Speech(language))
    flash = None if refusal else take_flash(frozenset({"still_held"}))
    view = held_view(found.change, speech)
    typed = {
        name.removeprefix(TYPED): request.form.getlist(name)
        for name in request.form
        if name.startswith(TYPED)
    }
    return render(
        "held.html",
        refusal.status if refusal else 200,
        desk=desk,
        active="web.quarantine",
        change=view,
        is_open=found.change.state == OPEN,
        is_aside=found.change.state == ASIDE,
        refusal=refusal,
        flash=flash.text(view.title, speech) if flash else "",
        fields=mend_fields(found, refusal.problems if refusal else {}, speech),
        typed=typed,
        left_out=request.form.getlist(LEAVE_OUT),
        reason=request.form.get("reason", ""),
        may_act=may(officer.role, "web.run_held", speech.lists),
    )


def _flash(session: Session, reach: Reach, speech: Speech) -> str:
    flash = take_flash(FLASHES)
    return flash.text(_title(session, reach, flash, speech), speech) if flash else ""


def _title(session: Session, reach: Reach, flash: Flash, speech: Speech) -> str:
    tenant_id = current_runtime().tenant_id
    for payload_hash in hashes_of(session, tenant_id, flash.record_id):
        found = held_change(session, tenant_id, reach, flash.record_id, payload_hash)
        if found is not None:
            return held_view(found.change, Speech(speech.language, found.names)).title
    return speech.say(N_("the change"))


_REFUSALS = {
    ErrorCode.REVISION_CHANGED: N_(
        "This change was dealt with meanwhile; nothing was done. Below is how it stands."
    ),
    ErrorCode.REPLACED: N_("A later change mends this one already; look at that one instead."),
    ErrorCode.REQUIRED: N_("Write why it is set aside."),
    ErrorCode.TOO_LONG: N_("A reason or comment holds at most 500 characters."),
    ErrorCode.SCHEMA: N_("Nothing was written yet: a value below cannot be stored as it is."),
    ErrorCode.RULE: N_("Nothing was written yet: the values do not fit together."),
}
