"""Settling process of totals: after a kill, and the limit below which a server settles itself."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.e2e.server_process import ServerProcess
from tests.server.office_scene import UNITS, Office, copy_of
from tests.shared import builders

from field178_server import own_process
from field178_server.database.models import IndicatorBasis, IndicatorTotal, Record
from field178_server.database.single_server import file_locked
from field178_server.database.unit_of_work import run_write, snapshot, unit_of_work
from field178_server.office.indicators.source import store_size
from field178_server.office.indicators.totals import settle_process, updater
from field178_server.office.indicators.totals.operations import FEW_CHANGES, invalidate_counts, is_settled
from field178_server.office.indicators.totals.updater import LOCK, settle_if_needed, totals_running
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.stored_record import new_record
from field178_shared.codelists import load
from field178_shared.record_type import RecordType
from field178_shared.time.clock import local_date

LOOK_EVERY_S = 0.02


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    opened = Office(copy_of(furnished, tmp_path / "data"))
    yield opened
    opened.close()


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(updater, "settle_in_own_process", refuse)


def add_places(office: Office, count: int) -> None:
    def write(session: Session) -> None:
        batch = Batch(session, office.settings.tenant, office.clock, office.runtime.ids)
        scopes.ensure(session, office.settings.tenant, [f"unit:{UNITS[0]}"], load())
        for _ in range(count):
            data = builders.establishment(unit_id=UNITS[0])
            batch.put(
                new_record(office.runtime.ids.time_ordered(), "establishment", f"unit:{UNITS[0]}", data)
            )
        batch.flush()

    run_write(office.engine, write)


def started(office: Office) -> subprocess.Popen[str]:
    """Start a process that settles as a server would."""
    command = own_process.command_of(settle_process.MODULE)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    url = office.engine.url.render_as_string(hide_password=False)
    process.stdin.write(json.dumps([url, office.settings.tenant, day(office).isoformat()]) + "\n")
    process.stdin.flush()
    return process


def day(office: Office) -> date:
    return local_date(office.clock.now())


def steps(office: Office) -> int:
    with snapshot(office.engine) as session:
        return session.scalar(select(IndicatorBasis.steps)) or 0


def settled(office: Office) -> bool:
    with snapshot(office.engine) as session:
        return is_settled(session, office.settings.tenant, load(), day(office))


def totals(office: Office) -> list[tuple[str, str, str]]:
    with snapshot(office.engine) as session:
        columns = (IndicatorTotal.bucket, IndicatorTotal.unit_id, IndicatorTotal.counts)
        return [tuple(row) for row in session.execute(select(*columns).order_by(*columns))]


def test_counts_of_a_killed_process_stay_and_the_next_counts_the_rest(office: Office) -> None:
    add_places(office, 250)
    with started(office) as process:
        while steps(office) < 2:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(LOOK_EVERY_S)
        with unit_of_work(office.engine):
            process.kill()
            process.wait()
    assert not settled(office)
    assert settle_if_needed(office.runtime) > 0
    assert settled(office)
    counted = totals(office)
    run_write(office.engine, lambda session: invalidate_counts(session, office.settings.tenant))
    settle_if_needed(office.runtime)
    assert totals(office) == counted != []


def test_the_process_ends_with_its_server_and_leaves_no_half_step(office: Office) -> None:
    with unit_of_work(office.engine), started(office) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == own_process.LEFT_ALONE
    assert steps(office) == 0


def test_a_process_that_is_killed_is_followed_by_another_at_the_next_look(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looks = threading.Semaphore(0)

    def killed(*_: object) -> int:
        looks.release()
        raise subprocess.CalledProcessError(-9, "")

    monkeypatch.setattr(updater, "settle_in_own_process", killed)
    with totals_running(office.runtime, look_every_s=0.01):
        assert all(looks.acquire(timeout=20) for _ in range(2))
    printed = capsys.readouterr().out
    assert "totals_not_settled" in printed
    assert "exit_code=-9" in printed


def test_operator_who_asks_for_the_figures_of_teams_has_them_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_size, "MOST_COUNTED_AT_ONCE", 0)
    add_places(office, 1)
    ServerProcess(office.settings.data_dir).command("tidy", "--figures")
    with snapshot(office.engine) as session:
        assert session.scalars(
            select(Record.record_id).where(Record.type == RecordType.INDICATOR_FIGURES)
        ).all()


@pytest.mark.usefixtures("no_process")
def test_a_server_settles_nothing_while_another_of_its_processes_does(office: Office) -> None:
    with file_locked(office.settings.data_dir / LOCK) as is_mine:
        assert is_mine
        assert settle_if_needed(office.runtime) == 0
    assert steps(office) == 0


def test_a_few_changes_are_settled_without_a_process_and_more_of_them_with_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle_if_needed(office.runtime)
    begun: list[object] = []
    monkeypatch.setattr(updater, "settle_in_own_process", lambda *arguments: begun.append(arguments) or 1)
    add_places(office, FEW_CHANGES)
    settle_if_needed(office.runtime)
    assert settled(office)
    assert not begun
    add_places(office, FEW_CHANGES + 1)
    settle_if_needed(office.runtime)
    assert begun
    assert not settled(office)
