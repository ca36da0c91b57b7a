"""Commune entries: rules for the entries that a commune reporter may write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import EstablishmentProjection
from field178_server.office.commune.queries import entries_in
from field178_server.records.access import AccessFilter
from field178_server.records.batch import Batch
from field178_server.records.stored_record import Stored
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.rules.commune import FACT_MEMBERS


@dataclass(frozen=True, slots=True)
class CommuneEnterer:
    """An officer who writes entries of the communes in an access filter."""

    access: AccessFilter
    keys: ClassVar[Mapping[str, tuple[str, ...]]] = FACT_MEMBERS
    kept: ClassVar[tuple[str, ...]] = ("unit_id",)

    def scope_of(self, data: Data) -> str:
        """Return the scope of the commune."""
        return f"unit:{data['unit_id']}"

    def holds(self, entry: Stored) -> bool:
        """Return whether an entry belongs to one of the officer's communes."""
        return self.access.holds(entry.scope)

    def foreign(self, batch: Batch, context: OperationContext, record_type: str, data: Data) -> Iterator[str]:
        """Yield the fields that name an object outside the officer's communes."""
        unit_id = text_of(data, "unit_id")
        is_own = self.access.holds(f"unit:{unit_id}")
        if record_type == RecordType.WORKER_CENSUS and not (
            is_own and _is_in_unit(batch, text_of(data, "establishment_id"), unit_id)
        ):
            yield "establishment_id"
        outlet = context.lists.media_outlets.get(text_of(data, "outlet_id"))
        if record_type == RecordType.MEDIA_POST and not (
            is_own and outlet is not None and outlet.unit_id == unit_id
        ):
            yield "outlet_id"
        if record_type in (RecordType.COMMUNE_PLAN, RecordType.RISK_GROUP_COUNT) and not is_own:
            yield "unit_id"
        replaced = text_of(data, "replaces")
        if replaced and replaced not in {entry.record_id for entry in self.entered(batch, record_type, data)}:
            yield "replaces"

    def entered(self, batch: Batch, record_type: str, data: Data) -> Iterable[Stored]:
        """Return the entries of the type in the commune."""
        return entries_in(batch.session, batch.tenant_id, text_of(data, "unit_id"), (record_type,))


def _is_in_unit(batch: Batch, establishment_id: str, unit_id: str) -> bool:
    query = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == batch.tenant_id,
        EstablishmentProjection.record_id == establishment_id,
        EstablishmentProjection.unit_id == unit_id,
    )
    return batch.session.scalar(query) is not None
