"""Columns of a record type: derived from its fields, without what may name a person, under lasting names."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.schemas.fields import columns
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.schemas.fields.columns import ColumnShape, record_columns
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import LANGUAGES

LISTS = load()
MADE_UP = "made_up"
ALLOWED = (
    FieldSpec("unit", "unit", FieldKind.CHOICE),
    FieldSpec("sign", "sign", FieldKind.TEXT),
    FieldSpec("services", "services", FieldKind.GROUP),
    FieldSpec("services.*", "service", FieldKind.GROUP),
    FieldSpec("services.*.quantity", "quantity", FieldKind.NUMBER),
)


def by_name(record_type: str) -> dict[str, columns.RecordColumn]:
    columns_found = record_columns(record_type, LISTS)
    assert len({column.name for column in columns_found}) == len(columns_found)
    return {column.name: column for column in columns_found}


@pytest.mark.parametrize(
    "inside",
    [
        FieldSpec("remark", "remark", FieldKind.TEXT, is_free_text=True),
        FieldSpec("story", "story", FieldKind.LONG_TEXT, is_free_text=True),
        FieldSpec("chosen", "chosen", FieldKind.CHOICE, is_free_text=True),
        FieldSpec("decided_by", "decided_by", FieldKind.PERSON),
        FieldSpec("quoted", "quoted", FieldKind.SOURCE),
        FieldSpec("secret", "secret", FieldKind.CODE),
        FieldSpec("place", "place", FieldKind.NUMBER, off_export="a reason"),
        FieldSpec("services.*.remark", "remark", FieldKind.TEXT, is_free_text=True),
    ],
    ids=lambda spec: spec.path,
)
def test_field_that_may_identify_a_person_is_no_column(
    monkeypatch: pytest.MonkeyPatch, inside: FieldSpec
) -> None:
    record_columns.cache_clear()
    specs = {spec.path: spec for spec in (*ALLOWED, inside)}
    monkeypatch.setattr(columns, "FIELDS", {MADE_UP: specs})
    assert inside.why_not_exported
    assert list(by_name(MADE_UP)) == ["unit", "sign", "services_count", "services.quantity"]
    record_columns.cache_clear()


def test_group_that_names_a_person_is_counted_and_not_named() -> None:
    columns_found = by_name("inspection")
    assert "members_count" in columns_found
    assert "members" not in columns_found
    assert not [name for name in columns_found if name.startswith(("check_in", "protocols"))]


def test_no_column_is_a_free_text_or_a_person() -> None:
    columns_of_types = [(name, column) for name in FIELDS for column in by_name(name).values()]
    assert [
        (name, column.name)
        for name, column in columns_of_types
        if FIELDS[name].get(column.path, column.field).is_free_text
        or column.kind in (FieldKind.PERSON, FieldKind.LONG_TEXT, FieldKind.SOURCE, FieldKind.CODE)
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_column_of_a_record_type_has_a_label_of_its_own(language: str) -> None:
    labels = Counter((name, column.label(language)) for name in FIELDS for column in by_name(name).values())
    assert {label: count for label, count in labels.items() if count > 1} == {}
    assert [label for label in labels if not label[1]] == []


def test_every_question_is_a_column_but_texts_and_counts_that_point_at_a_person() -> None:
    answers = {name.partition(".")[2] for name in by_name("inspection") if name.startswith("answers.")}
    assert set(LISTS.items) - answers == {
        "cc_recommendation",
        "cc_representative_opinion",
        "workers_under18",
        "workers_foreign",
    }


def test_values_are_those_of_the_stored_body() -> None:
    data = builders.inspection(
        findings={
            "a": {"violation_id": "kd_hours", "occurred_on": "2026-11-20"},
            "b": {"violation_id": "kd_hours", "occurred_on": "2026-11-20"},
            "c": {"violation_id": "lb_under18", "occurred_on": "2026-11-20"},
        }
    )
    values = {name: column.value(data) for name, column in by_name("inspection").items()}
    assert values["findings"] == ["kd_hours", "lb_under18"]
    assert (values["findings_count"], values["members_count"], values["measures_count"]) == (3, 2, 0)
    assert (values["answers.workers_total"], values["answers.biz_registration"]) == (5, "yes")
    assert values["local_escort_agencies"] == ["commune_police"]
    assert values["trigger"] == "annual_plan"
    session = {
        name: column.value(builders.outreach_session())
        for name, column in by_name("outreach_session").items()
    }
    assert session["audiences"] == ["workers_at_risk", "owners_managers"]
    assert session["audiences.workers_at_risk.female_count"] == 3
    assert session["audiences.youth.attendance_count"] is None
    assert session["materials.leaflet.quantity"] == 6


def test_members_of_entries_correspond_entry_by_entry() -> None:
    data = builders.inspection(
        findings={
            "a": {"violation_id": "kd_hours", "occurred_on": "2026-11-20", "quantity": 2},
            "b": {"violation_id": "kd_hours", "occurred_on": "2026-11-21"},
            "c": {},
        }
    )
    inspection = by_name("inspection")
    assert inspection["findings.violation_id"].value(data) == ["kd_hours", "kd_hours"]
    assert inspection["findings.quantity"].value(data) == [2, None]
    assert inspection["findings.frame.min"].value(data) is None
    assert {name for name, column in inspection.items() if column.shape is ColumnShape.MEMBERS} >= {
        "measures.amount_vnd",
        "follow_ups.due_on",
        "follow_up_answers.status",
        "members.position",
    }
    assert not {"findings.note", "follow_ups.text", "members.user"} & set(inspection)


def test_member_of_entries_is_a_list_that_only_files_and_feeds_have() -> None:
    column = by_name("inspection")["findings.quantity"]
    assert (column.is_list, column.label("vi")) == (True, "Vi phạm · Số lượng")
    assert column.why_not_in_tables


def test_certificates_have_a_column_for_each_kind_and_member() -> None:
    certificates = by_name("establishment")
    issued = certificates["certificates.antt.issued_on"]
    assert (issued.kind, issued.is_list) == (FieldKind.DATE, False)
    assert issued.value({"certificates": {"antt": {"issued_on": "2026-01-02"}}}) == "2026-01-02"


def test_columns_know_their_kind_their_list_and_whether_they_are_one_of_many() -> None:
    columns_found = by_name("inspection")
    kinds = {
        name: columns_found[name].kind for name in ("findings", "findings_count", "answers.workers_total")
    }
    assert list(kinds.values()) == [FieldKind.CHOICE, FieldKind.NUMBER, FieldKind.NUMBER]
    assert columns_found["answers.cc_fix_deadline"].kind is FieldKind.DATE
    assert columns_found["answers.biz_registration"].kind is FieldKind.ANSWER
    assert (columns_found["findings"].list_name, columns_found["trigger"].list_name) == (
        "violations",
        "inspection_trigger",
    )
    assert by_name("outreach_session")["audiences"].list_name == "audiences"
    assert [columns_found[name].is_list for name in ("findings", "local_escort_agencies", "trigger")] == [
        True,
        True,
        False,
    ]
    assert columns_found["answers.workers_total"].why_not_in_tables
    assert not columns_found["findings_count"].why_not_in_tables
    assert columns_found["findings_count"].shape is ColumnShape.COUNT
    assert columns_found["findings_count"].label("vi") == "Vi phạm (số lượng)"
