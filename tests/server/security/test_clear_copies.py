"""Copies in clear: the end of a process deletes its working folder also while a thread is still in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine

from field178_server.security.clear_copies import abandoned, remove_abandoned, working_folder
from field178_server.settings import BACKUP_WORK

# As a server that is told to end while its worker makes a backup.
_ENDS_BEFORE_ITS_THREAD = """
import sys, threading
from pathlib import Path
from field178_server.security.clear_copies import working_folder

is_written = threading.Event()

def work():
    with working_folder(Path(sys.argv[1])) as folder:
        (folder / "store.sqlite").write_bytes(b"in clear")
        print(folder)
        is_written.set()
        threading.Event().wait()

threading.Thread(target=work, daemon=True).start()
is_written.wait()
"""


def test_process_that_ends_deletes_the_folder_of_its_thread(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _ENDS_BEFORE_ITS_THREAD, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).parent == tmp_path / BACKUP_WORK
    assert list((tmp_path / BACKUP_WORK).iterdir()) == []


def test_only_folders_that_nobody_uses_are_deleted(sqlite_engine: Engine, tmp_path: Path) -> None:
    left = tmp_path / BACKUP_WORK / "left" / "inside"
    left.mkdir(parents=True)
    (left / "store.sqlite").write_bytes(b"in clear")
    assert abandoned(sqlite_engine, tmp_path) == [str(left.parent)]
    assert remove_abandoned(sqlite_engine, tmp_path)
    assert not left.parent.exists()
    with working_folder(tmp_path) as first, working_folder(tmp_path) as second:
        assert abandoned(sqlite_engine, tmp_path) == []
        assert not remove_abandoned(sqlite_engine, tmp_path)
        assert first.is_dir()
        assert second.is_dir()
    assert remove_abandoned(sqlite_engine, tmp_path)
