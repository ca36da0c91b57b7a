"""A room of the desk: its list, with drawers where it has some, and the pages of what waits in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from field178_server.auth import current_officer
from field178_server.queries.last_act import last_act
from field178_server.queries.paging import Page
from field178_server.queries.reach import Reach, reach_of
from field178_server.runtime import current_runtime
from field178_server.unit_of_work import snapshot
from field178_server.web.acts import Refusal
from field178_server.web.flash import take_flash
from field178_server.web.paging import page_links, wanted_page
from field178_server.web.policy import may
from field178_server.web.preferences import chosen_language
from field178_server.web.queue_view import Choice
from field178_server.web.rendering import desk_of, render
from field178_server.web.speech import Speech
from field178_shared.errors import AppError, ErrorCode
from field178_shared.i18n import N_

Found = TypeVar("Found")
TOLD_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks: in which tenant, how far, and in which language."""

    tenant_id: str
    reach: Reach
    language: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a list, in words."""

    rows: Sequence[object]
    page: Page


@dataclass(frozen=True, slots=True)
class Room:
    """A list: how it is read, who acts in it, what it says was done last, and what the audit calls its acts.

    `drawers` names the states a row may be in, the one that waits first; `title` is what a record of the
    room is called, None when it is not there or beyond the reach.
    """

    endpoint: str
    template: str
    act: str
    actions: frozenset[str]
    flashes: frozenset[str]
    leaf: Callable[[Session, Look, int, str], Leaf]
    title: Callable[[Session, Look, str], str | None]
    nameless: str
    drawers: Mapping[str, str] = field(default_factory=dict)
    count: Callable[[Session, str, Reach, str], int] = lambda *_: 0


@dataclass(frozen=True, slots=True)
class Attempted:
    """What a page is about, as the audit names it, whether it is decided, and what was refused on it."""

    object_id: str
    is_decided: bool
    refusal: Refusal | None


def list_page(room: Room) -> Response:
    """Show one page of a room's list."""
    runtime, officer, look = current_runtime(), current_officer(), _look()
    speech, states = Speech(look.language), [*room.drawers, ""]
    state = next((one for one in states if one == request.args.get("state")), states[0])
    flash = take_flash(room.flashes)
    with snapshot(runtime.engine) as session:
        leaf = room.leaf(session, look, wanted_page(request.args.get("page", "")), state)
        counts = {one: room.count(session, look.tenant_id, look.reach, one) for one in room.drawers}
        title = room.title(session, look, flash.record_id) if flash else None
        desk = desk_of(session, officer, speech, room.endpoint)
    shown = None if state == states[0] else state
    return render(
        room.template,
        desk=desk,
        active=room.endpoint,
        flash=flash.text(title or speech.say(room.nameless), speech) if flash else "",
        done=flash.record_id if flash else None,
        is_aside=shown is not None,
        drawers=[
            Choice(
                url_for(room.endpoint, state=None if one == states[0] else one),
                speech.say(label),
                one == state,
                counts[one],
            )
            for one, label in room.drawers.items()
        ],
        may_act=may(officer.role, room.act, speech.lists),
        rows=leaf.rows,
        pages=page_links(leaf.page, lambda number: url_for(room.endpoint, state=shown, page=number)),
    )


def page_in(room: Room, template: str, attempted: Attempted, **values: object) -> Response:
    """Show one thing of a room; after a refusal, with what to say about it."""
    officer, speech, refusal = current_officer(), Speech(chosen_language()), attempted.refusal
    with snapshot(current_runtime().engine) as session:
        desk = desk_of(session, officer, speech, room.endpoint)
        is_told = attempted.is_decided or (refusal is not None and refusal.is_late)
        last = _last_act(session, room, attempted.object_id, speech.language) if is_told else ""
    return render(
        template,
        refusal.status if refusal else 200,
        desk=desk,
        active=room.endpoint,
        refusal=refusal,
        last_act=last,
        reason=request.form.get("reason", ""),
        may_act=may(officer.role, room.act, speech.lists),
        **values,
    )


def find(read: Callable[[Session, str, Reach], Found | None]) -> Found:
    """Return what is read, or raise AppError(not_found) where there is none or the reach ends."""
    look = _look()
    with snapshot(current_runtime().engine) as session:
        found = read(session, look.tenant_id, look.reach)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return found


def _last_act(session: Session, room: Room, object_id: str, language: str) -> str:
    runtime = current_runtime()
    since = runtime.clock.now() - TOLD_FOR
    found = last_act(session, runtime.tenant_id, object_id, room.actions, since)
    if found is None:
        return ""
    speech = Speech(language, found.names)
    who = speech.person(found.actor_id) if found.actor_id else speech.say(N_("The office"))
    text = speech.say(N_("Last dealt with by {who}, {when}."))
    return text.format(who=who, when=speech.instant(found.at))


def _look() -> Look:
    officer = current_officer()
    return Look(current_runtime().tenant_id, reach_of(officer.role, officer.scopes), chosen_language())
