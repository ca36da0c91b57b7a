"""Returns of agencies: who enters what, what was sent for which area and month, and what is owed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.accounts.officers import OfficerContext
from field178_server.office.entries.queries import entries_of_types, stored_entry
from field178_server.records.access import AccessFilter, access_to_communes
from field178_server.records.office_units import units_of_office
from field178_server.records.stored_record import Stored
from field178_shared.codelists import CodeLists
from field178_shared.codelists.indicators import Denominator
from field178_shared.codelists.organizations import RETURN_NUMBERS
from field178_shared.indicators.areas import area_on
from field178_shared.indicators.periods import months_after
from field178_shared.record_type import RecordType
from field178_shared.records.reading import day_of, text_of
from field178_shared.records.returns import MONTHLY_TYPES, RETURN_TYPES, day_of_return

# Entered by the office that leads the sector, whichever agency that is now.
_OF_OFFICE = (
    RecordType.INFORMATION_CORRECTION,
    RecordType.SUPERVISION,
    RecordType.PILOT_MODEL,
    RecordType.COMMENDATION,
    RecordType.BUDGET_LINE,
    RecordType.DENOMINATOR,
)
_SENDS, _LEADS = "submit_return", "review"
# Roles that speak for the units that their account names, and for no other.
_OWN_UNIT = "own_unit"
_COMMUNE = "commune"
# Months before the one at hand that are still asked for.
MONTHS_ASKED = 2


class ReturnState(StrEnum):
    """Whether a return of a month was sent, can still come in its month, or is late."""

    SENT = "sent"
    DUE = "due"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Reporter:
    """An agency that sends returns of an area."""

    agency_id: str
    unit_id: str


@dataclass(frozen=True, slots=True)
class ReturnsAccess:
    """What an officer sees and enters; `agency_id` "" is every agency."""

    tenant_id: str
    agency_id: str
    units: tuple[str, ...]
    access: AccessFilter
    types: tuple[str, ...]
    denominators: tuple[str, ...]
    own_agency_id: str

    @property
    def reporters(self) -> tuple[Reporter, ...]:
        """The own agency with each of its areas."""
        return tuple(Reporter(self.own_agency_id, one) for one in self.units)

    def holds(self, entry: Stored) -> bool:
        """Tell whether a return is seen."""
        return self.covers(text_of(entry.data, "agency_id"), text_of(entry.data, "unit_id"))

    def covers(self, agency_id: str, unit_id: str) -> bool:
        """Tell whether the returns of an agency about a unit are seen."""
        return self.agency_id in ("", agency_id) and self.access.holds(f"unit:{unit_id}")

    def enters(self, entry: Stored) -> bool:
        """Tell whether a return is one's own to correct."""
        return self.holds(entry) and entry.type in self.types


@dataclass(frozen=True, slots=True)
class MonthlyReturn:
    """One return that an agency owes for a month: whether it came, and the record."""

    reporter: Reporter
    record_type: str
    month: date
    state: ReturnState
    entry: Stored | None = None

    @property
    def is_owed(self) -> bool:
        """Whether it was not sent, late or not."""
        return self.state is not ReturnState.SENT


def access_to_returns(
    session: Session, officer: OfficerContext, lists: CodeLists, today: date
) -> ReturnsAccess:
    """Return what an officer sees and enters.

    An agency has its own returns, of the units that are named for the account, else of the whole area; who
    leads the sector or reads reports has those of all agencies.
    """
    role = lists.roles.get(officer.role)
    rights = role.rights if role is not None else frozenset()
    is_agency = _SENDS in rights
    agency = lists.agencies.get(officer.agency)
    denominators = tuple(
        one.id
        for one in lists.denominators.values()
        if one.is_entered
        and (
            one.entered_by == officer.agency
            if is_agency
            else _LEADS in rights and not _is_of_communes(one, lists)
        )
    )
    types: tuple[str, ...] = ()
    if is_agency and agency is not None:
        types = types_of(agency.returns)
    elif _LEADS in rights:
        types = _OF_OFFICE
    if is_agency and denominators:
        types = (*types, RecordType.DENOMINATOR)
    access = access_to_communes(officer.role, officer.scopes)
    units = named_units(officer.scopes, lists)
    if not units and not (role is not None and role.scope == _OWN_UNIT):
        units = areas_of(session, officer.tenant_id, lists, today)
    if is_agency and not officer.scopes:
        access = AccessFilter(frozenset(f"unit:{one}" for one in units))
    return ReturnsAccess(
        officer.tenant_id,
        officer.agency if is_agency else "",
        units,
        access,
        types,
        denominators,
        officer.agency,
    )


def _is_of_communes(denominator: Denominator, lists: CodeLists) -> bool:
    """Tell whether each commune states the total: stated once more for the area it would count twice."""
    agency = lists.agencies.get(denominator.entered_by or "")
    return agency is not None and agency.level == _COMMUNE


def types_of(words: Sequence[str]) -> tuple[str, ...]:
    """Return the record types that a row of an agency names; each number belongs to the monthly return."""
    named = {word if word in RETURN_TYPES else RecordType.AGENCY_RETURN for word in words}
    return tuple(one for one in RETURN_TYPES if one in named)


