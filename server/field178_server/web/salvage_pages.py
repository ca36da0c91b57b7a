"""Records that tablets still have: the list, and the page on which one is taken in or set aside."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.queries.salvage_list import (
    ASIDE,
    WAITING,
    SalvagePage,
    contents_of,
    count_salvaged,
    salvaged_record,
    salvaged_records,
)
from field178_server.services import salvage_desk
from field178_server.services.reasons import require_reason
from field178_server.services.salvage_desk import Wanted
from field178_server.services.type_rules import declared_types
from field178_server.web.acts import Refusal, attempt, done, office, whole_number
from field178_server.web.blueprint import web
from field178_server.web.preferences import chosen_language
from field178_server.web.rooms import Attempted, Leaf, Look, Room, find, list_page, page_in
from field178_server.web.salvage_view import salvage_detail, salvage_view, salvage_views
from field178_server.web.speech import Speech
from field178_shared.errors import ErrorCode
from field178_shared.i18n import N_


@web.get("/salvage")
def salvage() -> Response:
    """Show records that tablets have and the server does not."""
    return list_page(_ROOM)


@web.get("/salvage/<record_id>/<h>")
def salvaged_record_page(record_id: str, h: str) -> Response:
    """Show one record as tablets have it, with what stands in the store instead."""
    return _page(record_id, h)


@web.post("/salvage/<record_id>/<h>/take")
def take_salvaged(record_id: str, h: str) -> AnyResponse:
    """Make it the latest word on its record, as the office's own change."""
    wanted = Wanted(record_id, h, whole_number("seen_rev"))
    return _act(
        wanted, "taken_in", lambda session: salvage_desk.take(session, office(), declared_types(), wanted)
    )


@web.post("/salvage/<record_id>/<h>/set-aside")
def set_salvaged_aside(record_id: str, h: str) -> AnyResponse:
    """Decide that it is not wanted, with a reason."""
    wanted, reason = Wanted(record_id, h), request.form.get("reason", "").strip()

    def work(session: Session) -> None:
        require_reason(reason)
        salvage_desk.set_aside(session, office(), wanted, reason)

    return _act(wanted, "salvage_aside", work)


def _act(wanted: Wanted, code: str, work: Callable[[Session], object]) -> AnyResponse:
    """Do it and go back to the list; a refusal shows the record with what was typed."""
    record_id, h = wanted.record_id, wanted.h or ""
    # Before the act: one that was decided meanwhile is found no more among those that wait.
    _find(record_id, h)
    refusal = attempt(work, _REFUSALS)
    return _page(record_id, h, refusal) if refusal else done(url_for("web.salvage"), code, record_id)


def _find(record_id: str, h: str) -> SalvagePage:
    return find(lambda session, tenant_id, reach: salvaged_record(session, tenant_id, reach, record_id, h))


def _page(record_id: str, h: str, refusal: Refusal | None = None) -> Response:
    found = _find(record_id, h)
    is_waiting = found.salvaged.state == WAITING
    return page_in(
        _ROOM,
        "salvaged.html",
        Attempted(record_id, not is_waiting, refusal),
        view=salvage_detail(found, chosen_language()),
        is_waiting=is_waiting,
    )


def _leaf(session: Session, look: Look, wanted: int, state: str) -> Leaf:
    found = salvaged_records(session, look.tenant_id, look.reach, wanted, state)
    return Leaf(salvage_views(found, look.language), found.page)


def _title(session: Session, look: Look, record_id: str) -> str | None:
    for h in contents_of(session, look.tenant_id, record_id):
        found = salvaged_record(session, look.tenant_id, look.reach, record_id, h)
        if found is not None:
            return salvage_view(found.salvaged, Speech(look.language, found.names)).title
    return None


_ROOM = Room(
    endpoint="web.salvage",
    template="salvage.html",
    act="web.take_salvaged",
    actions=frozenset({"salvage_taken", "salvage_set_aside"}),
    flashes=frozenset({"taken_in", "salvage_aside"}),
    leaf=_leaf,
    title=_title,
    nameless=N_("the record"),
    drawers={WAITING: N_("To be decided"), ASIDE: N_("Those set aside")},
    count=count_salvaged,
)
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
