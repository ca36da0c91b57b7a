"""The access filter: the whole tenant or named scopes, as one predicate for every query."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import InstrumentedAttribute

from field178_shared.codelists import load

WHOLE_TENANT_ROLES = frozenset({"reviewer"})
# The scope of a role that reads roll-ups from above.
AGGREGATES_ONLY = "aggregates_only"
# Either of them opens records: of the whole area, of the own team.
RECORD_RIGHTS = frozenset({"read_visits", "read_own_team_visits"})
# Either of them opens the figures of the indicators.
FIGURE_RIGHTS = frozenset({"read_indicators", "compute_indicators"})
# Either of them watches over what leaves the office: sees exports and data tokens, and withdraws them.
OVERSIGHT_RIGHTS = frozenset({"approve_export", "sign_off_report"})


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """The scopes one officer may read; None is every scope of the tenant, an empty set is nothing."""

    scopes: frozenset[str] | None

    def holds(self, scope: str) -> bool:
        """Tell whether a record of this scope may be shown at all."""
        return self.scopes is None or scope in self.scopes

    def covers(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """Return the condition that keeps rows of other scopes out of a query."""
        if self.scopes is None:
            return true()
        return column.in_(sorted(self.scopes)) if self.scopes else false()


def access_of(role: str, scopes: Collection[str]) -> AccessFilter:
    """Return the access of an officer: the scopes named for them; only a reviewer without any sees all.

    A role of scope `unit_and_below` named for a district also has the communes in it.
    """
    if not scopes and role in WHOLE_TENANT_ROLES:
        return AccessFilter(None)
    found, lists = frozenset(scopes), load()
    if role in lists.roles and lists.roles[role].scope == "unit_and_below":
        units = (scope.removeprefix("unit:") for scope in scopes if scope.startswith("unit:"))
        found |= {f"unit:{below.id}" for unit in units for below in lists.units_below(unit)}
    return AccessFilter(found)


def access_to_communes(role: str, scopes: Collection[str]) -> AccessFilter:
    """Return the access to what communes enter, which holds counts and documents and no person.

    Who looks after the whole area sees all communes where none is named, as a reviewer sees everything.
    """
    roles = load().roles
    if not scopes and role in roles and roles[role].scope == "unit_and_below":
        return AccessFilter(None)
    return access_of(role, scopes)
