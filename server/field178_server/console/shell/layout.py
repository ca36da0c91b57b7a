"""Turns a template and plain values into a page: language, appearance, rail and form token are added here."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from field178_server.accounts.officers import OfficerContext
from field178_server.attachments.storage.free_space import free_space
from field178_server.console.shell.assets import asset
from field178_server.console.shell.policy import may, tablet_reach
from field178_server.console.shell.preferences import chosen_language, chosen_theme
from field178_server.console.text.localize import Speech
from field178_server.database.unit_of_work import Session
from field178_server.http.application_runtime import current_runtime
from field178_server.http.browser_session import csrf_token
from field178_server.office.attention.queries import AttentionFilter, count_items
from field178_server.office.erasure.queries import count_waiting
from field178_server.office.reviews.queue import QueueState, QueueView, queue_counts
from field178_server.office.tablets.queries import SILENT_AFTER, count_silent
from field178_server.records.access import reach_of
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class RailItem:
    """One room of the desk; `count` says how much waits in it."""

    endpoint: str
    icon: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sits at the desk, and what stands around it."""

    officer_name: str
    role_name: str
    agency_name: str
    rail: tuple[RailItem, ...]
    warning: str = ""


_ROOMS = (
    ("console.reviews", "review", N_("Review")),
    ("console.attention", "alert", N_("Needs attention")),
    ("console.establishments", "establishment", N_("Register")),
    ("console.tablets", "tablet", N_("Tablets")),
    ("console.purges", "privacy", N_("Purges")),
)
_LOOKS_AFTER_THE_SERVER = "console.revoke_tablet"


def desk_of(session: Session, officer: OfficerContext, speech: Speech) -> Desk:
    """Return the desk of an officer with what waits in each room."""
    rooms = [room for room in _ROOMS if may(officer.role, room[0], speech.lists)]
    counts = _counts(session, officer, speech) if rooms else {}
    return Desk(
        officer_name=officer.name,
        role_name=speech.label(speech.lists.roles, officer.role),
        agency_name=speech.label(speech.lists.agencies, officer.agency),
        rail=tuple(
            RailItem(endpoint, icon, speech.say(label), counts.get(endpoint, 0))
            for endpoint, icon, label in rooms
        ),
        warning=_storage_warning(speech) if may(officer.role, _LOOKS_AFTER_THE_SERVER, speech.lists) else "",
    )


def render(template: str, status: int = 200, **values: object) -> Response:
    """Return a page in the language and appearance of this browser."""
    speech = Speech(chosen_language())
    page = render_template(
        template,
        _=speech.say,
        asset=asset,
        icons=asset("vendor/icons.svg"),
        csrf_token=csrf_token(),
        language=speech.language,
        theme=chosen_theme(),
        here=request.full_path.rstrip("?") if request.method == "GET" else "/",
        **values,
    )
    return make_response(page, status)


def _storage_warning(speech: Speech) -> str:
    space = free_space(current_runtime().settings)
    if not space.reasons:
        return ""
    if space.is_writable and space.takes_changes:
        text = N_("The server’s disk is almost full ({free} MB left): photos are refused, records sync.")
    else:
        text = N_("The server’s disk is full ({free} MB left): tablets keep everything until there is room.")
    return speech.say(text).format(free=speech.number(space.free_mb))


def _counts(session: Session, officer: OfficerContext, speech: Speech) -> dict[str, int]:
    reach, tenant_id = reach_of(officer.role, officer.scopes), officer.tenant_id
    silent_since = current_runtime().clock.now() - SILENT_AFTER
    return {
        "console.reviews": queue_counts(session, QueueView(tenant_id, reach))[QueueState.WAITING],
        "console.attention": sum(count_items(session, tenant_id, reach, AttentionFilter()).values()),
        "console.purges": count_waiting(session, tenant_id),
        "console.tablets": count_silent(
            session, tenant_id, tablet_reach(officer, speech.lists), silent_since
        ),
    }
