"""Returns: rules for the returns that an officer of an agency, or of the leading office, may write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from field178_server.audit.operation_context import OperationContext
from field178_server.office.entries.queries import entries_of_types
from field178_server.office.returns.queries import ReturnsAccess
from field178_server.records.batch import Batch
from field178_server.records.scopes import OFFICE
from field178_server.records.stored_record import Stored
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of

_KEYS: Mapping[str, tuple[str, ...]] = {
    RecordType.AGENCY_RETURN: ("agency_id", "unit_id", "month"),
    RecordType.HARM_REDUCTION_RETURN: ("agency_id", "unit_id", "month"),
    RecordType.INFORMATION_CORRECTION: (
        "agency_id",
        "unit_id",
        "channel_id",
        "action_id",
        "corrected_on",
    ),
    RecordType.SUPERVISION: ("agency_id", "unit_id", "kind_id", "concluded_on"),
    RecordType.PILOT_MODEL: ("unit_id", "model_id", "started_on"),
    RecordType.COMMENDATION: ("unit_id", "level", "form", "subject", "granted_on"),
    RecordType.BUDGET_LINE: ("unit_id", "year", "source", "purpose"),
    RecordType.DENOMINATOR: ("unit_id", "kind", "valid_from"),
}


@dataclass(frozen=True, slots=True)
class ReturnEnterer:
    """An officer who writes returns within `access`."""

    access: ReturnsAccess
    keys: ClassVar[Mapping[str, tuple[str, ...]]] = _KEYS
    kept: ClassVar[tuple[str, ...]] = ("agency_id", "unit_id")

    def scope_of(self, data: Data) -> str:
        """Return the scope: no tablet has returns."""
        return OFFICE

    def holds(self, entry: Stored) -> bool:
        """Return whether a return belongs to the officer's agency or office."""
        return self.access.enters(entry)

    def foreign(self, batch: Batch, context: OperationContext, record_type: str, data: Data) -> Iterator[str]:
        """Yield the fields that name a foreign agency or area, or a denominator of another agency."""
        agency_id, unit_id = text_of(data, "agency_id"), text_of(data, "unit_id")
        if record_type not in self.access.types or not self.access.covers(agency_id, unit_id):
            yield "unit_id"
        if record_type == RecordType.DENOMINATOR and text_of(data, "kind") not in self.access.denominators:
            yield "kind"

    def entered(self, batch: Batch, record_type: str, data: Data) -> Iterable[Stored]:
        """Return the returns of the type."""
        return entries_of_types(batch.session, batch.tenant_id, (record_type,))
