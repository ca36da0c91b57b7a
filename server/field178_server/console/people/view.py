"""Area and state of accounts, and the filters of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request, url_for

from field178_server.console.shell.lists import FilterField
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.models import Officer
from field178_server.office.people.queries import Account
from field178_server.records.access import AGGREGATES_ONLY, owes_second_factor
from field178_shared.codelists import CodeLists
from field178_shared.record_type import RecordType
from field178_shared.records.teams import Team
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label, fold, sort_key

_LONGEST = 100
# Types of units that accounts of an office cannot have.
_TOO_HIGH = frozenset({"country", "municipality", "province"})
# Scopes of roles that read, or report for, the whole area if no unit is named for them.
_WHOLE_AREA = frozenset({"unit_and_below", "own_agency", AGGREGATES_ONLY})
_OPEN = "open"
_STATES = {
    _OPEN: N_("Open accounts"),
    "closed": N_("Closed accounts"),
    "all": N_("All accounts"),
}


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """The filters of the address; "" is all."""

    words: str = ""
    role: str = ""
    unit: str = ""
    state: str = "open"

    @classmethod
    def read(cls) -> PeopleFilter:
        """Read the filters of the request; an unknown state is that of open accounts."""
        args, state = request.args, request.args.get("state", "open")
        words = args.get("q", "").strip()[:_LONGEST]
        unit, role = args.get("unit", ""), args.get("role", "")
        return cls(words, role, unit, state if state in _STATES else _OPEN)

    @property
    def is_narrowed(self) -> bool:
        """Whether there is a filter besides the state."""
        return bool(self.words or self.role or self.unit)

    def href(self, page: int) -> str:
        """Return the address of a page of the list under these filters."""
        words, role, unit = self.words or None, self.role or None, self.unit or None
        return url_for("console.people.index", q=words, role=role, unit=unit, state=self.state, page=page)

    def holds(self, account: Account) -> bool:
        """Tell whether an account passes; words match in name and login, without regard to marks."""
        officer = account.officer
        is_open = officer.disabled_at is None or account.is_waiting
        if self.state != "all" and is_open != (self.state == "open"):
            return False
        if (self.role and officer.role != self.role) or (self.unit and self.unit not in account.unit_ids):
            return False
        return all(word in fold(f"{officer.name} {officer.login}") for word in fold(self.words).split())


def state_of(account: Account, localizer: Localizer) -> StateLabel:
    """Return the state of an account."""
    officer = account.officer
    if account.is_waiting:
        return StateLabel(localizer.say(N_("Waits for a second person")), "warn", "clock")
    if officer.disabled_at is not None:
        when = localizer.instant(officer.disabled_at)
        return StateLabel(localizer.say(N_("Closed {when}")).format(when=when), "", "void")
    if officer.password_hash is None:
        return StateLabel(localizer.say(N_("No password yet")), "warn", "key")
    return StateLabel(localizer.say(N_("Open")), "ok", "check-circle")


def _area_text(account: Account, teams: Mapping[str, Team], localizer: Localizer) -> str:
    """Return teams and communes; the communes of a team are left out."""
    own = [teams[team] for team in account.team_ids if team in teams]
    with_team = {unit for team in own for unit in team.unit_ids}
    units = [localizer.label(localizer.lists.units, unit) for unit in account.unit_ids - with_team]
    names = [*(team.name for team in own), *sorted(units, key=sort_key)]
    if not names:
        role = localizer.lists.roles.get(account.officer.role)
        is_whole = role is not None and role.scope in _WHOLE_AREA
        return localizer.say(N_("the whole area")) if is_whole else ""
    return ", ".join(names)


def lines_of(
    accounts: Sequence[Account], teams: Mapping[str, Team], localizer: Localizer
) -> list[tuple[Officer, str, StateLabel]]:
    """Return the accounts with area and state in words, by name in Vietnamese order."""
    ordered = sorted(accounts, key=lambda account: (sort_key(account.officer.name), account.officer.login))
    return [
        (account.officer, _area_text(account, teams, localizer), state_of(account, localizer))
        for account in ordered
    ]


def lacking_factor(accounts: Sequence[Account], lists: CodeLists) -> frozenset[str]:
    """Return the ids of officers whose role owes a second factor that they have not set up."""
    return frozenset(
        account.officer.officer_id
        for account in accounts
        if account.officer.totp_secret is None
        and not account.officer.passkey_count
        and owes_second_factor(account.officer.role, lists)
    )


def filters_of(query: PeopleFilter, everyone: Sequence[Account], localizer: Localizer) -> list[FilterField]:
    """Return the filters with the roles and units of the accounts as choices."""
    lists = localizer.lists
    roles = {account.officer.role for account in everyone}
    units = {unit for account in everyone for unit in account.unit_ids}
    role_names = [(role, localizer.label(lists.roles, role)) for role in lists.roles if role in roles]
    unit_names = by_label((unit, localizer.label(lists.units, unit)) for unit in units)
    say, area = localizer.say, field_name(RecordType.ESTABLISHMENT, "unit_id", localizer)
    states = [(key, say(text)) for key, text in _STATES.items() if key != _OPEN]
    state = "" if query.state == _OPEN else query.state
    return [
        FilterField("role", say(N_("Role")), query.role, role_names, say(N_("All roles"))),
        FilterField("unit", area, query.unit, unit_names, say(N_("All communes"))),
        FilterField("state", say(N_("Account")), state, states, say(_STATES[_OPEN])),
    ]


def unit_options(localizer: Localizer, today: date, chosen: Sequence[str]) -> Sequence[tuple[str, str]]:
    """Return the units to choose from: those of the day, and those chosen before."""
    return by_label(
        (unit.id, localizer.unit_on(unit.id, today))
        for unit in localizer.lists.units.values()
        if unit.id in chosen or (unit.valid_on(today) and unit.type not in _TOO_HIGH)
    )
