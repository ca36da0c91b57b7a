"""Accounts in words: role, agency, area and state, and the filters of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request, url_for

from field178_server.console.shell.lists import FilterField
from field178_server.console.text.field_labels import field_name, type_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.people.queries import Account, HandOverMade, OpenRecord
from field178_server.records.access import AGGREGATES_ONLY
from field178_shared.records.teams import Team
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label, fold, sort_key

_LONGEST = 100
# No account of one office looks after these.
_TOO_HIGH = frozenset({"country", "municipality", "province"})
# Scopes of roles that see, or report for, the whole area where no unit is named for them.
_WHOLE_AREA = frozenset({"unit_and_below", "own_agency", AGGREGATES_ONLY})
_OPEN = "open"
_STATES = {
    _OPEN: N_("Open accounts"),
    "closed": N_("Closed accounts"),
    "all": N_("All accounts"),
}


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One account in the list."""

    href: str
    name: str
    login: str
    role: str
    agency: str
    area: str
    state: StateLabel
    has_codes: bool


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
        asked, state = request.args, request.args.get("state", "open")
        words = asked.get("q", "").strip()[:_LONGEST]
        unit, role = asked.get("unit", ""), asked.get("role", "")
        return cls(words, role, unit, state if state in _STATES else _OPEN)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the state is asked for."""
        return bool(self.words or self.role or self.unit)

    def href(self, page: int) -> str:
        """Return the address of a page of the list under these filters."""
        words, role, unit = self.words or None, self.role or None, self.unit or None
        return url_for("console.people.index", q=words, role=role, unit=unit, state=self.state, page=page)

    def holds(self, one: Account) -> bool:
        """Tell whether an account is asked for; words are found in name and login, marks do not matter."""
        officer = one.officer
        if self.state != "all" and (officer.disabled_at is None) != (self.state == "open"):
            return False
        if (self.role and officer.role != self.role) or (self.unit and self.unit not in one.unit_ids):
            return False
        return all(word in fold(f"{officer.name} {officer.login}") for word in fold(self.words).split())


def state_of(one: Account, localizer: Localizer) -> StateLabel:
    """Return the state of an account as a word."""
    if one.officer.disabled_at is not None:
        when = localizer.instant(one.officer.disabled_at)
        return StateLabel(localizer.say(N_("Closed {when}")).format(when=when), "", "void")
    if one.officer.password_hash is None:
        return StateLabel(localizer.say(N_("No password yet")), "warn", "key")
    return StateLabel(localizer.say(N_("Open")), "ok", "check-circle")


def area_text(one: Account, teams: Mapping[str, Team], localizer: Localizer) -> str:
    """Return teams and communes; communes that come with a team are not named one by one."""
    own = [teams[team] for team in one.team_ids if team in teams]
    with_team = {unit for team in own for unit in team.unit_ids}
    units = [localizer.label(localizer.lists.units, unit) for unit in one.unit_ids - with_team]
    names = [*(team.name for team in own), *sorted(units, key=sort_key)]
    if not names:
        role = localizer.lists.roles.get(one.officer.role)
        is_whole = role is not None and role.scope in _WHOLE_AREA
        return localizer.say(N_("the whole area")) if is_whole else ""
    return ", ".join(names)


def lines_of(found: Sequence[Account], teams: Mapping[str, Team], localizer: Localizer) -> list[PersonLine]:
    """Return the lines of the list, by name as Vietnamese sorts it."""
    return [
        PersonLine(
            url_for("console.people.detail", officer_id=one.officer.officer_id),
            one.officer.name,
            one.officer.login,
            localizer.label(localizer.lists.roles, one.officer.role),
            localizer.label(localizer.lists.agencies, one.officer.agency),
            area_text(one, teams, localizer),
            state_of(one, localizer),
            one.officer.totp_secret is not None,
        )
        for one in sorted(found, key=lambda one: (sort_key(one.officer.name), one.officer.login))
    ]


def filters_of(wanted: PeopleFilter, everyone: Sequence[Account], localizer: Localizer) -> list[FilterField]:
    """Return the filters with what the accounts have."""
    lists = localizer.lists
    roles = {one.officer.role for one in everyone}
    units = {unit for one in everyone for unit in one.unit_ids}
    role_names = [(role, localizer.label(lists.roles, role)) for role in lists.roles if role in roles]
    unit_names = by_label((unit, localizer.label(lists.units, unit)) for unit in units)
    say, area = localizer.say, field_name("establishment", "unit_id", localizer)
    states = [(key, say(text)) for key, text in _STATES.items() if key != _OPEN]
    state = "" if wanted.state == _OPEN else wanted.state
    return [
        FilterField("role", say(N_("Role")), wanted.role, role_names, say(N_("All roles"))),
        FilterField("unit", area, wanted.unit, unit_names, say(N_("All communes"))),
        FilterField("state", say(N_("Account")), state, states, say(_STATES[_OPEN])),
    ]


def unit_options(localizer: Localizer, today: date, chosen: Sequence[str]) -> Sequence[tuple[str, str]]:
    """Return the units to choose from: those of the day, and what is chosen already."""
    units = [
        one
        for one in localizer.lists.units.values()
        if one.id in chosen or (one.valid_on(today) and one.type not in _TOO_HIGH)
    ]
    named = [(one.id, localizer.unit_on(one.id, today)) for one in units]
    return by_label(named)


@dataclass(frozen=True, slots=True)
class OpenRecordLine:
    """A returned record that waits for a correction."""

    href: str
    title: str
    kind: str
    day: str
    returned: str


@dataclass(frozen=True, slots=True)
class HandOverLine:
    """A hand-over that was made, and why it cannot be taken back where it cannot."""

    id: str
    text: str
    made: str
    may_undo: bool
    why_not: str


def record_lines(records: Sequence[OpenRecord], localizer: Localizer) -> list[OpenRecordLine]:
    """Return open records in words."""
    return [
        OpenRecordLine(
            url_for("console.reviews.detail", record_id=one.record_id),
            localizer.establishment(one.establishment_id)
            if one.establishment_id
            else one.title or type_name(one.type, localizer),
            type_name(one.type, localizer),
            localizer.day(one.occurred_on) if one.occurred_on else "",
            localizer.instant(one.returned_at) if one.returned_at else "",
        )
        for one in records
    ]


def hand_over_lines(made: Sequence[HandOverMade], localizer: Localizer) -> list[HandOverLine]:
    """Return hand-overs in words."""
    say = localizer.say
    text, signature = say(N_("{count} to {name}")), say(N_("{when} by {name}"))
    return [
        HandOverLine(
            one.hand_over_id,
            text.format(count=localizer.number(one.count), name=localizer.person(one.to_id)),
            signature.format(
                when=localizer.instant(one.made_at),
                name=localizer.person(one.made_by) if one.made_by else say(N_("The operator at the server")),
            ),
            one.is_untouched,
            say(N_("Taken back {when}")).format(when=localizer.instant(one.undone_at))
            if one.undone_at
            else say(N_("Something came after it.")),
        )
        for one in made
    ]
