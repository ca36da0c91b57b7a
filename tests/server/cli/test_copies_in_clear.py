"""Copies of the store in clear: a command that is ended, killed or cut leaves none that nobody deletes."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.canaries import scan
from tests.office_keys import give_office_key, share_options
from tests.server.cli.command import Command
from tests.server.cli.test_erasure import REASON, record
from tests.server.cli.test_records import ESTABLISHMENT, tablet
from tests.server.serving.test_server import end, start

from field178_server.database import scratch_databases
from field178_server.database.failpoints import CRASH_AT
from field178_server.security.clear_copies import remove_abandoned, working_folder
from field178_server.settings import BACKUP_WORK

__all__ = ["record", "tablet"]

# Steps at which a copy is on the disk: of a backup before it is sealed, and restored from it.
STEPS = ("backup.in_clear", "backup.filled")
DRILLS = ("drill", "drill --backup")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files of the system."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def taken(field178: Command, tmp_path: Path) -> Path:
    return Path(str(field178.json("backup", "--to", str(tmp_path / "disk"))["backup"]))


def cut(step: str, how: signal.Signals, *arguments: str) -> int:
    """Run a command in a process of its own that gets a signal at a step; return its exit code."""
    command = [sys.executable, "-m", "field178_server.cli", *arguments]
    return subprocess.run(
        command, env={**os.environ, CRASH_AT: f"{step}:{how.name}"}, capture_output=True, check=False
    ).returncode


def cut_drill(taken: Path, words: str, how: signal.Signals) -> int:
    of_backup = (str(taken), *share_options(taken.parent)) if "--backup" in words else ()
    return cut("backup.filled", how, *words.split(), *of_backup)


def copies_in(folder: Path) -> list[Path]:
    return [path for path in (folder / BACKUP_WORK).rglob("*") if path.is_file()]


def assert_private(folder: Path) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder / BACKUP_WORK).rglob("*") if path.is_dir()}
    assert modes == {0o700}


@pytest.mark.usefixtures("hang_up_ends")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP], ids=lambda how: how.name)
@pytest.mark.parametrize("step", STEPS)
def test_backup_that_is_ended_deletes_its_copies(
    field178: Command, tmp_path: Path, temporary: Path, step: str, how: signal.Signals
) -> None:
    assert cut(step, how, "backup", "--to", str(tmp_path / "disk")) == 128 + how
    assert copies_in(field178.folder) == list(temporary.iterdir()) == []
    assert list((tmp_path / "disk").iterdir()) == []
    assert "clear" not in field178.run("check").output


@pytest.mark.parametrize("words", DRILLS)
def test_drill_that_is_ended_deletes_its_place(
    field178: Command, taken: Path, temporary: Path, words: str
) -> None:
    assert cut_drill(taken, words, signal.SIGTERM) == 128 + signal.SIGTERM
    assert copies_in(field178.folder) == list(temporary.iterdir()) == []


@pytest.mark.parametrize("words", DRILLS)
def test_killed_drill_leaves_copies_only_where_they_are_swept(
    field178: Command, taken: Path, temporary: Path, words: str
) -> None:
    assert cut_drill(taken, words, signal.SIGKILL) == -signal.SIGKILL
    assert list(temporary.iterdir()) == []
    assert copies_in(field178.folder)
    assert_private(field178.folder)
    field178("tidy")
    assert copies_in(field178.folder) == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_restore_that_is_cut_leaves_nothing_outside_its_data_folder(
    field178: Command, taken: Path, temporary: Path, tmp_path: Path, how: signal.Signals
) -> None:
    field178.set(DATA_DIR=str(tmp_path / "new-machine"))
    assert cut("backup.filled", how, "restore", str(taken), *share_options(taken.parent)) != 0
    assert (tmp_path / "new-machine" / "field178.sqlite").exists()
    assert list(temporary.iterdir()) == []


def by_serving(field178: Command) -> None:
    process, _ = start(field178.folder)
    assert copies_in(field178.folder) == []
    assert end(process) == 0


def by_backup(field178: Command) -> None:
    field178("backup")


def by_tidying(field178: Command) -> None:
    field178("tidy")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("swept", [by_serving, by_backup, by_tidying])
def test_copies_of_a_killed_backup_are_named_and_deleted(
    field178: Command, tmp_path: Path, step: str, swept: Callable[[Command], None]
) -> None:
    assert cut(step, signal.SIGKILL, "backup", "--to", str(tmp_path / "disk")) == -signal.SIGKILL
    assert_private(field178.folder)
    assert copies_in(field178.folder)
    assert scan(field178.folder / BACKUP_WORK, {"rows": b"establishment_row"}) == {"rows"}, "in clear"
    checked = field178.run("check")
    (place,) = (field178.folder / BACKUP_WORK).iterdir()
    assert (checked.exit_code, checked.output) == (1, f"copy in clear: {place}\n")
    swept(field178)
    assert copies_in(field178.folder) == []
    assert field178("check") == "Mọi thứ đều ổn.\n"


def test_an_erasure_deletes_the_copy_of_a_killed_backup(
    field178: Command, record: str, tmp_path: Path
) -> None:
    name = {"name": str(ESTABLISHMENT["name"]).encode()}
    cut("backup.in_clear", signal.SIGKILL, "backup", "--to", str(tmp_path / "disk"))
    assert scan(field178.folder / BACKUP_WORK, name) == {"name"}
    field178("purge", "request", record, "--by", "binh", "--reason", REASON)
    assert field178.json("purge", "confirm", record, "--by", "chi")["erased"] is True
    assert copies_in(field178.folder) == []
    assert scan(field178.folder, name) == set()


def test_an_erasure_is_unfinished_while_a_process_has_a_copy(field178: Command, record: str) -> None:
    field178("purge", "request", record, "--by", "binh", "--reason", REASON)
    with working_folder(field178.folder) as folder:
        (folder / "store.sqlite").write_bytes(b"of before")
        assert field178.json("purge", "confirm", record, "--by", "chi")["erased"] is False
        assert field178.json("tidy")["purges_left"] == 1
        assert field178("check")
        assert copies_in(field178.folder) == [folder / "store.sqlite"]
    assert copies_in(field178.folder) == []
    assert field178.json("tidy")["purges_left"] == 0
    assert [row[-1] for row in field178.rows("purge", "list")] == ["True"]


def test_a_copy_of_another_version_is_deleted_too(field178: Command) -> None:
    (field178.folder / BACKUP_WORK).mkdir()
    (field178.folder / BACKUP_WORK / "store.sqlite").write_bytes(b"not in a folder of its own")
    assert field178.run("check").exit_code == 1
    field178("tidy")
    assert copies_in(field178.folder) == []


def test_nohup_is_left_alone(field178: Command, tmp_path: Path) -> None:
    """SIGHUP that the parent ignores stays ignored."""
    command = [sys.executable, "-m", "field178_server.cli", "backup", "--to", str(tmp_path / "disk")]
    done = subprocess.run(
        ["nohup", *command],
        env={**os.environ, CRASH_AT: "backup.in_clear:SIGHUP"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.postgres
def test_scratch_database_of_a_killed_backup_is_named_and_dropped(
    command: Command, postgres_engine: Engine, tmp_path: Path
) -> None:
    command.set(DATABASE_URL=postgres_engine.url.render_as_string(hide_password=False))
    command("init")
    give_office_key(command.folder / "keys/main")
    backup = ("backup", "--to", str(tmp_path / "disk"))
    assert cut("backup.in_clear", signal.SIGKILL, *backup) == -signal.SIGKILL
    assert copies_in(command.folder), "the file of pg_dump"
    assert cut("backup.filled", signal.SIGTERM, *backup) == 128 + signal.SIGTERM
    assert (copies_in(command.folder), scratch_databases.abandoned(postgres_engine)) == ([], [])
    assert cut("backup.filled", signal.SIGKILL, *backup) == -signal.SIGKILL
    (name,) = scratch_databases.abandoned(postgres_engine)
    assert f"copy in clear: {name}" in command.run("check").output.splitlines()
    with scratch_databases.scratch_database(postgres_engine) as used:
        assert used != name
        assert scratch_databases.abandoned(postgres_engine) == []
        assert not remove_abandoned(postgres_engine, command.folder), "one is in use"
        with postgres_engine.connect() as connection:
            there = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars().all()
        assert (used in there, name in there) == (True, False)
    assert remove_abandoned(postgres_engine, command.folder)
    assert copies_in(command.folder) == []
