"""Units of visited establishments, by which a visit in a divided commune is assigned to a new unit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server.database.engine import among_ids
from field178_server.database.models import EstablishmentProjection
from field178_server.office.indicators.source.merges import ends_of, merge_steps
from field178_shared.codelists import CodeLists
from field178_shared.indicators.areas import divided_units
from field178_shared.indicators.events import CountedRecord, establishment_of
from field178_shared.records.reading import text_of

_REGISTER = select(EstablishmentProjection.record_id, EstablishmentProjection.unit_id).where(
    EstablishmentProjection.tenant_id == bindparam("tenant_id")
)


class AssignedPlaces:
    """Units of the establishments visited in divided communes, read on demand."""

    def __init__(self, divided: Collection[str], read: Callable[[], Mapping[str, str]]) -> None:
        self._divided = divided
        self._read = read

    @cached_property
    def _units(self) -> Mapping[str, str]:
        return self._read()

    @classmethod
    def of_all(cls, session: Session, tenant_id: str, lists: CodeLists) -> AssignedPlaces:
        """Return assigned places with the units of all establishments."""

        def read() -> Mapping[str, str]:
            rows = session.execute(_REGISTER, {"tenant_id": tenant_id})
            units = {record_id: unit_id for record_id, unit_id in rows}
            ends = ends_of(merge_steps(session, tenant_id))
            return units | {merged_id: units.get(end, "") for merged_id, end in ends.items()}

        return cls(divided_units(lists), read)

    @classmethod
    def of_records(
        cls, session: Session, tenant_id: str, lists: CodeLists, records: Sequence[CountedRecord]
    ) -> AssignedPlaces:
        """Return assigned places with the units of the establishments that these records name."""
        divided = divided_units(lists)
        ids = {
            establishment_of(record.type, record.data)
            for record in records
            if text_of(record.data, "unit_id") in divided
        } - {""}
        return cls(divided, lambda: units_of_places(session, tenant_id, ids))

    def with_place_unit(self, record: CountedRecord) -> CountedRecord:
        """Return a visit or session; in a divided commune with `place_unit_id` of its establishment."""
        if text_of(record.data, "unit_id") not in self._divided:
            return record
        unit_id = self._units.get(establishment_of(record.type, record.data), "")
        return replace(record, place_unit_id=unit_id) if unit_id else record


def units_of_places(session: Session, tenant_id: str, ids: Collection[str]) -> Mapping[str, str]:
    """Return unit ids by establishment id; a merged establishment has the unit of its merge target."""
    if not ids:
        return {}
    ends = ends_of(merge_steps(session, tenant_id))
    targets = {establishment_id: ends.get(establishment_id, establishment_id) for establishment_id in ids}
    entries = _REGISTER.where(among_ids(session, EstablishmentProjection.record_id, targets.values()))
    units = {record_id: unit_id for record_id, unit_id in session.execute(entries, {"tenant_id": tenant_id})}
    return {establishment_id: units[end] for establishment_id, end in targets.items() if end in units}
