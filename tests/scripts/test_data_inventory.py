"""Every column and field that is stored has an entry in the data inventory, and its page is current."""

from __future__ import annotations

import copy
import tomllib

import pytest
from scripts import data_inventory


def entries() -> dict[str, object]:
    return tomllib.loads(data_inventory.ENTRIES.read_text("utf-8"))


def test_each_stored_column_and_field_has_one_entry() -> None:
    assert list(data_inventory.problems(entries(), data_inventory.stored_names())) == []


def test_page_says_what_the_entries_say() -> None:
    assert data_inventory.PAGE.read_text("utf-8") == data_inventory.page(entries())


@pytest.mark.parametrize(
    ("place", "table"), [("server", "officer"), ("records", "inspection"), ("tablet", "photo")]
)
def test_new_column_without_an_entry_is_named(place: str, table: str) -> None:
    stored = copy.deepcopy(data_inventory.stored_names())
    stored[place][table].add("phone")
    assert list(data_inventory.problems(entries(), stored)) == [f"{place}.{table}.phone: no entry"]


def test_new_table_without_an_entry_is_named() -> None:
    stored = copy.deepcopy(data_inventory.stored_names())
    stored["server"]["visitor"] = {"name"}
    assert list(data_inventory.problems(entries(), stored)) == ["server.visitor: no entry"]


def test_no_field_of_a_record_names_a_worker() -> None:
    """People in records are officers, and what a place is known by: workers are counts."""
    personal = {
        field
        for table in data_inventory.stored_names()["records"].values()
        for field in table
        if "worker" in field and any(word in field for word in ("name", "phone", "birth", "id_number"))
    }
    assert personal == set()
