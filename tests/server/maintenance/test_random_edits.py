"""Edits of a store by SQL: the check names each; what it does not name is listed with the reason."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.server.district import district_in
from tests.server.maintenance.random_edits import (
    PROJECTED_TABLES,
    UNCHECKED_COLUMNS,
    UNCHECKED_TABLES,
    EditedStore,
    checked_tables,
)

from field178_server.audit.access_state import PARTS
from field178_server.database.models import Base

# 10,000 in `make prove`.
EDITS = 60


def test_every_random_edit_is_named(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    district_in(tmp_path_factory, tmp_path / "data", waiting=5)
    store, rng, named = EditedStore.of(tmp_path / "data"), random.Random(20261202), 0
    unnamed = []
    while named < EDITS:
        edit, faults = store.random_edit(rng)
        named += bool(faults)
        unnamed += [edit] if faults == [] else []
        assert unnamed == []


def test_every_checked_table_is_edited(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    district_in(tmp_path_factory, tmp_path / "data", waiting=5)
    edited = {table.name for table, _ in EditedStore.of(tmp_path / "data").choices}
    rest = {table.name for table in checked_tables()} - edited
    # Tests of frozen reports, of later receipts and of the thinned trail edit these.
    assert rest == {"frozen_report", "receipt_copy", "report_template", "trail_base"}


def test_what_is_not_checked_is_part_of_the_schema() -> None:
    tables = Base.metadata.tables
    assert (UNCHECKED_TABLES.keys() | PROJECTED_TABLES | UNCHECKED_COLUMNS.keys()) - set(tables) == set()
    for name, text in UNCHECKED_COLUMNS.items():
        columns, colon, reason = text.partition(":")
        assert set(columns.split()) - {column.name for column in tables[name].columns} == set()
        assert colon
        assert reason


def test_every_column_that_gives_access_is_in_the_access_state() -> None:
    covered: dict[str, set[str]] = {}
    for part in PARTS:
        table = part.model.__table__
        covered.setdefault(str(table.name), {"tenant_id"}).update({part.key, *part.columns})
    for name, columns in covered.items():
        left_out = set(UNCHECKED_COLUMNS.get(name, "").partition(":")[0].split())
        rest = {column.name for column in Base.metadata.tables[name].columns} - columns - left_out
        assert rest - {"receipt_count", "receipt_sum"} == set(), name
