"""Writes down what the store does to its folder: SQLite by a VFS of its own, other files by their paths."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PosixPath
from types import SimpleNamespace
from typing import ClassVar
from unittest.mock import patch

import apsw
from tests.contract.power_cuts.disk import Act, Disk, Entry

from field178_mobile.store.database import connection

# Small enough that the log is copied back, and begun again, many times in a short life.
CHECKPOINT_PAGES = 12


class Recorder:
    """Takes absolute paths, writes relative ones into the log."""

    def __init__(self, disk: Disk, root: Path) -> None:
        self._disk, self._root = disk, root

    def add(self, act: Act, path: Path | str, at: int = 0, data: bytes = b"", target: Path = Path()) -> None:
        self._disk.add(Entry(act, self._inside(path), at, data, self._inside(target)))

    def _inside(self, path: Path | str) -> Path:
        return Path(os.path.relpath(path, self._root)) if path != Path() else Path()


class SqliteFile(apsw.VFSFile):  # type: ignore[misc]
    """One file of SQLite. Nothing is really synced: only the log counts."""

    def __init__(self, name: str | apsw.URIFilename, flags: list[int], recorder: Recorder) -> None:
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self._recorder = recorder
        created = not self._name.exists()
        super().__init__("", name, flags)
        # As the system's own VFS: the first sync of a new log makes its name durable too.
        self._sync_folder = created and bool(
            flags[0] & (apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL)
        )
        if created:
            recorder.add(Act.CREATE, self._name)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._recorder.add(Act.WRITE, self._name, offset, bytes(data))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        self._recorder.add(Act.TRUNCATE, self._name, size)
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        self._recorder.add(Act.SYNC, self._name)
        if self._sync_folder:
            self._recorder.add(Act.SYNC_FOLDER, self._name.parent)
            self._sync_folder = False


class SqliteFiles(apsw.VFS):  # type: ignore[misc]
    """The system's VFS, written down."""

    def __init__(self, recorder: Recorder) -> None:
        self.name = f"recorded-{id(recorder)}"
        self._recorder = recorder
        super().__init__(self.name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        return apsw.VFSFile("", name, flags) if name is None else SqliteFile(name, flags, self._recorder)

    def xDelete(self, name: str, sync_folder: bool) -> None:
        super().xDelete(name, False)
        self._recorder.add(Act.UNLINK, name)
        if sync_folder:
            self._recorder.add(Act.SYNC_FOLDER, Path(name).parent)


class PlainFile(io.FileIO):
    """A file that is only ever appended to: the journal, and each photo."""

    def __init__(self, path: Path, recorder: Recorder) -> None:
        self._path, self._recorder = path, recorder
        if not path.exists():
            recorder.add(Act.CREATE, path)
        super().__init__(path, "a+b")

    def write(self, data: memoryview) -> int:  # type: ignore[override]
        self._recorder.add(Act.WRITE, self._path, os.fstat(self.fileno()).st_size, bytes(data))
        return super().write(data)

    def truncate(self, size: int | None = None) -> int:
        assert size is not None
        self._recorder.add(Act.TRUNCATE, self._path, size)
        return super().truncate(size)


class RecordedPath(PosixPath):
    """A path whose changes are written down; the store is given one as its folder."""

    recorder: ClassVar[Recorder]

    def open(self, *args: object, **kwargs: object) -> io.FileIO:  # type: ignore[override]
        if args == ("rb",):
            return io.FileIO(self, "rb")
        assert args == ("a+b",), "only the store's ways of opening are known here"
        return PlainFile(self, self.recorder)

    def touch(self, mode: int = 0o666, exist_ok: bool = True) -> None:
        if not self.exists():
            self.recorder.add(Act.CREATE, self)
        super().touch(mode, exist_ok)

    def mkdir(self, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        if not self.exists():
            self.recorder.add(Act.FOLDER, self)
        super().mkdir(mode, parents, exist_ok)

    def unlink(self, missing_ok: bool = False) -> None:
        if self.exists():
            self.recorder.add(Act.UNLINK, self)
        super().unlink(missing_ok)

    def replace(self, target: Path) -> Path:  # type: ignore[override]
        assert self.parent == target.parent
        self.recorder.add(Act.RENAME, self, target=target)
        return super().replace(target)


@contextmanager
def recorded(disk: Disk, root: Path, synchronous: str) -> Iterator[Path]:
    """Yield the folder to open a store in; every change of it goes into the log of the disk."""
    recorder = Recorder(disk, root)
    files = SqliteFiles(recorder)

    class Connection(apsw.Connection):  # type: ignore[misc]
        def execute(self, sql: str, *values: object) -> apsw.Cursor:
            return super().execute(
                sql.replace("synchronous = EXTRA", f"synchronous = {synchronous}"), *values
            )

    def connect(path: Path, **_: object) -> Connection:
        opened = Connection(str(path), vfs=files.name)
        opened.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        return opened

    def fsync(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        recorder.add(Act.SYNC_FOLDER if path.is_dir() else Act.SYNC, path)

    folder = type("Folder", (RecordedPath,), {"recorder": recorder})(root)
    with patch.object(connection, "sqlite", SimpleNamespace(connect=connect)), patch("os.fsync", fsync):
        yield folder
    files.unregister()
