"""Agencies with validity, and what each role of the product may do."""

from dataclasses import dataclass
from datetime import date

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import ListFileRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency(Labelled):
    """An agency; the sector's focal agency changes over time, so it is dated."""

    level: str
    in_team: bool
    focal: bool
    reports: str | None
    valid_from: date | None
    valid_to: date | None
    source: str
    confidence: str

    def valid_on(self, day: date) -> bool:
        """Tell whether the agency exists on the local date; `valid_to` is the first day it does not."""
        began = self.valid_from is None or self.valid_from <= day
        return began and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Labelled):
    """A role of the product: what it may do, and in which scope."""

    scope: str
    can: frozenset[str]
    cannot: frozenset[str]


def read_agency(row: ListFileRow) -> Agency:
    """Read one agency."""
    return Agency(
        id=row.text("id"),
        vi=row.text("vi"),
        en=row.text("en"),
        level=row.text("level"),
        in_team=row.flag("in_team"),
        focal=row.flag("focal"),
        reports=row.text_or_none("reports"),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to"),
        source=row.text("source"),
        confidence=row.text("confidence"),
    )


def read_role(row: ListFileRow) -> Role:
    """Read one role."""
    return Role(
        id=row.text("id"),
        vi=row.text("vi"),
        en=row.text("en"),
        scope=row.text("scope"),
        can=frozenset(row.texts("can")),
        cannot=frozenset(row.texts("cannot")),
    )
