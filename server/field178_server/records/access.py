"""The access filter: the whole tenant or a set of scopes, as a condition for queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import InstrumentedAttribute

from field178_shared.codelists import CodeLists, load, released

WHOLE_TENANT_ROLES = frozenset({"reviewer"})
# Scope of the roles that read only aggregates.
AGGREGATES_ONLY = "aggregates_only"
# Each of these rights gives access to records: of the whole area, or of the officer's team.
RECORD_RIGHTS = frozenset({"read_visits", "read_own_team_visits"})
# Each of these rights gives access to the figures of the indicators.
FIGURE_RIGHTS = frozenset({"read_indicators", "compute_indicators"})
# Each of these rights lists the exports and data tokens of all officers, and withdraws them; it confirms what
# gives others access (decision 0149).
OVERSIGHT_RIGHTS = frozenset({"approve_export", "sign_off_report"})
# Scopes of roles that have nothing without a scope of their own.
_OWN_SCOPES = frozenset({"own_team", "own_unit"})
# Who has one of these rights gives others access, or confirms it: a password alone is not enough for it.
STRONG_RIGHTS = OVERSIGHT_RIGHTS | {"manage_users"}
# Rights that read no record and give nobody access: one administrator alone may give them.
HARMLESS_RIGHTS = frozenset({"submit_return", "read_indicators", "read_reports"})


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """The scopes that an officer may read; None: all scopes of the tenant, an empty set: none."""

    scopes: frozenset[str] | None

    def holds(self, scope: str) -> bool:
        """Return whether the officer may read records of a scope."""
        return self.scopes is None or scope in self.scopes

    def covers(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """Return the condition that a scope column is one of the officer's scopes."""
        if self.scopes is None:
            return true()
        return column.in_(sorted(self.scopes)) if self.scopes else false()


def _is_harmless(role: str, lists: CodeLists) -> bool:
    """Return whether a role has only rights that read no record and give nobody access."""
    return role in lists.roles and lists.roles[role].rights <= HARMLESS_RIGHTS


def owes_second_factor(role: str, lists: CodeLists) -> bool:
    """Return whether officers of a role must have a second factor."""
    return role in lists.roles and bool(lists.roles[role].rights & STRONG_RIGHTS)


def oversees(role: str, lists: CodeLists) -> bool:
    """Return whether officers of a role confirm what gives others access, and are told of it."""
    return role in lists.roles and bool(lists.roles[role].rights & OVERSIGHT_RIGHTS)


def gains_access(
    before: tuple[str, Collection[str]], after: tuple[str, Collection[str]], lists: CodeLists
) -> bool:
    """Return whether role and scopes give more than others before them; harmless roles give nothing."""
    (role_before, _), (role, _) = before, after
    if _is_harmless(role, lists):
        return False
    has = lists.roles[role_before].rights if role_before in lists.roles else frozenset()
    had, gets = _reach(*before, lists), _reach(*after, lists)
    is_wider = had is not None and (gets is None or not gets <= had)
    return is_wider or bool(lists.roles[role].rights - has - HARMLESS_RIGHTS)


def is_whole_area(role: str, lists: CodeLists) -> bool:
    """Return whether a role without any scope of its own has the whole area."""
    return role in lists.roles and lists.roles[role].scope not in _OWN_SCOPES


def _reach(role: str, scopes: Collection[str], lists: CodeLists) -> frozenset[str] | None:
    return frozenset(scopes) if scopes or not is_whole_area(role, lists) else None


def access_of(role: str, scopes: Collection[str]) -> AccessFilter:
    """Return the access filter of an officer: their scopes; for a reviewer without scopes, the whole tenant.

    A role of scope `unit_and_below` with a district as scope also has the communes of the district, by the
    lists of the release: a list pack, which one administrator publishes, gives nobody access.
    """
    if not scopes and role in WHOLE_TENANT_ROLES:
        return AccessFilter(None)
    named, lists = frozenset(scopes), load()
    if role in lists.roles and lists.roles[role].scope == "unit_and_below":
        units = (scope.removeprefix("unit:") for scope in scopes if scope.startswith("unit:"))
        named |= {f"unit:{below.id}" for unit in units for below in released().units_below(unit)}
    return AccessFilter(named)


def access_to_communes(role: str, scopes: Collection[str]) -> AccessFilter:
    """Return the access filter for entries of communes, which contain counts and documents but no persons.

    An officer with a role of scope `unit_and_below` but without scopes has access to all communes.
    """
    roles = load().roles
    if not scopes and role in roles and roles[role].scope == "unit_and_below":
        return AccessFilter(None)
    return access_of(role, scopes)
