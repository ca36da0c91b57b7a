"""An inspection team: the decision that set it up, and who belongs to it on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from field178_shared.records.reading import Data, entries_of, read_as, text_of

PLAIN_MEMBER = "member"


def holds_on(day: date, first: date | None, last: date | None) -> bool:
    """Return whether a day is between two days, both included; None is unbounded."""
    return (first is None or first <= day) and (last is None or day <= last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The position of an officer in a team, from the first to the last day."""

    position: str = PLAIN_MEMBER
    valid_from: date | None = None
    valid_to: date | None = None

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read an entry of a team."""
        return read_as(cls, data, position=text_of(data, "position") or PLAIN_MEMBER)

    def holds_on(self, day: date) -> bool:
        """Return whether the officer belongs to the team on a day."""
        return holds_on(day, self.valid_from, self.valid_to)

    def has_ended(self, day: date) -> bool:
        """Return whether the last day is over."""
        return self.valid_to is not None and self.valid_to < day


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team, its decision and its members by the id of their account."""

    id: str
    name: str = ""
    level: str = ""
    unit_ids: tuple[str, ...] = ()
    standing_agency: str = ""
    decision_number: str = ""
    decision_date: date | None = None
    deciding_agency: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    members: Mapping[str, Membership] = field(default_factory=dict)

    @classmethod
    def from_data(cls, team_id: str, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        members = entries_of(data, "members").items()
        return read_as(
            cls, data, id=team_id, members={user: Membership.from_data(entry) for user, entry in members}
        )

    @property
    def scope(self) -> str:
        """The scope of the team's own records."""
        return f"team:{self.id}"

    @property
    def scopes(self) -> tuple[str, ...]:
        """The team's scope and those of its units."""
        return (self.scope, *(f"unit:{unit}" for unit in self.unit_ids))

    def holds_on(self, day: date) -> bool:
        """Return whether the decision is in force on a day."""
        return holds_on(day, self.valid_from, self.valid_to)

    def present(self, day: date) -> tuple[str, ...]:
        """Return the ids of the team's members on a day."""
        return tuple(sorted(user for user, membership in self.members.items() if membership.holds_on(day)))
