"""An item that only a pack knows is checked by its own kind, as those of the release are."""

from __future__ import annotations

import pytest
from tests.shared import builders

from field178_shared.codelists import load, put_in_force
from field178_shared.codelists.loading import released_files
from field178_shared.list_packs import TABLES, ListPack, lists_with
from field178_shared.merge import write_path
from field178_shared.rules import free_texts
from field178_shared.schemas import json_schema, validate
from field178_shared.schemas.catalogue import SCHEMAS
from field178_shared.schemas.checks import issues_of

ITEMS = TABLES["checklist_items.items"]
KINDS = {"yes": "ynpa", "count": "count", "day": "date", "said": "text", "role": "choice:overall_result"}


@pytest.fixture(autouse=True)
def items_of_a_pack() -> None:
    released = ITEMS.rows(released_files())["fire_extinguishers"]
    rows = {f"new-{name}": released | {"id": f"new-{name}", "answer": kind} for name, kind in KINDS.items()}
    # Schemas are kept by the version of the lists, and one process of tests has many packs of number 1.
    put_in_force(lists_with(ListPack(number=5800).with_rows({ITEMS.path: rows})))


@pytest.mark.parametrize(
    ("item", "right", "wrong", "code"),
    [
        ("new-yes", "partial", "maybe", "unknown_choice"),
        ("new-count", 7, "seven", "not_integer"),
        ("new-count", 0, -1, "out_of_range"),
        ("new-day", "2026-07-01", "tomorrow", "bad_date"),
        ("new-said", "Đã treo biển.", 7, "wrong_type"),
        ("new-role", "compliant", "good", "unknown_choice"),
        ("of-no-list", "anything", 1.5, "not_integer"),
    ],
)
def test_the_kind_of_the_item_decides(item: str, right: object, wrong: object, code: str) -> None:
    path = f"answers.{item}.v"
    fine = write_path(builders.inspection(), path, right)
    bad = write_path(builders.inspection(), path, wrong)

    assert validate("inspection", fine) == {}
    assert validate("inspection", bad) == {path: [code]}
    assert set(issues_of(SCHEMAS["inspection"].validate(bad))) == {(path, code)}, "as marshmallow finds it"


def test_a_note_of_such_an_item_has_its_limit() -> None:
    noted = write_path(builders.inspection(), "answers.new-yes.note", "x" * 2000)
    assert validate("inspection", noted) == {"answers.new-yes.note": ["too_long"]}


def test_a_text_of_such_an_item_is_free_text() -> None:
    visit = write_path(builders.inspection(), "answers.new-said.v", "Đã treo biển.")
    assert "answers.new-said.v" in free_texts("inspection", visit)


def test_other_clients_read_it_in_the_schema() -> None:
    answers = json_schema("inspection")["properties"]["answers"]["properties"]  # type: ignore[index]
    assert answers["new-count"]["properties"]["v"]["type"] == "integer"
    put_in_force(lists_with(ListPack()))
    assert "new-count" not in json_schema("inspection")["properties"]["answers"]["properties"]  # type: ignore[index]
    assert "new-count" not in load().items
