"""Command `project`, as an operator runs it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.server.cli.command import Command
from tests.server.office_scene import UNITS
from tests.world import ESTABLISHMENT

from field178_server.cli import project as command
from field178_server.database.models import IndicatorBasis
from field178_server.records.batch import Batch
from field178_server.records.stored_record import new_record

UNIT = f"unit:{UNITS[0]}"
COUNT = 7


@pytest.fixture
def filled(field178: Command) -> Command:
    """A store with some establishments and counted figures."""
    at = field178.operator()

    def work(session: Any) -> None:
        batch = Batch(session, at.tenant_id, at.clock, at.ids)
        for number in range(COUNT):
            data = {**ESTABLISHMENT, "unit_id": UNITS[0], "name": f"Nhà nghỉ {number}"}
            batch.put(new_record(at.ids.time_ordered(), "establishment", UNIT, data))
        batch.flush()
        session.merge(IndicatorBasis(tenant_id=at.tenant_id, basis="b", steps=1))

    at.write(work)
    at.close()
    return field178


def test_rows_that_differ_are_written_and_counted(filled: Command) -> None:
    filled.change_store("UPDATE establishment_row SET name = 'x', folded = ''")
    lines = filled("project", "--type", "establishment").splitlines()
    assert lines == [f"records: {COUNT}", f"rows_differed: {COUNT}", f"establishment_row: {COUNT}"]
    assert filled.json("project", "--type", "establishment") == {"records": COUNT, "rows_differed": 0}


def test_a_check_writes_nothing_and_ends_with_one(filled: Command) -> None:
    assert filled.run("project", "--check").exit_code == 0
    filled.change_store("UPDATE establishment_row SET name = 'x'")
    for _ in range(2):
        result = filled.run("project", "--check", "--json")
        assert result.exit_code == 1
        assert f'"rows_differed": {COUNT}' in result.stdout


def test_figures_counted_from_rows_that_differed_are_counted_anew(filled: Command) -> None:
    filled("project")
    assert _basis(filled) == "b"
    filled.change_store("UPDATE establishment_row SET unit_id = 'c0'")
    filled("project")
    assert _basis(filled) == ""


def test_progress_is_reported_on_stderr(filled: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_REPORT_EVERY_S", 0.0)
    result = filled.run("project", "--type", "establishment", "--json")
    assert f"{COUNT} / {COUNT} phiếu" in result.stderr
    assert "phiếu" not in result.stdout


def test_a_type_that_is_not_there_is_refused(field178: Command) -> None:
    assert field178.run("project", "--type", "house").exit_code == 2


def _basis(field178: Command) -> str | None:
    at = field178.operator()
    basis = at.read(lambda session: session.get_one(IndicatorBasis, at.tenant_id).basis)
    at.close()
    return basis
