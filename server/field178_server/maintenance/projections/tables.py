"""Tables of projections: the relation of their rows to records, and columns that records do not contain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, or_, select, true
from sqlalchemy.orm import Session

from field178_server.database.declarative_base import Base, table_of
from field178_server.database.models import (
    Attachment,
    ConflictRow,
    DuplicateCandidate,
    DuplicateKey,
    EstablishmentProjection,
    FiledFacet,
    FiledRecord,
    FollowUpAnswerRow,
    FollowUpProjection,
    MergeProjection,
    NumberLease,
    PlanItemRow,
    SanctionRow,
)
from field178_server.records.projections import (
    conflict,
    duplicate,
    establishment,
    facets,
    filed,
    follow_up,
    merged,
    minutes_number,
    plan_item,
)
from field178_server.records.stored_record import Stored

Key = tuple[object, ...]
Row = Mapping[str, object]
RowsByKey = dict[Key, Row]
Condition = Callable[[Table, Sequence[Stored]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class ProjectedTable:
    """A table whose rows are derived from records of some types (empty: all types).

    `related`: condition of the rows that records change. `record_column`: the record id of a row, None if a
    row belongs to several. `kept`: columns that an existing row keeps, because records do not contain them.
    `is_replaced`: rows are deleted first, because the projection only adds. `may_have_more`: surplus rows are
    no difference.
    """

    model: type[Base]
    types: tuple[str, ...]
    related: Condition
    record_column: str | None = "record_id"
    kept: tuple[str, ...] = ()
    is_replaced: bool = False
    may_have_more: bool = False

    @property
    def table(self) -> Table:
        """The database table."""
        return table_of(self.model)

    @property
    def name(self) -> str:
        """The name of the database table."""
        return self.table.name

    def rows(self, session: Session, tenant_id: str, records: Sequence[Stored]) -> RowsByKey:
        """Return the rows that records change, by primary key; the rows stay locked."""
        table, mine = self.table, self._mine(records)
        if not mine:
            return {}
        query = select(table).where(table.c.tenant_id == tenant_id, self.related(table, mine))
        key = [column.name for column in table.primary_key]
        rows = session.execute(query.with_for_update()).mappings()
        return {tuple(row[name] for name in key): dict(row) for row in rows}

    def delete_replaced(self, session: Session, tenant_id: str, records: Sequence[Stored]) -> None:
        """Delete the rows of records, if the projection only adds rows."""
        table, mine = self.table, self._mine(records)
        if mine and self.is_replaced and self.record_column is not None:
            of_records = _of_record(self.record_column)(table, mine)
            session.execute(delete(table).where(table.c.tenant_id == tenant_id, of_records))

    def _mine(self, records: Sequence[Stored]) -> list[Stored]:
        return [record for record in records if not self.types or record.type in self.types]


def _of_record(column: str) -> Condition:
    return lambda table, records: table.c[column].in_([record.record_id for record in records])


def _filed(table: Table, records: Sequence[Stored]) -> ColumnElement[bool]:
    ids = [record.record_id for record in records]
    establishments = [record.record_id for record in records if record.type in establishment.TYPES]
    # The row of a visit contains type and commune of its establishment.
    return or_(table.c.record_id.in_(ids), table.c.establishment_id.in_(establishments))


def _of_scope(table: Table, records: Sequence[Stored]) -> ColumnElement[bool]:
    return table.c.scope.in_(sorted({record.scope for record in records}))


def _all(_table: Table, _records: Sequence[Stored]) -> ColumnElement[bool]:
    return true()


# In the order in which they are written.
PROJECTED_TABLES = (
    ProjectedTable(
        EstablishmentProjection, establishment.TYPES, _of_record("record_id"), kept=("changed_at",)
    ),
    ProjectedTable(DuplicateKey, duplicate.TYPES, _of_record("record_id"), is_replaced=True),
    # All rows: they are few, and an establishment also writes the rows of its possible duplicates.
    ProjectedTable(DuplicateCandidate, duplicate.TYPES, _all, is_replaced=True, may_have_more=True),
    ProjectedTable(MergeProjection, merged.TYPES, _of_record("record_id"), is_replaced=True),
    ProjectedTable(FiledRecord, (*establishment.TYPES, *filed.TYPES), _filed, kept=("changed_at",)),
    ProjectedTable(FiledFacet, facets.TYPES, _of_record("record_id"), is_replaced=True),
    ProjectedTable(
        ConflictRow, conflict.TYPES, _of_record("conflict_id"), "conflict_id", kept=("changed_at",)
    ),
    ProjectedTable(NumberLease, minutes_number.TYPES, _of_scope, None),
    *(
        ProjectedTable(model, follow_up.TYPES, _of_record("visit_id"), "visit_id", is_replaced=True)
        for model in (FollowUpProjection, SanctionRow, FollowUpAnswerRow)
    ),
    ProjectedTable(PlanItemRow, plan_item.TYPES, _of_record("record_id")),
    ProjectedTable(Attachment, (), _of_record("record_id"), kept=("device_id", "named_at"), is_replaced=True),
)
