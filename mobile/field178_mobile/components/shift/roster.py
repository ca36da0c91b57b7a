"""Who may go along: the teams on this tablet and the people of the roster, read from their records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from field178_mobile.store import MergedRecord
from field178_shared.records.teams import PLAIN_MEMBER, Team

RANKS = ("team_leader", "deputy_leader", "secretary", PLAIN_MEMBER)


@dataclass(frozen=True, slots=True)
class Person:
    """One officer of the roster."""

    id: str
    name: str
    agency: str


@dataclass(frozen=True, slots=True)
class InspectionTeam:
    """One inspection team and the positions of those who belong to it today."""

    id: str
    name: str
    scope: str
    positions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Roster:
    """Teams and people on this tablet."""

    teams: tuple[InspectionTeam, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)

    def team(self, team_id: str) -> InspectionTeam | None:
        """Return a team, or None if it is not on this tablet."""
        return next((team for team in self.teams if team.id == team_id), None)

    def name_of(self, user: str) -> str:
        """Return the display name of an officer; for an unknown officer the start of the id."""
        person = self.people.get(user)
        return person.name if person else user[:8]

    def position_of(self, team_id: str, user: str) -> str:
        """Return the position of an officer in a team, plain member by default."""
        team = self.team(team_id)
        return team.positions.get(user, PLAIN_MEMBER) if team else PLAIN_MEMBER

    def candidates(self, team_id: str) -> tuple[Person, ...]:
        """Return the team's members by position, then the other officers; each group by name."""
        team = self.team(team_id)
        positions = team.positions if team else {}
        return tuple(sorted(self.people.values(), key=lambda person: _rank(positions.get(person.id), person)))


def _rank(position: str | None, person: Person) -> tuple[int, str]:
    if position is None:
        return len(RANKS) + 1, person.name
    return RANKS.index(position) if position in RANKS else len(RANKS), person.name


def read_roster(teams: Iterable[MergedRecord], people: Iterable[MergedRecord], today: date) -> Roster:
    """Return the roster of the tablet's `team` and `person` records on a day."""
    return Roster(
        tuple(sorted((_team(record, today) for record in teams), key=lambda team: team.name)),
        {record.id: _person(record) for record in people},
    )


def _team(record: MergedRecord, today: date) -> InspectionTeam:
    team = Team.from_data(record.id, record.data)
    positions = {user: team.members[user].position for user in team.present(today)}
    return InspectionTeam(team.id, team.name, record.scope, positions)


def _person(record: MergedRecord) -> Person:
    name = str(record.data.get("display_name", ""))
    return Person(record.id, name or record.id[:8], str(record.data.get("agency", "")))
