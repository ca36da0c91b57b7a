"""The formulas of the indicators: all are read, and a row that cannot be is refused with its place."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from field178_shared.codelists import CodeListError, load, read_lists
from field178_shared.codelists.loading import released_files
from field178_shared.formulas.sources import ENTITIES, SOURCES, ValueType
from field178_shared.list_packs import ListPack, PackFault, problems_of
from field178_shared.schemas import TYPES, json_schema


def test_every_indicator_has_a_formula_that_is_read() -> None:
    assert set(load().figures) == set(load().indicators)


def test_every_record_type_that_is_read_is_kept() -> None:
    read = {kind for source in (*SOURCES.values(), *ENTITIES.values()) for kind in source.record_types}
    assert read <= set(TYPES)


def test_no_formula_can_read_a_free_text_or_a_person() -> None:
    """Texts that formulas read are ids of a list, but one that the program writes itself."""
    of_no_list = {
        f"{source.name}.{name}"
        for source in (*SOURCES.values(), *ENTITIES.values())
        for name, field in source.fields.items()
        if field.kind in (ValueType.TEXT, ValueType.TEXTS) and not field.ids_of
    }
    assert of_no_list == {"session.channel"}


def test_fields_of_sources_are_fields_of_records() -> None:
    properties: Any = json_schema("inspection")["properties"]
    assert set(SOURCES["inspection"].fields) <= set(properties)
    session: Any = json_schema("outreach_session")["properties"]
    assert {"outreach_form_id", "topic_ids"} <= set(session)


@pytest.mark.parametrize(
    ("member", "text", "message"),
    [
        ("num", "count(meeting)", "unknown_source: meeting (column 7)"),
        ("den", "total(session, summary)", "unknown_field: session.summary (column 16)"),
        ("num", "count(session", "not_readable"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(member: str, text: str, message: str) -> None:
    files = copy.deepcopy(released_files())
    rows: Any = files["indicators"]["items"]
    rows[0][member] = text
    with pytest.raises(CodeListError, match=rf"indicators.items\[{rows[0]['id']}\].{member}") as refused:
        len(read_lists(files).figures)
    assert message in str(refused.value)
    assert refused.value.member == member


def test_terms_that_go_round_in_a_circle_are_refused() -> None:
    files = copy.deepcopy(released_files())
    terms: Any = files["indicators"]["terms"]
    terms[0]["formula"] = "min(workers_reached, 3)"
    with pytest.raises(CodeListError, match="cycle: workers"):
        len(read_lists(files).figures)


def test_an_office_adds_an_indicator_by_a_row() -> None:
    row: Any = {
        "id": "refused_visits",
        "official_code": "7.3",
        "origin": "product",
        "group": "inspection",
        "vi": "Số lượt kiểm tra bị từ chối",
        "en": "Visits that were refused",
        "unit": "lượt",
        "num": "count(inspection, where=access_result == 'refused')",
        "den": None,
        "target_key": None,
        "period": ["year"],
        "reporter": "dist_labour_office",
    }
    pack = ListPack().with_rows({"indicators.items": {"refused_visits": row}})
    assert problems_of(pack, ListPack()) == ()
    bad = ListPack().with_rows({"indicators.items": {"refused_visits": row | {"num": "count(visit)"}}})
    [problem] = problems_of(bad, ListPack())
    assert (problem.table, problem.key) == ("indicators.items", "refused_visits")
    assert problem.fault is PackFault.BAD_FORMULA
    assert problem.detail == "num: unknown_source: visit (column 7)"
