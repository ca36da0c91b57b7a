"""Names and states of access requests as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from field178_server.accounts.access_requests import WITH_PASSWORD
from field178_server.console.components.access_request_labels import ACCESS_REQUEST_KINDS
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.tables.access import (
    ACCEPTED,
    ALONE,
    CONFIRMED,
    MEMBERSHIP,
    PASSWORD,
    REFUSED,
    WITHDRAWN,
    AccessRequest,
)
from field178_server.office.access_requests.queries import RequestOfOfficer
from field178_server.office.access_requests.rights import RequestedMembership, RequestedRights
from field178_server.records.access import is_whole_area
from field178_shared.codelists import released
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import sort_key

_OUTCOMES: Mapping[str, StateLabel] = {
    ACCEPTED: StateLabel(N_("Accepted with the present password"), "ok", "check-circle"),
    CONFIRMED: StateLabel(N_("Confirmed"), "ok", "check-circle"),
    ALONE: StateLabel(N_("In force without a second person"), "bad", "alert"),
    REFUSED: StateLabel(N_("Refused"), "", "void"),
    WITHDRAWN: StateLabel(N_("Withdrawn"), "", "undo"),
}
_WAITS = StateLabel(N_("Waits for a second person"), "warn", "clock")
_WAITS_FOR_PASSWORD = StateLabel(N_("No password chosen by the link yet"), "", "key")


def kind_name(request: AccessRequest, localizer: Localizer) -> str:
    """Return what a request asks for."""
    return localizer.say(ACCESS_REQUEST_KINDS[request.kind])


def facts_of(row: RequestOfOfficer, localizer: Localizer, today: date) -> list[tuple[str, str]]:
    """Return names and values of what a request would change, with all communes that it gives."""
    say, request = localizer.say, row.request
    if request.kind == PASSWORD:
        return [(say(N_("Takes effect")), say(N_("The chosen password replaces the present one.")))]
    if request.kind == MEMBERSHIP:
        membership = RequestedMembership.read(request).membership
        days = " – ".join(
            localizer.day(day) if day else "…" for day in (membership.valid_from, membership.valid_to)
        )
        return [*_area_facts(row, localizer, today), (say(N_("From, until")), days)]
    rights, roles = RequestedRights.read(request), localizer.lists.roles
    role = localizer.label(roles, rights.role)
    if rights.role != rights.role_before:
        before = localizer.label(roles, rights.role_before)
        role = say(N_("{role}, until now {before}")).format(role=role, before=before)
    facts = [(say(N_("Role")), role), *_area_facts(row, localizer, today)]
    is_whole = not rights.team_ids and not rights.unit_ids and is_whole_area(rights.role, localizer.lists)
    return [*facts, (say(N_("Area")), say(N_("the whole area")))] if is_whole else facts


def _area_facts(row: RequestOfOfficer, localizer: Localizer, today: date) -> list[tuple[str, str]]:
    team_names = (team.name for team in row.teams)
    units = (_unit_name(unit_id, localizer, today) for unit_id in row.unit_ids)
    facts = (
        (localizer.say(N_("Teams")), ", ".join(sorted(team_names, key=sort_key))),
        (localizer.say(N_("Communes")), ", ".join(sorted(units, key=sort_key))),
    )
    return [(label, value) for label, value in facts if value]


def _unit_name(unit_id: str, localizer: Localizer, today: date) -> str:
    """Return the name of a unit by the lists of the release, which no list pack of the asker changes."""
    if unit_id in released().units:
        return replace(localizer, lists=released()).unit_on(unit_id, today)
    name = localizer.unit_on(unit_id, today)
    return localizer.say(N_("{name} (named by the lists of the office; key {id})")).format(
        name=name, id=unit_id
    )


def state_of(request: AccessRequest, localizer: Localizer) -> StateLabel:
    """Return the state of a request: what it waits for, or its outcome."""
    if request.outcome is not None:
        return _OUTCOMES[request.outcome].localized(localizer)
    lacks_password = request.kind in WITH_PASSWORD and request.password_hash is None
    return (_WAITS_FOR_PASSWORD if lacks_password else _WAITS).localized(localizer)
