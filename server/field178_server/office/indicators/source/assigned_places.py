"""Units of visited establishments: they tell the part of a divided commune to which a visit belongs."""

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
    """Units of the establishments at which visits in divided communes were, read when a visit needs them."""

    def __init__(self, lists: CodeLists, read: Callable[[], Mapping[str, str]]) -> None:
        self._divided = divided_units(lists)
        self._read = read

    @cached_property
    def _units(self) -> Mapping[str, str]:
        return self._read()

    @classmethod
    def of_all(cls, session: Session, tenant_id: str, lists: CodeLists) -> AssignedPlaces:
        """Return the units of all establishments."""

        def read() -> Mapping[str, str]:
            rows = session.execute(_REGISTER, {"tenant_id": tenant_id})
            units = {record_id: unit_id for record_id, unit_id in rows}
            ends = ends_of(merge_steps(session, tenant_id))
            return units | {one: units.get(end, "") for one, end in ends.items()}

        return cls(lists, read)

    @classmethod
    def of_records(
        cls, session: Session, tenant_id: str, lists: CodeLists, records: Sequence[CountedRecord]
    ) -> AssignedPlaces:
        """Return the units of the establishments of these records; records of other communes need none."""
        divided = divided_units(lists)
        ids = {
            establishment_of(one.type, one.data) for one in records if text_of(one.data, "unit_id") in divided
        } - {""}
        return cls(lists, lambda: units_of_places(session, tenant_id, ids))

    def put_to(self, record: CountedRecord) -> CountedRecord:
        """Return a visit or session, in a divided commune with the unit of its establishment."""
        if text_of(record.data, "unit_id") not in self._divided:
            return record
        unit_id = self._units.get(establishment_of(record.type, record.data), "")
        return replace(record, place_unit_id=unit_id) if unit_id else record


def units_of_places(session: Session, tenant_id: str, ids: Collection[str]) -> Mapping[str, str]:
    """Return the units of establishments by their ids; a merged one is where its merge target is."""
    if not ids:
        return {}
    ends = ends_of(merge_steps(session, tenant_id))
    wanted = {one: ends.get(one, one) for one in ids}
    entries = _REGISTER.where(among_ids(session, EstablishmentProjection.record_id, wanted.values()))
    units = {record_id: unit_id for record_id, unit_id in session.execute(entries, {"tenant_id": tenant_id})}
    return {one: units[end] for one, end in wanted.items() if end in units}
