"""Names and states of access requests as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from field178_server.office.access_requests.rights import RequestedMembership, RequestedRights
from field178_server.records.access import is_whole_area
from field178_shared.records.teams import Team
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


def facts_of(
    request: AccessRequest, teams: Mapping[str, Team], localizer: Localizer
) -> list[tuple[str, str]]:
    """Return names and values of what a request would change."""
    say = localizer.say
    if request.kind == PASSWORD:
        return [(say(N_("Takes effect")), say(N_("The chosen password replaces the present one.")))]
    if request.kind == MEMBERSHIP:
        requested = RequestedMembership.read(request)
        days = requested.membership.valid_from, requested.membership.valid_to
        return [
            (say(N_("Teams")), _team_names((requested.team_id,), teams)),
            (say(N_("From, until")), " – ".join(localizer.day(day) if day else "…" for day in days)),
        ]
    return _rights_facts(RequestedRights.read(request), teams, localizer)


def _rights_facts(
    rights: RequestedRights, teams: Mapping[str, Team], localizer: Localizer
) -> list[tuple[str, str]]:
    say, roles = localizer.say, localizer.lists.roles
    role = localizer.label(roles, rights.role)
    if rights.role != rights.role_before:
        before = localizer.label(roles, rights.role_before)
        role = say(N_("{role}, until now {before}")).format(role=role, before=before)
    units = sorted((localizer.label(localizer.lists.units, unit) for unit in rights.unit_ids), key=sort_key)
    facts = [(say(N_("Role")), role)]
    if rights.team_ids:
        facts.append((say(N_("Teams")), _team_names(rights.team_ids, teams)))
    if units:
        facts.append((say(N_("Communes")), ", ".join(units)))
    is_whole = not rights.team_ids and not units and is_whole_area(rights.role, localizer.lists)
    return [*facts, (say(N_("Area")), say(N_("the whole area")))] if is_whole else facts


def _team_names(team_ids: Sequence[str], teams: Mapping[str, Team]) -> str:
    return ", ".join(sorted(teams[team].name for team in team_ids if team in teams))


def state_of(request: AccessRequest, localizer: Localizer) -> StateLabel:
    """Return the state of a request: what it waits for, or its outcome."""
    if request.outcome is not None:
        return _OUTCOMES[request.outcome].localized(localizer)
    lacks_password = request.kind in WITH_PASSWORD and request.password_hash is None
    return (_WAITS_FOR_PASSWORD if lacks_password else _WAITS).localized(localizer)
