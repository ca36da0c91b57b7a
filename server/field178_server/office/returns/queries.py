"""Returns of agencies: access rights, entered returns by area and month, and missing returns."""

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

# Return types of the leading office, whichever agency that is.
_OF_OFFICE = (
    RecordType.INFORMATION_CORRECTION,
    RecordType.SUPERVISION,
    RecordType.PILOT_MODEL,
    RecordType.COMMENDATION,
    RecordType.BUDGET_LINE,
    RecordType.DENOMINATOR,
)
_SENDS, _LEADS = "submit_return", "review"
# Scope of roles that report only for the units in the scopes of their account.
_OWN_UNIT = "own_unit"
_COMMUNE = "commune"
# Number of past months for which returns are still requested.
MONTHS_ASKED = 2


class ReturnState(StrEnum):
    """State of a monthly return: sent, due until the end of its month, or late."""

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
    """Returns that an officer may read and write; `agency_id` "" is every agency."""

    tenant_id: str
    agency_id: str
    units: tuple[str, ...]
    access: AccessFilter
    types: tuple[str, ...]
    denominators: tuple[str, ...]
    own_agency_id: str

    @property
    def reporters(self) -> tuple[Reporter, ...]:
        """Reporters of the officer's agency, one for each of its areas."""
        return tuple(Reporter(self.own_agency_id, unit_id) for unit_id in self.units)

    def holds(self, entry: Stored) -> bool:
        """Return whether the officer may read a return."""
        return self.covers(text_of(entry.data, "agency_id"), text_of(entry.data, "unit_id"))

    def covers(self, agency_id: str, unit_id: str) -> bool:
        """Return whether the officer may read the returns of an agency about a unit."""
        return self.agency_id in ("", agency_id) and self.access.holds(f"unit:{unit_id}")

    def enters(self, entry: Stored) -> bool:
        """Return whether the officer may correct a return."""
        return self.holds(entry) and entry.type in self.types


@dataclass(frozen=True, slots=True)
class MonthlyReturn:
    """A return that an agency owes for a month: its state, and its record or None."""

    reporter: Reporter
    record_type: str
    month: date
    state: ReturnState
    entry: Stored | None = None

    @property
    def is_owed(self) -> bool:
        """Whether the return is missing, due or late."""
        return self.state is not ReturnState.SENT


