"""`field178 upgrade`: the store at this version, or as it was, whatever step the process was killed at."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.server.cli.command import Command
from tests.server.cli.test_copies_in_clear import cut
from tests.server.serving.test_server import end, start

from field178_server.database import migrations
from field178_server.serving.upgrade import go_back

STEPS = ("upgrade.copied", "upgrade.noted", "upgrade.migrated", "upgrade.checked")
OLDER = sorted(migrations.revisions())[-2]


def revision(field178: Command) -> str | None:
    operator = field178.operator()
    try:
        return migrations.current(operator.engine_of_any_version)
    finally:
        operator.close()


def content(field178: Command) -> str:
    """Return the whole store as SQL."""
    connection = sqlite3.connect(field178.folder / "field178.sqlite")
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def is_clear(field178: Command) -> bool:
    return not (field178.folder / "upgrade-work").exists()


@pytest.fixture
def older(field178: Command) -> Command:
    """A store of the migration before the newest."""
    operator = field178.operator()
    migrations.downgrade(operator.engine_of_any_version, OLDER)
    operator.close()
    return field178


def test_store_is_upgraded_once(older: Command) -> None:
    assert older.json("upgrade") == {"before": OLDER, "after": migrations.head()}
    assert revision(older) == migrations.head()
    assert older.json("upgrade") == {"before": OLDER, "after": migrations.head()}
    process, _url = start(older.folder)
    end(process)
    assert is_clear(older)
    assert older.json("upgrade") == {"before": migrations.head(), "after": migrations.head()}
    assert older("check") == "Mọi thứ đều ổn.\n"


def test_failed_migration_leaves_the_store_as_it_was(older: Command) -> None:
    older.change_store("CREATE TABLE plan_commitment (a TEXT)")
    before = content(older)
    result = older.run("upgrade")
    assert result.exit_code == 1
    assert "vẫn như trước" in result.output
    assert (content(older), is_clear(older)) == (before, True)


def test_fault_after_the_migrations_puts_the_store_back(older: Command) -> None:
    older.change_store("UPDATE scope SET live_count = live_count + 1")
    before = content(older)
    result = older.run("upgrade")
    assert result.exit_code == 1
    assert "scope" in result.output
    assert (content(older), is_clear(older), revision(older)) == (before, True, OLDER)


@pytest.mark.parametrize("step", STEPS)
def test_killed_upgrade_is_finished_by_the_next_run(older: Command, step: str) -> None:
    assert cut(step, signal.SIGKILL, "upgrade") == -signal.SIGKILL
    assert older.json("upgrade")["after"] == migrations.head()
    assert older("check") == "Mọi thứ đều ổn.\n"
    process, _url = start(older.folder)
    end(process)
    assert is_clear(older)


@pytest.mark.parametrize("step", STEPS)
def test_killed_upgrade_can_be_undone(older: Command, step: str) -> None:
    before = content(older)
    assert cut(step, signal.SIGKILL, "upgrade") == -signal.SIGKILL
    cut("upgrade.undone", signal.SIGKILL, "upgrade", "--back")
    older("upgrade", "--back")
    assert content(older) == before
    assert revision(older) == OLDER


def test_no_server_starts_on_an_unchecked_upgrade(older: Command) -> None:
    cut("upgrade.migrated", signal.SIGKILL, "upgrade")
    result = older.run("serve", "--port", "0")
    assert result.exit_code == 1
    assert "field178 upgrade" in result.output


def test_served_store_is_not_upgraded(older: Command) -> None:
    before, folder = content(older), os.open(older.folder, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    result = older.run("upgrade")
    os.close(folder)
    assert result.exit_code == 1
    assert content(older) == before


def test_copy_needs_room(older: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1_000}))
    result = older.run("upgrade")
    assert result.exit_code == 1
    assert "MB" in result.output
    assert revision(older) == OLDER


def test_store_of_a_newer_version_is_left_alone(field178: Command) -> None:
    field178.change_store("UPDATE alembic_version SET version_num = '9999'")
    before = content(field178)
    assert field178.run("upgrade").exit_code == 1
    assert content(field178) == before


@pytest.mark.postgres
def test_postgresql_goes_back_by_the_migrations(command: Command, postgres_engine: Engine) -> None:
    command.set(DATABASE_URL=postgres_engine.url.render_as_string(hide_password=False))
    command("init")
    migrations.downgrade(postgres_engine, OLDER)
    assert command.json("upgrade") == {"before": OLDER, "after": migrations.head()}
    assert command.json("upgrade", "--back") == {"revision": OLDER}
    assert migrations.current(postgres_engine) == OLDER
    assert command.json("upgrade")["after"] == migrations.head()


def test_service_manager_learns_that_the_server_listens(field178: Command, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        process, _url = start(field178.folder, NOTIFY_SOCKET=str(tmp_path / "notify"))
        assert manager.recv(64) == b"READY=1"
        end(process)


def test_no_upgrade_is_no_way_back(field178: Command) -> None:
    operator = field178.operator()
    assert go_back(operator.settings, operator.engine_of_any_version) is None
    operator.close()
