"""Filter of a list of filed records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement

from field178_server.database.models import FiledRecord
from field178_server.records.access import AccessFilter
from field178_shared.record_type import RecordType


@dataclass(frozen=True, slots=True)
class FiledRecordFilter:
    """Conditions of a list; an empty value is no condition.

    `text`: words of the establishment's name or address, or part of a number of the record or of a venue.
    `violation` and `measure`: codes of the visit. `is_counted`: only visits that count in a quota of the plan
    (with access, not void), in the commune where their establishment is registered now. `has_point`: only
    visits to establishments with a point in the register (True) or without one (False).
    """

    type: str
    text: str = ""
    since: date | None = None
    until: date | None = None
    unit_id: str = ""
    team_id: str = ""
    user_id: str = ""
    kind: str = ""
    outcome: str = ""
    violation: str = ""
    measure: str = ""
    state: str = ""
    establishment_type_id: str = ""
    is_counted: bool = False
    has_point: bool | None = None


@dataclass(frozen=True, slots=True)
class FiledRecordList:
    """A list as an officer requests it; newest records first unless `is_oldest_first`.

    `has_bodies`: each row contains the stored body of its record.
    """

    tenant_id: str
    access: AccessFilter
    filter: FiledRecordFilter
    is_oldest_first: bool = False
    has_bodies: bool = False


def is_of_sessions(listing: FiledRecordList) -> bool:
    """Return whether a list contains sessions."""
    return listing.filter.type == RecordType.OUTREACH_SESSION


def readable(listing: FiledRecordList) -> list[ColumnElement[bool]]:
    """Return the conditions of tenant, type and access of a list."""
    filed = FiledRecord
    return [
        filed.tenant_id == listing.tenant_id,
        filed.type == listing.filter.type,
        listing.access.covers(filed.scope),
    ]
