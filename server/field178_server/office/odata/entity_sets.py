"""The tables of the feeds: columns, rights and sources of rows.

No column contains a person's name or free text, only ids, days, codes and counts, and the name of an
establishment for readers of its record (a test checks all columns). Establishments, visits and sessions
have a column for each field of the catalogue that is allowed in feeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import ColumnElement, FromClause, MetaData, Table, and_, func, join, literal
from sqlalchemy.orm import Session

from field178_server.database.declarative_base import CalendarDate
from field178_server.database.models import (
    EstablishmentProjection,
    FiledFacet,
    FiledRecord,
    FollowUpProjection,
    SanctionRow,
)
from field178_server.office.odata import computed_rows
from field178_server.office.odata.edm import SQL_TYPES, EdmType, EntityProperty
from field178_server.office.odata.feed_reader import FeedReader
from field178_server.office.odata.field_properties import field_properties
from field178_server.records.access import FIGURE_RIGHTS, RECORD_RIGHTS
from field178_shared.codelists import CodeLists
from field178_shared.record_type import RecordType
from field178_shared.time.no_day import NO_DAY

# Column of the review state; a query that does not name it reads approved records only.
STATE = "State"
FIGURES = "IndicatorFigures"
_ANY = RECORD_RIGHTS | FIGURE_RIGHTS

Rows = Callable[[Session, FeedReader, Mapping[str, object]], Iterable[Sequence[object]]]


@dataclass(frozen=True, slots=True)
class EntitySet:
    """A table of the feeds; `key`: names of its key columns.

    `within`: conditions of the rows that a reader may read. `rows`: computes the rows of a table that is not
    stored, in the order of its columns.
    """

    name: str
    entity: str
    key: tuple[str, ...]
    properties: tuple[EntityProperty, ...]
    source: FromClause
    rights: frozenset[str]
    within: Callable[[FeedReader], list[ColumnElement[bool]]] = lambda _: []
    rows: Rows | None = None

    @property
    def by_name(self) -> Mapping[str, EntityProperty]:
        """Columns by name."""
        return {column.name: column for column in self.properties}

    @property
    def state(self) -> EntityProperty | None:
        """Column of the review state, None if the table has none."""
        return self.by_name.get(STATE)


@lru_cache(maxsize=4)
def entity_sets(lists: CodeLists) -> Mapping[str, EntitySet]:
    """Return all tables by name; tables of records depend on the lists."""
    record_sets = (*_filed_sets(lists), _register(lists))
    return MappingProxyType({entity_set.name: entity_set for entity_set in (*record_sets, *_SETS)})


def sets_of(role: str, lists: CodeLists) -> Mapping[str, EntitySet]:
    """Return the tables that a role may read, by name."""
    role_definition = lists.roles.get(role)
    rights = role_definition.rights if role_definition is not None else frozenset[str]()
    return {name: entity_set for name, entity_set in entity_sets(lists).items() if entity_set.rights & rights}


def may_read_any(role: str, lists: CodeLists) -> bool:
    """Return whether a role may read any table."""
    return bool(sets_of(role, lists))


def _property(name: str, type_: EdmType, expression: Any, *, is_nullable: bool = True) -> EntityProperty:
    return EntityProperty(name, type_, expression, is_nullable)


def _key(name: str, expression: Any) -> EntityProperty:
    return EntityProperty(name, EdmType.STRING, expression, is_nullable=False)


def _text(name: str, expression: Any, *, is_nullable: bool = True) -> EntityProperty:
    return EntityProperty(name, EdmType.STRING, expression, is_nullable)


def _day(name: str, expression: Any) -> EntityProperty:
    return EntityProperty(name, EdmType.DATE, expression)


def _set_day(column: Any) -> Any:
    """Return NULL for NO_DAY."""
    return func.nullif(column, literal(NO_DAY, CalendarDate()), type_=CalendarDate())


def _of_records(model: Any, *more: ColumnElement[bool]) -> Callable[[FeedReader], list[ColumnElement[bool]]]:
    """Return the conditions of the rows that a reader may read."""
    return lambda reader: [
        model.tenant_id == reader.tenant_id,
        reader.access.covers(model.scope),
        *more,
    ]


def _with_visit(model: Any) -> FromClause:
    """Return a join of rows that belong to a visit with the visit's filed record."""
    is_its = and_(FiledRecord.tenant_id == model.tenant_id, FiledRecord.record_id == model.visit_id)
    return join(model, FiledRecord, is_its)