def named_units(scopes: Iterable[str], lists: CodeLists) -> tuple[str, ...]:
    """Return the units that scopes name."""
    units = (scope.removeprefix("unit:") for scope in sorted(scopes) if scope.startswith("unit:"))
    return tuple(one for one in units if one in lists.units)


def areas_of(session: Session, tenant_id: str, lists: CodeLists, today: date) -> tuple[str, ...]:
    """Return the units right above the communes of the office: what a return of the whole area is about.

    A commune of the register that became another one since counts as that one.
    """
    area = area_on(lists, units_of_office(session, tenant_id, lists, today), today)
    communes = (lists.units[one.unit_id] for one in area.communes)
    above = {one.parent for one in communes if one.parent is not None}
    return tuple(sorted(above))


def returns_seen(
    session: Session, access: ReturnsAccess, types: Sequence[str] = RETURN_TYPES
) -> list[Stored]:
    """Return what counts of these types, the newest day first."""
    found = [one for one in entries_of_types(session, access.tenant_id, types) if access.holds(one)]
    return sorted(
        found, key=lambda one: (day_of_return(one.type, one.data) or date.min, one.record_id), reverse=True
    )


def find_return(session: Session, access: ReturnsAccess, record_id: str) -> Stored | None:
    """Return an entry that the officer sees, withdrawn or not."""
    found = stored_entry(session, access.tenant_id, RETURN_TYPES, record_id)
    return found if found is not None and access.holds(found) else None


def last_before(
    entries: Iterable[Stored], reporter: Reporter, record_type: str, month: date
) -> Stored | None:
    """Return the last return of an agency and area before a month."""
    found = [
        (day, one)
        for one in entries
        if one.type == record_type
        and text_of(one.data, "agency_id") == reporter.agency_id
        and text_of(one.data, "unit_id") == reporter.unit_id
        and (day := day_of(one.data, "month")) is not None
        and day < month
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def months_asked(today: date) -> tuple[date, ...]:
    """Return the months that are asked for on a day, the one at hand first."""
    first = today.replace(day=1)
    return tuple(months_after(first, -back) for back in range(MONTHS_ASKED + 1))


def returns_owed(
    reporters: Iterable[Reporter],
    entries: Iterable[Stored],
    months: Iterable[date],
    today: date,
    lists: CodeLists,
) -> list[MonthlyReturn]:
    """Return what these agencies owe for the months, sent or not; none outside of their days."""
    sent = {
        (
            text_of(one.data, "agency_id"),
            text_of(one.data, "unit_id"),
            one.type,
            day_of(one.data, "month"),
        ): one
        for one in entries
    }
    found = []
    months = tuple(months)
    for reporter in reporters:
        agency = lists.agencies.get(reporter.agency_id)
        if agency is None:
            continue
        types = [one for one in types_of(agency.returns) if one in MONTHLY_TYPES]
        for record_type in types:
            for month in months:
                if not (agency.valid_on(month) and lists.units[reporter.unit_id].valid_on(month)):
                    continue
                entry = sent.get((reporter.agency_id, reporter.unit_id, record_type, month))
                state = ReturnState.SENT if entry else _state_of(month, today)
                found.append(MonthlyReturn(reporter, record_type, month, state, entry))
    return found


def reporters_of(
    session: Session, tenant_id: str, lists: CodeLists, today: date
) -> Mapping[Reporter, tuple[str, ...]]:
    """Return the agencies that have an account to send returns, by area, each with its officers."""
    areas = areas_of(session, tenant_id, lists, today)
    scopes = officers.all_scopes(session, tenant_id)
    found: dict[Reporter, tuple[str, ...]] = {}
    for one in officers.everyone(session, tenant_id):
        role = lists.roles.get(one.role)
        agency = lists.agencies.get(one.agency)
        if one.disabled_at is not None or role is None or _SENDS not in role.rights or agency is None:
            continue
        if not any(kind in MONTHLY_TYPES for kind in types_of(agency.returns)):
            continue
        for unit_id in named_units(scopes.get(one.officer_id, ()), lists) or areas:
            reporter = Reporter(one.agency, unit_id)
            found[reporter] = (*found.get(reporter, ()), one.officer_id)
    return found


def agencies_without_account(reporters: Iterable[Reporter], month: date, lists: CodeLists) -> tuple[str, ...]:
    """Return the agencies that the lists ask for monthly returns and that nobody has an account of."""
    known = {one.agency_id for one in reporters}
    return tuple(
        one.id
        for one in lists.agencies.values()
        if one.id not in known
        and one.valid_on(month)
        and any(kind in MONTHLY_TYPES for kind in types_of(one.returns))
    )


def numbers_of_nobody(month: date, lists: CodeLists) -> tuple[str, ...]:
    """Return the monthly numbers that no agency of a month is asked for: their figures stay without any."""
    asked = {word for one in lists.agencies.values() if one.valid_on(month) for word in one.returns}
    monthly = (one for one in MONTHLY_TYPES if one != RecordType.AGENCY_RETURN)
    return tuple(one for one in (*RETURN_NUMBERS, *monthly) if one not in asked)


def _state_of(month: date, today: date) -> ReturnState:
    return ReturnState.DUE if months_after(month, 1) > today else ReturnState.LATE
