"""Changes held back: the list, and the page on which the office runs one again, mends it or sets it aside."""

from __future__ import annotations

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.queries.quarantine_list import (
    ASIDE,
    OPEN,
    HeldChange,
    HeldPage,
    count_held,
    hashes_of,
    held_change,
    held_changes,
)
from field178_server.services import held_desk
from field178_server.services.held_desk import HeldKey, Mending
from field178_server.services.type_rules import Problems, declared_types
from field178_server.web.acts import Refusal, actor, attempt, batch_in, done, lists_typed
from field178_server.web.blueprint import web
from field178_server.web.fields import Place, label_at
from field178_server.web.flash import take_flash
from field178_server.web.held_view import held_view, held_views, mend_fields
from field178_server.web.preferences import chosen_language
from field178_server.web.record_links import record_link
from field178_server.web.rooms import Attempted, Leaf, Look, Room, find, list_page, page_in
from field178_server.web.speech import Speech
from field178_server.web.typed_values import control_for, read_typed, typed_again
from field178_shared.errors import AppError, ErrorCode
from field178_shared.i18n import N_

TYPED, LEAVE_OUT, PATH = "typed:", "leave-out", "path"
STILL_HELD = frozenset({"still_held"})


@web.get("/quarantine")
def quarantine() -> Response:
    """Show changes that could not be applied as sent."""
    return list_page(_ROOM)


@web.get("/quarantine/<change_id>/<payload_hash>")
def held_change_page(change_id: str, payload_hash: str) -> Response:
    """Show one change that is held back, with what the office can do about it."""
    return _page(HeldKey(change_id, payload_hash))


@web.post("/quarantine/<change_id>/<payload_hash>/run")
def run_held(change_id: str, payload_hash: str) -> AnyResponse:
    """Judge the change once more, with all that waits for its record."""
    key = HeldKey(change_id, payload_hash)
    _find(key)
    refusal = attempt(
        lambda session: held_desk.run_again(batch_in(session), declared_types(), actor(), key), _REFUSALS
    )
    if refusal:
        return _page(key, refusal)
    if _find(key).change.state == OPEN:
        here = url_for("web.held_change_page", change_id=change_id, payload_hash=payload_hash)
        return done(here, "still_held", change_id)
    return done(url_for("web.quarantine"), "ran", change_id)


@web.post("/quarantine/<change_id>/<payload_hash>/mend")
def mend_held(change_id: str, payload_hash: str) -> AnyResponse:
    """Apply a mended version as the office's own change."""
    key = HeldKey(change_id, payload_hash)
    record_type = _find(key).change.record_type

    def work(session: Session) -> None:
        held_desk.mend(batch_in(session), declared_types(), actor(), key, _mending(record_type))

    refusal = attempt(work, _REFUSALS)
    return _page(key, refusal) if refusal else done(url_for("web.quarantine"), "mended", change_id)


@web.post("/quarantine/<change_id>/<payload_hash>/set-aside")
def set_held_aside(change_id: str, payload_hash: str) -> AnyResponse:
    """Take the change out of the list, with a reason."""
    key, reason = HeldKey(change_id, payload_hash), request.form.get("reason", "").strip()
    _find(key)
    refusal = attempt(lambda session: held_desk.set_aside(batch_in(session), actor(), key, reason), _REFUSALS)
    return _page(key, refusal) if refusal else done(url_for("web.quarantine"), "set_aside", change_id)


@web.post("/quarantine/<change_id>/<payload_hash>/put-back")
def put_held_back(change_id: str, payload_hash: str) -> AnyResponse:
    """Bring a change that was set aside back to the list."""
    key = HeldKey(change_id, payload_hash)
    _find(key)
    refusal = attempt(lambda session: held_desk.put_back(batch_in(session), actor(), key), _REFUSALS)
    return _page(key, refusal) if refusal else done(url_for("web.quarantine"), "put_back", change_id)


def _find(key: HeldKey) -> HeldPage:
    return find(lambda session, tenant_id, reach: held_change(session, tenant_id, reach, *key))


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
    found = _find(key)
    speech = Speech(chosen_language(), found.names)
    change, is_open = found.change, found.change.state == OPEN
    view, flash = held_view(change, speech), None if refusal else take_flash(STILL_HELD)
    problems = refusal.problems if refusal else {}
    fields = mend_fields(found, problems, speech)
    return page_in(
        _ROOM,
        "held.html",
        Attempted(change.change_id, not is_open, refusal),
        change=view,
        href=record_link(change.record_type, change.record_id) if change.title else None,
        is_open=is_open,
        is_aside=change.state == ASIDE,
        flash=flash.text(view.title, speech) if flash else "",
        fields=fields,
        faults=[(one.label, one.error, f"#field-{one.path}") for one in fields if one.path in problems],
        typed=lists_typed(TYPED),
        unwritten=[] if is_open else _unwritten(change, speech),
        left_out=request.form.getlist(LEAVE_OUT),
    )


def _unwritten(change: HeldChange, speech: Speech) -> list[tuple[str, str]]:
    """Return what was typed for a change that waits no longer, so that nobody has to type it twice."""
    kind, reason = change.record_type, request.form.get("reason", "").strip()
    values = [
        (label_at(Place(kind, path, change.values), speech), typed_again((kind, path), texts, speech))
        for path, texts in lists_typed(TYPED).items()
    ]
    return [*values, *([(speech.say(N_("Why it is set aside")), reason)] if reason else [])]


def _leaf(session: Session, look: Look, wanted: int, state: str) -> Leaf:
    found = held_changes(session, look.tenant_id, look.reach, wanted, state)
    return Leaf(held_views(found, look.language), found.page)


def _title(session: Session, look: Look, change_id: str) -> str | None:
    for payload_hash in hashes_of(session, look.tenant_id, change_id):
        found = held_change(session, look.tenant_id, look.reach, change_id, payload_hash)
        if found is not None:
            return held_view(found.change, Speech(look.language, found.names)).title
    return None


_ROOM = Room(
    endpoint="web.quarantine",
    template="quarantine.html",
    act="web.run_held",
    actions=frozenset(
        {"quarantine_run_again", "quarantine_mended", "quarantine_set_aside", "quarantine_put_back"}
    ),
    flashes=frozenset({"ran", "mended", "set_aside", "put_back"}) | STILL_HELD,
    leaf=_leaf,
    title=_title,
    nameless=N_("the change"),
    drawers={OPEN: N_("Held back"), ASIDE: N_("Those set aside")},
    count=count_held,
)
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
