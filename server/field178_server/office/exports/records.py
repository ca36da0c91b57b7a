"""Stored records of a type that an officer may read, in batches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from field178_server.accounts.officers import OfficerContext
from field178_server.database.models import Record
from field178_server.records.access import access_of, access_to_communes
from field178_server.records.labels import Names, names_of
from field178_shared.ids import is_uuid
from field178_shared.merge import Data
from field178_shared.records.commune import COMMUNE_TYPES
from field178_shared.records.reading import text_of
from field178_shared.records.returns import RETURN_TYPES
from field178_shared.wire.protocol import ERASED_AT

_STEP = 500


@dataclass(frozen=True, slots=True)
class StoredRows:
    """Live records of a type within an officer's access, without erased ones."""

    session: Session
    tenant_id: str
    officer: OfficerContext
    record_type: str

    def count(self) -> int:
        """Return an upper bound of the number of records."""
        query = select(func.count()).select_from(Record).where(*self._within())
        return self.session.scalar(query) or 0

    def bodies(self) -> Iterator[tuple[str, Names]]:
        """Yield the body of each record with the names of the ids in it, in constant memory."""
        after = ""
        while True:
            query = (
                select(Record.record_id, Record.body)
                .where(*self._within(), Record.record_id > after)
                .order_by(Record.record_id)
                .limit(_STEP)
            )
            rows = self.session.execute(query).all()
            contents = [(body, json.loads(body)) for _, body in rows]
            visible = [(body, data) for body, data in contents if self._is_seen(data)]
            names = names_of(self.session, self.tenant_id, _named({}, *(data for _, data in visible)))
            yield from ((body, names) for body, _ in visible)
            if len(rows) < _STEP:
                return
            after = rows[-1].record_id

    def _within(self) -> tuple[ColumnElement[bool], ...]:
        access = access_to_communes if self.record_type in COMMUNE_TYPES else access_of
        # Returns are not on tablets: their unit decides on access, not their scope.
        is_by_unit = self.record_type in RETURN_TYPES
        filter_ = access(self.officer.role, self.officer.scopes)
        return (
            Record.tenant_id == self.tenant_id,
            Record.type == self.record_type,
            Record.deleted.is_(False),
            true() if is_by_unit else filter_.covers(Record.scope),
        )

    def _is_seen(self, data: Data) -> bool:
        if data.keys() == {ERASED_AT}:
            return False
        if self.record_type not in RETURN_TYPES:
            return True
        units = access_to_communes(self.officer.role, self.officer.scopes)
        return units.holds(f"unit:{text_of(data, 'unit_id')}")


def _named(*values: Data) -> set[str]:
    """Return the ids in the first level of contents."""
    return {value for data in values for value in data.values() if isinstance(value, str) and is_uuid(value)}