def _facets(name: str, entity: str, column: str, kind: str) -> EntitySet:
    """Return the table of the facets of one kind: codes of visits."""
    is_its = and_(
        FiledFacet.tenant_id == FiledRecord.tenant_id, FiledFacet.record_id == FiledRecord.record_id
    )
    return EntitySet(
        name,
        entity,
        ("VisitId", column),
        (
            _key("VisitId", FiledFacet.record_id),
            _key(column, FiledFacet.value),
            *_VISIT_PLACE,
            _STATE_COLUMN,
        ),
        join(FiledFacet, FiledRecord, is_its),
        RECORD_RIGHTS,
        _of_records(FiledRecord, FiledFacet.tenant_id == FiledRecord.tenant_id, FiledFacet.kind == kind),
    )


def _computed(
    name: str, entity: str, key: tuple[str, ...], columns: Mapping[str, EdmType], rows: Rows, *rights: str
) -> EntitySet:
    """Return a table whose rows are computed when it is read."""
    table = Table(
        name.lower(),
        MetaData(),
        *(SqlColumn(column_name, SQL_TYPES[type_]) for column_name, type_ in columns.items()),
    )
    properties = tuple(
        EntityProperty(column_name, type_, table.c[column_name], column_name not in key)
        for column_name, type_ in columns.items()
    )
    return EntitySet(name, entity, key, properties, table, frozenset(rights) or _ANY, rows=rows)


_IS_CLOSED = FollowUpProjection.closed_on.is_not(None)
_STATE_COLUMN = _text(STATE, FiledRecord.review_state, is_nullable=False)
_VISIT_PLACE = (
    _day("VisitedOn", FiledRecord.occurred_on),
    _text("EstablishmentId", FiledRecord.establishment_id),
    _text("EstablishmentTypeId", FiledRecord.register_type_id),
    _text("UnitId", FiledRecord.unit_id),
    _text("TeamId", FiledRecord.team_id),
)
# Fields that these tables have as projected columns, under names older than the catalogue's.
_PROJECTED_OF_VISITS = frozenset(
    {"establishment_id", "unit_id", "team_id", "inspection_kind", "overall_result", "findings", "measures"}
)
_PROJECTED_OF_SESSIONS = frozenset({"session_date", "unit_id", "outreach_form_id"})
_PROJECTED_OF_ESTABLISHMENTS = frozenset({"name", "establishment_type_id", "unit_id", "operating_status_id"})
_RECEIVED = _property("ReceivedAt", EdmType.INSTANT, FiledRecord.received_at, is_nullable=False)

_SETS = (
    _facets("Findings", "Finding", "ViolationId", "violation"),
    _facets("Measures", "Measure", "MeasureId", "measure"),
    EntitySet(
        "FollowUps",
        "FollowUp",
        ("VisitId", "LineId"),
        (
            _key("VisitId", FollowUpProjection.visit_id),
            _key("LineId", FollowUpProjection.line),
            _text("FollowUpKindId", FollowUpProjection.kind, is_nullable=False),
            *_VISIT_PLACE,
            _day("DueOn", _set_day(FollowUpProjection.due_on)),
            _day("ClosedOn", _set_day(FollowUpProjection.closed_on)),
            _property("IsClosed", EdmType.BOOLEAN, _IS_CLOSED, is_nullable=False),
            _property("AmountVnd", EdmType.INT64, FollowUpProjection.amount_vnd),
            _property("PaidVnd", EdmType.INT64, FollowUpProjection.paid_vnd),
            _STATE_COLUMN,
        ),
        _with_visit(FollowUpProjection),
        RECORD_RIGHTS,
        _of_records(FollowUpProjection),
    ),
    EntitySet(
        "Decisions",
        "Decision",
        ("VisitId", "DecisionId"),
        (
            _key("VisitId", SanctionRow.visit_id),
            _key("DecisionId", SanctionRow.decision_id),
            *_VISIT_PLACE,
            _day("DecidedOn", SanctionRow.document_date),
            _text("AgencyId", SanctionRow.agency_id, is_nullable=False),
            _text("SanctionId", SanctionRow.sanction_id, is_nullable=False),
            _property("AmountVnd", EdmType.INT64, SanctionRow.amount_vnd, is_nullable=False),
            _property("PaidVnd", EdmType.INT64, SanctionRow.paid_vnd, is_nullable=False),
            _STATE_COLUMN,
        ),
        _with_visit(SanctionRow),
        RECORD_RIGHTS,
        _of_records(SanctionRow),
    ),
    _computed(
        FIGURES,
        "IndicatorFigure",
        ("IndicatorId", "Year", "PeriodId", "AreaId"),
        {
            "IndicatorId": EdmType.STRING,
            "Year": EdmType.INT32,
            "PeriodId": EdmType.STRING,
            "AreaId": EdmType.STRING,
            "PeriodStart": EdmType.DATE,
            "PeriodEnd": EdmType.DATE,
            "Numerator": EdmType.DOUBLE,
            "Denominator": EdmType.DOUBLE,
            "Value": EdmType.DOUBLE,
            "Low": EdmType.DOUBLE,
            "High": EdmType.DOUBLE,
            "Target": EdmType.DOUBLE,
            "IsMet": EdmType.BOOLEAN,
            "ValueWithWaiting": EdmType.DOUBLE,
            "IsSuppressed": EdmType.BOOLEAN,
            "IsSent": EdmType.BOOLEAN,
            "CountedPlaces": EdmType.INT32,
            "PlacesInAll": EdmType.INT32,
            "VerdictId": EdmType.STRING,
            "UnassignedEstablishments": EdmType.INT32,
            "UnassignedZones": EdmType.INT32,
            "UnassignedSchools": EdmType.INT32,
            "LeftOutVi": EdmType.STRING,
            "LeftOutEn": EdmType.STRING,
        },
        computed_rows.indicator_figures,
        *FIGURE_RIGHTS,
    ),
    _computed(
        "Indicators",
        "Indicator",
        ("Id",),
        {
            "Id": EdmType.STRING,
            "NameVi": EdmType.STRING,
            "NameEn": EdmType.STRING,
            "GroupId": EdmType.STRING,
            "MeasuredIn": EdmType.STRING,
            "OfficialCode": EdmType.STRING,
        },
        computed_rows.indicators,
        *FIGURE_RIGHTS,
    ),
    _computed(
        "Areas",
        "Area",
        ("Id",),
        {"Id": EdmType.STRING, "NameVi": EdmType.STRING, "UnitCount": EdmType.INT32},
        computed_rows.areas,
        *FIGURE_RIGHTS,
    ),
    _computed(
        "Units",
        "Unit",
        ("Id",),
        {
            "Id": EdmType.STRING,
            "Code": EdmType.STRING,
            "NameVi": EdmType.STRING,
            "UnitKindId": EdmType.STRING,
            "ParentId": EdmType.STRING,
            "ValidFrom": EdmType.DATE,
            "ValidTo": EdmType.DATE,
        },
        computed_rows.units,
    ),
    _computed(
        "Teams",
        "Team",
        ("Id",),
        {"Id": EdmType.STRING, "NameVi": EdmType.STRING},
        computed_rows.teams,
        *RECORD_RIGHTS,
    ),
    _computed(
        "Codes",
        "Code",
        ("ListId", "Id"),
        {"ListId": EdmType.STRING, "Id": EdmType.STRING, "NameVi": EdmType.STRING, "NameEn": EdmType.STRING},
        computed_rows.codes,
    ),
)


