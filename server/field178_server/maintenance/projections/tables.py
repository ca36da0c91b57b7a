"""Tables of projections: how their rows belong to records, and what no record holds of them."""

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
    """A table whose rows are derived from records of some types; empty: of all types.

    `related`: condition for the rows that records change. `record_column` names the record of a row, None
    where a row belongs to several. `kept`: columns that an existing row keeps, since no record holds them.
    `is_replaced`: rows are deleted first, the projection adds to them. `may_have_more`: a row that is no
    longer derived does no harm.
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
        """The table itself."""
        return table_of(self.model)

    @property
    def name(self) -> str:
        """Its name in the store."""
        return self.table.name

    def rows(self, session: Session, tenant_id: str, records: Sequence[Stored]) -> RowsByKey:
        """Return the rows that these records change, by primary key; they stay locked."""
        table, mine = self.table, self._mine(records)
        if not mine:
            return {}
        query = select(table).where(table.c.tenant_id == tenant_id, self.related(table, mine))
        key = [column.name for column in table.primary_key]
        rows = session.execute(query.with_for_update()).mappings()
        return {tuple(row[name] for name in key): dict(row) for row in rows}

    def delete_replaced(self, session: Session, tenant_id: str, records: Sequence[Stored]) -> None:
        """Delete the rows of these records, where the projection only adds to them."""
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
    # A visit has kind and commune of its establishment.
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
    # Few, and an entry writes the rows of those that it resembles as well.
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
