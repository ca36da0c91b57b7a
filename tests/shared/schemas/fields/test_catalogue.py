"""Every field of the wire is declared once for people, and its declaration agrees with the schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import pytest
from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.rules import FreeTextMarks, free_text_paths
from field178_shared.schemas import TYPES, json_schema
from field178_shared.schemas.fields import (
    establishment,
    inspection,
    office_entries,
    outreach,
    plan,
    reporting,
)
from field178_shared.schemas.fields.catalogue import (
    FIELDS,
    RECORD_NAMES,
    choices_of,
    described_at,
    field_at,
    fields_in,
    max_length,
    position_of,
    record_name,
    words_at,
)
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec

DECLARED = {
    "inspection": inspection.FIELDS,
    "outreach_session": outreach.OUTREACH_SESSION,
    "establishment": establishment.FIELDS,
    "review": office_entries.REVIEW,
    "comment_answer": office_entries.COMMENT_ANSWER,
    "sanction_decision": office_entries.DECISION,
    "payment": office_entries.PAYMENT,
    "measure_execution": office_entries.MEASURE,
    "follow_up_closure": office_entries.CLOSURE,
    "worker_census": outreach.WORKER_CENSUS,
    "media_post": outreach.MEDIA_POST,
    "commune_plan": outreach.COMMUNE_PLAN,
    "risk_group_count": outreach.RISK_GROUP_COUNT,
    "report": reporting.REPORT,
    "report_submission": reporting.SUBMISSION,
    "agency_return": reporting.AGENCY_RETURN,
    "harm_reduction_return": reporting.HARM_REDUCTION_RETURN,
    "information_correction": reporting.INFORMATION_CORRECTION,
    "supervision": reporting.SUPERVISION,
    "pilot_model": reporting.PILOT_MODEL,
    "commendation": reporting.COMMENDATION,
    "budget_line": reporting.BUDGET_LINE,
    "denominator": reporting.DENOMINATOR,
    "inspection_plan": plan.PLAN,
    "plan_item": plan.ITEM,
}
EVERY_FIELD = [(name, spec) for name, specs in FIELDS.items() for spec in specs.values()]
# Set beside the data of a record, no field of its schema.
BESIDE = {"_deleted"}
JSON_TYPES = {
    FieldKind.NUMBER: "integer",
    FieldKind.MONEY: "integer",
    FieldKind.BYTES: "integer",
    FieldKind.DEGREES: "integer",
    FieldKind.FLAG: "boolean",
    FieldKind.GROUP: "object",
}


def paths_of(described: object, path: str = "") -> Iterator[tuple[str, Mapping[str, object]]]:
    """Give every path of a JSON schema, `*` for the key of an entry, with its description."""
    if not isinstance(described, Mapping):
        return
    if path:
        yield path, described
    for name, below in dict(described.get("properties") or {}).items():
        key = "*" if path == "answers" else name
        yield from paths_of(below, f"{path}.{key}" if path else key)
    yield from paths_of(described.get("additionalProperties"), f"{path}.*")


@pytest.mark.parametrize("record_type", sorted(FIELDS))
def test_catalogue_holds_exactly_the_paths_of_the_schema(record_type: str) -> None:
    assert {path for path, _ in paths_of(json_schema(record_type))} == set(FIELDS[record_type]) - BESIDE


def test_no_path_is_declared_twice() -> None:
    count = Counter((name, spec.path) for name, specs in DECLARED.items() for spec in specs)
    assert [path for path, times in count.items() if times > 1] == []
    assert count.keys() == {(name, path) for name in DECLARED for path in FIELDS[name]}


def schema_of(described: Mapping[str, Mapping[str, object]], spec: FieldSpec) -> Mapping[str, object]:
    """Return the JSON schema of a field, of a list that of its items."""
    schema = described[spec.path].get("items", described[spec.path])
    assert isinstance(schema, Mapping)
    return schema


def fields_with_schemas() -> Iterator[tuple[str, FieldSpec, Mapping[str, object]]]:
    """Yield record type, field and JSON schema of each field that its schema has."""
    for record_type, specs in FIELDS.items():
        described = dict(paths_of(json_schema(record_type)))
        for path, spec in specs.items():
            if path not in BESIDE:
                yield record_type, spec, schema_of(described, spec)


def test_kind_of_a_field_is_that_of_its_schema() -> None:
    assert [
        (record_type, spec.path, spec.kind)
        for record_type, spec, schema in fields_with_schemas()
        if spec.kind is not FieldKind.ANSWER and not _kind_is_that_of_the_schema(spec.kind, schema)
    ] == []


def _kind_is_that_of_the_schema(kind: FieldKind, schema: Mapping[str, object]) -> bool:
    is_day = kind in (FieldKind.DATE, FieldKind.MONTH, FieldKind.HALF_YEAR)
    if kind is FieldKind.CHOICE:
        is_listed = "enum" in schema or "pattern" in schema
    else:
        is_listed = "enum" not in schema or kind in (FieldKind.SOURCE, FieldKind.CODE)
    return (
        schema.get("type") == JSON_TYPES.get(kind, "string")
        and (schema.get("format") == "date") == is_day
        and is_listed
    )


def test_every_choice_of_a_field_has_a_label() -> None:
    unnamed = {}
    for record_type, spec, schema in fields_with_schemas():
        if spec.kind is FieldKind.CHOICE:
            choices = set(choices_of(spec.choices, load()))
            enum = schema.get("enum") or choices
            assert isinstance(enum, Iterable)
            # Hotlines are no agencies; their ids contain their number.
            rest = {choice for choice in set(enum) - choices if not choice.startswith("hotline_")}
            unnamed |= {(record_type, spec.path): rest} if rest else {}
    assert unnamed == {}


@pytest.mark.parametrize("record_type", sorted(TYPES))
def test_every_free_text_is_looked_through_for_personal_data(record_type: str) -> None:
    marked = {path for path, each in paths_of(json_schema(record_type)) if each.get("x-free-text")}
    specs = FIELDS.get(record_type, {})
    in_schema = {path for path in marked if path != "answers.*.v"}
    assert {path for path in in_schema if not specs[path].is_free_text} == set(), (
        "the schema says it, the field does not"
    )
    declared = {path for path, spec in specs.items() if spec.is_free_text}
    assert declared | in_schema <= set(free_text_paths(record_type))
    assert {path for path, spec in specs.items() if spec.kind is FieldKind.LONG_TEXT} <= declared


# Sections of the record types with a paper, each with a place in it for lines drawn by declaration.
PRINTED_SECTIONS = {"inspection": {"visit", "result"}, "outreach_session": {"session", "content"}}


@pytest.mark.parametrize("record_type", sorted(PRINTED_SECTIONS))
def test_every_field_has_a_line_on_the_paper_or_a_reason(record_type: str) -> None:
    for spec in FIELDS[record_type].values():
        if "." not in spec.path:
            assert spec.is_printed == (not spec.off_paper), spec.path
        if spec.is_printed:
            assert spec.section in PRINTED_SECTIONS[record_type], spec.path


def test_field_excluded_from_files_is_in_no_feed_and_table() -> None:
    for record_type, spec in EVERY_FIELD:
        if spec.why_not_exported:
            assert spec.why_not_in_feeds, (record_type, spec.path)
            assert spec.why_not_in_tables, (record_type, spec.path)
        if spec.is_free_text or spec.kind is FieldKind.PERSON:
            assert spec.why_not_exported, (record_type, spec.path)
        if spec.is_document_number:
            assert spec.why_not_in_feeds, (record_type, spec.path)


def test_marks_stand_at_each_free_text_of_a_record() -> None:
    text = "Gọi anh Nguyễn Văn Mẫu 0912345678"
    data = builders.outreach_session(venue=text, summary=text, note="không có gì")
    marks = FreeTextMarks("outreach_session", "vi")
    assert sorted(marks.of(data)) == ["summary", "venue"]
    assert marks.of({"venue": "Nhà văn hóa"}) == {}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_text_of_a_field_is_translated(language: str) -> None:
    for record_type, spec in EVERY_FIELD:
        words = words_at(record_type, spec.path, language)
        assert words.label
        same = language == "en" or spec.label == "SHA-256"
        assert (words.label == spec.label) == same, spec
        assert bool(words.help) == bool(spec.help)


def test_field_name_is_the_same_in_all_types() -> None:
    names = {record_type: record_name(record_type, "vi") for record_type in RECORD_NAMES}
    assert names["establishment"] == words_at("inspection", "establishment_id", "vi").label
    assert record_name("unheard_of", "vi") == "unheard_of"
    units = {words_at(each, "unit_id", "vi").label for each in RECORD_NAMES}
    teams = {words_at(each, "team_id", "vi").label for each in RECORD_NAMES}
    assert (units, teams) == ({"Địa bàn"}, {"Đội kiểm tra"})


def test_key_of_an_entry_matches_any() -> None:
    spec = field_at("outreach_session", "audiences.general_public.attendance_count")
    assert spec is FIELDS["outreach_session"]["audiences.*.attendance_count"]
    assert field_at("outreach_session", "unheard_of.x") is None
    assert field_at("unheard_of", "venue") is None
    assert words_at("outreach_session", "unheard_of.x", "vi").label == "unheard_of.x"


def test_order_of_the_fields_is_the_order_of_their_declarations() -> None:
    paths = [spec.path for spec in fields_in("outreach_session", "session")]
    assert paths == sorted(paths, key=lambda path: position_of("outreach_session", path))
    assert paths[:2] == ["record_code", "outreach_form_id"]
    assert position_of("outreach_session", "unheard_of") == len(FIELDS["outreach_session"])


def test_limit_of_a_text_is_the_one_of_the_schema() -> None:
    assert max_length("outreach_session", "venue") == 120
    assert max_length("establishment", "certificates.fire.number") == 60
    assert max_length("outreach_session", "session_date") == 0
    assert described_at("unheard_of", "x") is None
    assert described_at("outreach_session", "venue.x.y") is None
