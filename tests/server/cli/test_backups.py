"""Commands `backup`, `restore` and `drill`; tests/e2e/test_restore.py has the tablets."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text
from tests.office_keys import opened, share_options
from tests.server.cli.command import Command

from field178_server.backup import create as backup
from field178_server.backup.fingerprint import Figures, tables_of
from field178_server.backup.manifest import read_proof
from field178_server.backup.place import only_backup
from field178_server.database.engine import create_engine_for
from field178_server.database.failpoints import CRASH_AT
from field178_server.database.unit_of_work import snapshot
from field178_server.settings import BACKUP_WORK
from field178_shared.crypto.signatures import is_signed

Harm = Callable[[Path], None]
# The sealed database: the first file of a backup.
_STORE = "files/000001.age"


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "other-disk"


@pytest.fixture
def taken(field178: Command, backups: Path) -> Path:
    return take_one(field178, backups)


def take_one(field178: Command, backups: Path, *options: str) -> Path:
    output = field178.json("backup", "--to", str(backups), *options)
    assert output["proved"] is True
    return Path(str(output["backup"]))


def elsewhere(field178: Command, tmp_path: Path) -> Path:
    """Give the command the data folder of another, new machine."""
    target = tmp_path / "new-machine"
    field178.set(DATA_DIR=str(target))
    return target


def restore(command: Command, folder: Path) -> Result:
    return command.run("restore", str(folder), *share_options(folder.parent))


def test_a_backup_is_private_and_names_every_sealed_file(taken: Path) -> None:
    envelope, _ = read_proof(taken)
    present = {path.relative_to(taken).as_posix() for path in taken.rglob("*") if path.is_file()}
    assert present == {*envelope.files, "backup.json", "proof.json"}
    assert {"store.sqlite", "keys/main/receipt.key", "settings.env"} <= set(opened(taken).manifest.files)
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (taken, *taken.rglob("*"))}
    assert modes == {True: 0o700, False: 0o600}


def test_manifest_describes_the_contents_of_the_store(field178: Command, taken: Path) -> None:
    store = opened(taken).manifest.store
    assert store.tables["officer"][0] == len(field178.rows("user", "list")) == 1
    assert store.tables["record"][0] == sum(count for _seq, count, _sum in store.scopes.values()) > 0
    assert store.audit_rows == store.tables["audit"][0] > 0


def test_a_restored_server_is_sound_and_begins_a_new_history(
    field178: Command, taken: Path, tmp_path: Path
) -> None:
    officers = field178("user", "list")
    key = (field178.folder / "keys/main/receipt.key").read_bytes()
    target = elsewhere(field178, tmp_path)
    output = json.loads(field178("restore", str(taken), *share_options(tmp_path), "--json"))
    assert output["epoch"] != opened(taken).manifest.store.epoch
    assert field178("user", "list") == officers
    assert field178("check")
    assert (target / "keys/main/receipt.key").read_bytes() == key
    assert acts(target)[-2:] == ["store_restored", "epoch_begun"]


def acts(folder: Path) -> list[str]:
    engine = create_engine_for(f"sqlite:///{folder / 'field178.sqlite'}")
    with engine.connect() as connection:
        actions = connection.exec_driver_sql("SELECT action FROM audit ORDER BY audit_id").scalars().all()
    engine.dispose()
    return list(actions)


def flip(name: str) -> Harm:
    def harm(folder: Path) -> None:
        body = bytearray((folder / name).read_bytes())
        body[len(body) // 2] ^= 1
        (folder / name).write_bytes(body)

    return harm


def cut(folder: Path) -> None:
    os.truncate(folder / _STORE, (folder / _STORE).stat().st_size // 2)


def without(name: str) -> Harm:
    return lambda folder: (folder / name).unlink()


def leading_outside(folder: Path) -> None:
    """Name a file outside the backup, in an envelope that is otherwise whole."""
    (folder.parent / "outside").write_bytes(b"x")
    envelope = json.loads((folder / "backup.json").read_text())
    envelope["files"]["../outside"] = {"size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    (folder / "backup.json").write_text(json.dumps(envelope))
    proof = json.loads((folder / "proof.json").read_text())
    proof["envelope_sha256"] = hashlib.sha256((folder / "backup.json").read_bytes()).hexdigest()
    (folder / "proof.json").write_text(json.dumps(proof))


def test_a_harmed_backup_is_refused_before_anything_is_written(
    field178: Command, taken: Path, tmp_path: Path
) -> None:
    target = elsewhere(field178, tmp_path)
    harms = (
        flip(_STORE),
        flip("manifest.age"),
        flip("backup.json"),
        cut,
        without("files/000002.age"),
        without("manifest.age"),
        without("backup.json"),
        without("proof.json"),
        leading_outside,
    )
    for number, harm in enumerate(harms):
        harmed = tmp_path / str(number)
        shutil.copytree(taken, harmed)
        harm(harmed)
        result = restore(field178, harmed)
        assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1), result.output
        assert not target.exists()


def test_a_restore_never_overwrites(field178: Command, taken: Path, tmp_path: Path) -> None:
    before = (field178.folder / "field178.sqlite").read_bytes()
    result = restore(field178, taken)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1), result.output
    assert (field178.folder / "field178.sqlite").read_bytes() == before

    target = elsewhere(field178, tmp_path)
    (tmp_path / "store.sqlite").write_bytes(b"not ours")
    field178.set(DATABASE_URL=f"sqlite:///{tmp_path / 'store.sqlite'}")
    assert restore(field178, taken).exit_code == 1
    assert (tmp_path / "store.sqlite").read_bytes() == b"not ours"
    assert not target.exists()


def test_the_folder_of_the_backups_may_stay_where_it_is(field178: Command) -> None:
    folder = Path(str(field178.json("backup")["backup"]))
    assert folder.parent == field178.folder / "backups"
    for path in field178.folder.iterdir():
        if path.name != "backups":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert restore(field178, folder).exit_code == 0
    assert field178("check")


def test_a_backup_of_another_authority_is_refused(field178: Command, taken: Path, tmp_path: Path) -> None:
    target = elsewhere(field178, tmp_path)
    field178.set(TENANT="other")
    assert restore(field178, taken).exit_code == 1
    assert not target.exists()


def test_only_the_oldest_proved_backups_go(field178: Command, backups: Path) -> None:
    first, second = take_one(field178, backups), take_one(field178, backups)
    unproved = take_one(field178, backups)
    proof = json.loads((unproved / "proof.json").read_text())
    (unproved / "proof.json").write_text(json.dumps(proof | {"is_proved": False}))
    (backups / "photos of the party").mkdir()
    last = take_one(field178, backups, "--keep", "2")
    assert {path.name for path in backups.iterdir()} == {
        "photos of the party",
        second.name,
        unproved.name,
        last.name,
    }
    assert not first.exists()
    newest = take_one(field178, backups, "--keep", "1")
    assert [folder for folder in (second, last, newest) if folder.exists()] == [newest]
    assert field178.run("backup", "--to", str(backups), "--keep", "0").exit_code == 2


def test_backup_that_differs_from_its_store_is_unproved_and_marks_nothing(
    field178: Command, backups: Path
) -> None:
    engine = create_engine_for(f"sqlite:///{field178.folder / 'field178.sqlite'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE record SET body = packed(replace(unpacked(body), 'a', 'b'))")
    engine.dispose()
    old = take_unproved(field178, backups)
    result = field178.run("backup", "--to", str(backups), "--keep", "1")
    assert result.exit_code == 1
    assert old.exists()
    assert "backup_marked" not in acts(field178.folder)


def take_unproved(field178: Command, backups: Path) -> Path:
    result = field178.run("backup", "--to", str(backups))
    assert result.exit_code == 1
    [folder] = backups.iterdir()
    assert json.loads((folder / "proof.json").read_text())["is_proved"] is False
    return folder


def test_a_power_cut_leaves_no_backup_but_a_remnant_that_is_swept(field178: Command, backups: Path) -> None:
    command = [sys.executable, "-m", "field178_server.cli", "backup", "--to", str(backups)]
    done = subprocess.run(command, env={**os.environ, CRASH_AT: "backup.proved"}, check=False)
    assert done.returncode == -signal.SIGKILL
    [remnant] = backups.iterdir()
    assert remnant.name.startswith(backup.PARTIAL)
    assert "backup_marked" not in acts(field178.folder)

    take_one(field178, backups)
    assert remnant.exists()  # it might be one under way
    remnant.rename(backups / f"{backup.PARTIAL}20200101-000000-000000")
    kept = take_one(field178, backups, "--keep", "1")
    assert list(backups.iterdir()) == [kept]


def test_backup_before_init_is_refused(command: Command, backups: Path) -> None:
    result = command.run("backup", "--to", str(backups))
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1), result.output
    assert not backups.exists()


def drill(command: Command, folder: Path) -> dict[str, object]:
    return command.json("drill", "--backup", str(folder), *share_options(folder.parent))


def test_a_drill_touches_nothing_of_the_office(field178: Command, taken: Path) -> None:
    before = changed_at(field178.folder)
    assert int(str(field178.json("drill")["records"])) > 500
    assert changed_at(field178.folder) == before


def changed_at(folder: Path) -> dict[Path, int]:
    """Return when each file and folder was changed, but for the place of the drill itself."""
    paths = [path for path in folder.rglob("*") if path.name != BACKUP_WORK]
    return {path: path.stat().st_mtime_ns for path in paths}


def test_a_drill_of_a_backup_changes_only_its_date_in_the_log(field178: Command, taken: Path) -> None:
    before = figures_of(field178.folder)
    assert field178.json("drill", "--backup", str(taken), *share_options(taken.parent))["backup"] == str(
        taken
    )
    after = figures_of(field178.folder)
    assert {name for name in after if after[name] != before[name]} == {"backup_run"}
    assert runs(field178.folder)[-1]["drilled_at"]


def test_a_drill_that_fails_is_no_drill(field178: Command, taken: Path) -> None:
    flip(_STORE)(taken)
    options = share_options(taken.parent)
    assert field178.run("drill", "--backup", str(taken), *options).exit_code == 1
    assert runs(field178.folder)[-1]["drilled_at"] is None


def test_a_drill_on_a_spare_machine_needs_no_store_of_its_own(
    field178: Command, taken: Path, tmp_path: Path
) -> None:
    elsewhere(field178, tmp_path)
    assert field178.json("drill", "--backup", str(taken), *share_options(taken.parent))["backup"] == str(
        taken
    )


def figures_of(folder: Path) -> dict[str, Figures]:
    engine = create_engine_for(f"sqlite:///{folder / 'field178.sqlite'}")
    with snapshot(engine) as session:
        tables = tables_of(session)
    engine.dispose()
    return tables


def runs(folder: Path) -> list[dict[str, object]]:
    """Return the log of the backups, the oldest first."""
    engine = create_engine_for(f"sqlite:///{folder / 'field178.sqlite'}")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM backup_run ORDER BY run_id").mappings().all()
    engine.dispose()
    return [dict(row) for row in rows]


def test_every_attempt_is_noted_wherever_it_went(
    field178: Command, backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = take_one(field178, backups)

    def full(*_: object) -> list[str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "faults_of", full)
    failed = field178.run("backup", "--to", str(backups))
    assert (failed.exit_code, "No space left" in failed.stderr) == (1, True)
    assert list(backups.iterdir()) == [taken]
    monkeypatch.setattr(backup, "faults_of", lambda *_: ["blob: 00", "blob: 11", "client_failed: words"])
    assert field178.run("backup", "--to", str(backups)).exit_code == 1
    first, second, third = runs(field178.folder)
    assert (first["state"], first["folder"], first["faults"]) == ("proved", str(taken), "[]")
    assert first["size"] == sum(file.size for file in opened(taken).manifest.files.values())
    assert (second["state"], second["folder"], second["faults"]) == ("failed", "", '["storage_full"]')
    assert (third["state"], third["faults"]) == ("not_proved", '["blob", "client_failed"]')


def test_backups_go_to_the_folder_of_the_settings_and_not_where_a_disk_is_missing(
    field178: Command, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    field178.set(BACKUP_DIR=str(disk))
    refused = field178.run("backup")
    assert (refused.exit_code, "FIELD178_BACKUP_DIR" in refused.stderr) == (1, True)
    assert not disk.exists()
    disk.mkdir()
    assert Path(str(field178.json("backup")["backup"])).parent == disk
    assert [run["faults"] for run in runs(field178.folder)] == ['["no_folder"]', "[]"]


def test_one_backup_at_a_time(field178: Command, backups: Path) -> None:
    with only_backup(field178.folder):
        refused = field178.run("backup", "--to", str(backups))
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1)
    assert runs(field178.folder) == []
    take_one(field178, backups)


def test_root_is_signed_and_printed_again_by_its_index(command: Command) -> None:
    key = str(command.json("init")["receipt_key"])
    assert command.run("root", "2").exit_code == 1
    made = command.json("root")
    assert made["index"] == 1
    signed = f"field178-root-v1|{made['epoch']}|1|{made['hash']}"
    assert is_signed(key, signed, str(made["sig"]))
    assert command.json("root") == command.json("root", "1") == made


def test_a_new_epoch_goes_on_in_the_chain_and_the_check_proves_it(command: Command) -> None:
    command("init")
    command("root")
    epoch = command.json("new-epoch")["epoch"]
    made = command.json("root")
    assert (made["index"], made["epoch"]) == (2, epoch)
    assert command("check") == "Mọi thứ đều ổn.\n"


def test_a_forged_signature_is_named_by_the_check(command: Command) -> None:
    command("init")
    command("root")
    with command.operator().engine.begin() as connection:
        connection.execute(text("UPDATE root SET sig = 'A'"))
    assert command.run("check").output == "root: 1 signature\n"