def _register(lists: CodeLists) -> EntitySet:
    """Return the table of the register: first what is projected for lists, then the other fields."""
    row = EstablishmentProjection
    return EntitySet(
        "Establishments",
        "Establishment",
        ("Id",),
        (
            _key("Id", row.record_id),
            _text("Name", row.name, is_nullable=False),
            _text("EstablishmentTypeId", row.establishment_type_id, is_nullable=False),
            _text("UnitId", row.unit_id, is_nullable=False),
            _text("OperatingStatusId", row.operating_status_id, is_nullable=False),
            _property("ChangedAt", EdmType.INSTANT, row.changed_at, is_nullable=False),
            *field_properties(RecordType.ESTABLISHMENT, lists, _PROJECTED_OF_ESTABLISHMENTS, row),
        ),
        row.__table__,
        RECORD_RIGHTS,
        _of_records(row),
    )


def _filed_sets(lists: CodeLists) -> tuple[EntitySet, ...]:
    """Return the tables of filed records: projected columns first, then the other fields."""
    return (
        EntitySet(
            "Visits",
            "Visit",
            ("Id",),
            (
                _key("Id", FiledRecord.record_id),
                *_VISIT_PLACE,
                _text("InspectionKindId", FiledRecord.kind),
                _text("ResultId", FiledRecord.outcome),
                _STATE_COLUMN,
                _RECEIVED,
                *field_properties(RecordType.INSPECTION, lists, _PROJECTED_OF_VISITS, FiledRecord),
            ),
            FiledRecord.__table__,
            RECORD_RIGHTS,
            _of_records(FiledRecord, FiledRecord.type == RecordType.INSPECTION),
        ),
        EntitySet(
            "Sessions",
            "Session",
            ("Id",),
            (
                _key("Id", FiledRecord.record_id),
                _day("HeldOn", FiledRecord.occurred_on),
                _text("UnitId", FiledRecord.unit_id),
                _text("OutreachFormId", FiledRecord.kind),
                _property("AttendanceCount", EdmType.INT64, FiledRecord.attendance_count),
                _property("FirstTimeCount", EdmType.INT64, FiledRecord.first_time_count),
                _STATE_COLUMN,
                _RECEIVED,
                *field_properties(RecordType.OUTREACH_SESSION, lists, _PROJECTED_OF_SESSIONS, FiledRecord),
            ),
            FiledRecord.__table__,
            RECORD_RIGHTS,
            _of_records(FiledRecord, FiledRecord.type == RecordType.OUTREACH_SESSION),
        ),
    )