def access_to_returns(
    session: Session, officer: OfficerContext, lists: CodeLists, today: date
) -> ReturnsAccess:
    """Return the access of an officer to returns.

    An agency's officer has the returns of that agency, for the units of the account or else for the whole
    area. The leading office, and readers of reports, have the returns of all agencies.
    """
    role = lists.roles.get(officer.role)
    rights = role.rights if role is not None else frozenset()
    is_agency = _SENDS in rights
    agency = lists.agencies.get(officer.agency)
    denominators = tuple(
        denominator.id
        for denominator in lists.denominators.values()
        if denominator.is_entered
        and (
            denominator.entered_by == officer.agency
            if is_agency
            else _LEADS in rights and not _is_of_communes(denominator, lists)
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
        access = AccessFilter(frozenset(f"unit:{unit_id}" for unit_id in units))
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
    """Return whether each commune states the denominator, so that a total for the area would count twice."""
    agency = lists.agencies.get(denominator.entered_by or "")
    return agency is not None and agency.level == _COMMUNE


def types_of(words: Sequence[str]) -> tuple[str, ...]:
    """Return the record types of an agency's row in the lists. Names of numbers mean the monthly return."""
    named = {word if word in RETURN_TYPES else RecordType.AGENCY_RETURN for word in words}
    return tuple(record_type for record_type in RETURN_TYPES if record_type in named)


def named_units(scopes: Iterable[str], lists: CodeLists) -> tuple[str, ...]:
    """Return the units that scopes name."""
    units = (scope.removeprefix("unit:") for scope in sorted(scopes) if scope.startswith("unit:"))
    return tuple(unit_id for unit_id in units if unit_id in lists.units)


def areas_of(session: Session, tenant_id: str, lists: CodeLists, today: date) -> tuple[str, ...]:
    """Return the parents of the communes of the office: the units of returns about the whole area.

    A commune of the register that has ended is replaced by its successor.
    """
    area = area_on(lists, units_of_office(session, tenant_id, lists, today), today)
    communes = (lists.units[commune.unit_id] for commune in area.communes)
    above = {commune.parent for commune in communes if commune.parent is not None}
    return tuple(sorted(above))


def returns_seen(
    session: Session, access: ReturnsAccess, types: Sequence[str] = RETURN_TYPES
) -> list[Stored]:
    """Return the visible returns of these types that count, newest day first."""
    entries = [entry for entry in entries_of_types(session, access.tenant_id, types) if access.holds(entry)]
    return sorted(
        entries,
        key=lambda entry: (day_of_return(entry.type, entry.data) or date.min, entry.record_id),
        reverse=True,
    )


def find_return(session: Session, access: ReturnsAccess, record_id: str) -> Stored | None:
    """Return a visible return, withdrawn or not; None if it does not exist."""
    entry = stored_entry(session, access.tenant_id, RETURN_TYPES, record_id)
    return entry if entry is not None and access.holds(entry) else None


def last_before(
    entries: Iterable[Stored], reporter: Reporter, record_type: str, month: date
) -> Stored | None:
    """Return the last return of an agency and area before a month."""
    returns = [
        (day, entry)
        for entry in entries
        if entry.type == record_type
        and text_of(entry.data, "agency_id") == reporter.agency_id
        and text_of(entry.data, "unit_id") == reporter.unit_id
        and (day := day_of(entry.data, "month")) is not None
        and day < month
    ]
    return max(returns, key=lambda pair: pair[0])[1] if returns else None


def months_asked(today: date) -> tuple[date, ...]:
    """Return the months for which returns are requested on a day, the current month first."""
    first = today.replace(day=1)
    return tuple(months_after(first, -back) for back in range(MONTHS_ASKED + 1))


def returns_owed(
    reporters: Iterable[Reporter],
    entries: Iterable[Stored],
    months: Iterable[date],
    today: date,
    lists: CodeLists,
) -> list[MonthlyReturn]:
    """Return the monthly returns of agencies, sent or not, for months in which agency and unit are valid."""
    sent = {
        (
            text_of(entry.data, "agency_id"),
            text_of(entry.data, "unit_id"),
            entry.type,
            day_of(entry.data, "month"),
        ): entry
        for entry in entries
    }
    returns = []
    months = tuple(months)
    for reporter in reporters:
        agency = lists.agencies.get(reporter.agency_id)
        if agency is None:
            continue
        types = [record_type for record_type in types_of(agency.returns) if record_type in MONTHLY_TYPES]
        for record_type in types:
            for month in months:
                if not (agency.valid_on(month) and lists.units[reporter.unit_id].valid_on(month)):
                    continue
                entry = sent.get((reporter.agency_id, reporter.unit_id, record_type, month))
                state = ReturnState.SENT if entry else _state_of(month, today)
                returns.append(MonthlyReturn(reporter, record_type, month, state, entry))
    return returns


def reporters_of(
    session: Session, tenant_id: str, lists: CodeLists, today: date
) -> Mapping[Reporter, tuple[str, ...]]:
    """Return the reporters that have an account to send returns, each with the ids of its officers."""
    areas = areas_of(session, tenant_id, lists, today)
    scopes = officers.all_scopes(session, tenant_id)
    officers_by_reporter: dict[Reporter, tuple[str, ...]] = {}
    for officer in officers.everyone(session, tenant_id):
        role = lists.roles.get(officer.role)
        agency = lists.agencies.get(officer.agency)
        if officer.disabled_at is not None or role is None or _SENDS not in role.rights or agency is None:
            continue
        if not any(kind in MONTHLY_TYPES for kind in types_of(agency.returns)):
            continue
        for unit_id in named_units(scopes.get(officer.officer_id, ()), lists) or areas:
            reporter = Reporter(officer.agency, unit_id)
            officers_by_reporter[reporter] = (*officers_by_reporter.get(reporter, ()), officer.officer_id)
    return officers_by_reporter


def agencies_without_account(reporters: Iterable[Reporter], month: date, lists: CodeLists) -> tuple[str, ...]:
    """Return the ids of agencies that owe monthly returns by the lists and have no account."""
    agency_ids = {reporter.agency_id for reporter in reporters}
    return tuple(
        agency.id
        for agency in lists.agencies.values()
        if agency.id not in agency_ids
        and agency.valid_on(month)
        and any(kind in MONTHLY_TYPES for kind in types_of(agency.returns))
    )


def numbers_without_agency(month: date, lists: CodeLists) -> tuple[str, ...]:
    """Return the monthly numbers that no agency of a month owes, so that their figures stay empty."""
    requested = {
        word for agency in lists.agencies.values() if agency.valid_on(month) for word in agency.returns
    }
    monthly = (record_type for record_type in MONTHLY_TYPES if record_type != RecordType.AGENCY_RETURN)
    return tuple(number for number in (*RETURN_NUMBERS, *monthly) if number not in requested)


def _state_of(month: date, today: date) -> ReturnState:
    return ReturnState.DUE if months_after(month, 1) > today else ReturnState.LATE
