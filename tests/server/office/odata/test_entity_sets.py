"""The tables of the data feeds contain no person, and their names are valid in queries."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Column
from sqlalchemy.sql import coercions
from sqlalchemy.sql.roles import ColumnsClauseRole
from sqlalchemy.sql.visitors import iterate

from field178_server.database.models import Base
from field178_server.office.odata.edm import EdmType
from field178_server.office.odata.entity_sets import FIGURES, EntitySet, entity_sets
from field178_shared.codelists import load
from field178_shared.schemas.fields.columns import ColumnShape
from field178_shared.schemas.fields.spec import FieldKind
from field178_shared.text.privacy import matches_forbidden

ENTITY_SETS = entity_sets(load())
# Columns of the store that identify an officer or a person, contain their position, or contain written texts.
_OFFICERS = {"user_id", "officer_id", "device_id", "handed_to", "actor_id", "made_by"}
_POSITIONS = {"address", "lat", "lon"}
_TEXTS = {
    "title",
    "folded",
    "sort_key",
    "registration_number",
    "document_number",
    "number_key",
    "body",
    "data",
}
PERSONAL = _OFFICERS | _POSITIONS | _TEXTS | {"plan_item_id", "inspection_priority_id"}
# Besides these, sentences that are made of names of units and counts.
TEXTS = {("Establishments", "Name"), (FIGURES, "LeftOutVi"), (FIGURES, "LeftOutEn")}
LEXER = re.compile(r"(any|all|null|true|false|not|inf|nan)", re.IGNORECASE)


FIELDS_OF_RECORDS = [
    (table.name, field, field.source.column)
    for table in ENTITY_SETS.values()
    for field in table.properties
    if field.source is not None
]


def columns_read(table: EntitySet) -> set[str]:
    """Return the columns of the store that a table of the feeds reads, but for fields of stored bodies."""
    parts = [
        part
        for field in table.properties
        if field.source is None
        for part in iterate(coercions.expect(ColumnsClauseRole, field.expression))
    ]
    tables = Base.metadata.tables
    return {
        part.name for part in parts if isinstance(part, Column) and getattr(part.table, "name", "") in tables
    }


@pytest.mark.parametrize("table", ENTITY_SETS.values(), ids=ENTITY_SETS)
def test_no_column_contains_a_person_or_a_written_text(table: EntitySet) -> None:
    assert columns_read(table) & PERSONAL == set()
    names = [table.name, table.entity, *table.by_name]
    assert [name for name in names if matches_forbidden(name)] == []
    of_store = [table.name, table.entity, *(field.name for field in table.properties if field.source is None)]
    assert [
        name for name in of_store if re.search("Officer|User|Person|Worker|Address|Phone|Note|Text", name)
    ] == []


def test_fields_of_records_are_chosen_counted_or_dated() -> None:
    kinds = {column.kind for _, _, column in FIELDS_OF_RECORDS}
    assert kinds & {FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.PERSON, FieldKind.SOURCE} == set()
    assert kinds & {FieldKind.CODE, FieldKind.DEGREES, FieldKind.GROUP} == set()
    assert {column.field.path for _, _, column in FIELDS_OF_RECORDS if column.field.is_screened} == set()
    names = {f"{table}.{field.name}" for table, field, _ in FIELDS_OF_RECORDS}
    assert {"Visits.AnswersWorkersTotal", "Visits.TriggerId", "Sessions.TopicIds"} <= names
    hidden = (
        "WorkersUnder18",
        "WorkersForeign",
        "CheckIn",
        "Protocol",
        "Recommendation",
        "Note",
        "Venue",
        "DecisionNumber",
        "MinutesNumber",
    )
    assert [name for name in names if any(word in name for word in hidden)] == []


def test_search_for_personal_columns_finds_the_columns_of_entity_sets() -> None:
    assert {"record_id", "name"} <= columns_read(ENTITY_SETS["Establishments"])
    assert {"due_on", "closed_on", "review_state"} <= columns_read(ENTITY_SETS["FollowUps"])


@pytest.mark.parametrize("table", ENTITY_SETS.values(), ids=ENTITY_SETS)
def test_texts_are_ids_codes_and_labels(table: EntitySet) -> None:
    codes = {FieldKind.RECORD_CODE, FieldKind.TIME_OF_DAY}
    # Values of several entries are joined in a text, numbers and days as well.
    of_fields = {
        field.name
        for _, field, column in FIELDS_OF_RECORDS
        if column.kind in codes or column.shape is ColumnShape.MEMBERS
    }
    texts = {field.name for field in table.properties if field.type is EdmType.STRING} - of_fields
    labels = {"NameVi", "NameEn", "MeasuredIn", "OfficialCode", "Code", "State"}
    others = {name for name in texts - labels if not (name == "Id" or name.endswith(("Id", "Ids")))}
    assert {(table.name, name) for name in others} <= TEXTS


@pytest.mark.parametrize("table", ENTITY_SETS.values(), ids=ENTITY_SETS)
def test_names_are_valid_in_filters(table: EntitySet) -> None:
    # The parser takes the beginning of such a name for a word of its own.
    assert [name for name in table.by_name if LEXER.match(name)] == []
    assert all(re.fullmatch("[A-Z][A-Za-z0-9]*", name) for name in (table.name, table.entity, *table.by_name))
    assert set(table.key) <= set(table.by_name)
    assert not [name for name in table.key if table.by_name[name].is_nullable]


def test_entities_and_tables_have_names_of_their_own() -> None:
    names = [name for table in ENTITY_SETS.values() for name in (table.name, table.entity)]
    assert len(names) == len(set(names))
