"""The log of everything that was done to a folder, and what a cut at any point of it may leave.

After a cut the disk holds every synced byte. Of the writes since, any may be missing, the last one kept may
be torn; a name holds only once its folder was synced, but names come and go in order, as file systems with a
journal of their own promise.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

SECTOR = 512


class Act(Enum):
    """Operation on a file or on a name."""

    WRITE = auto()
    TRUNCATE = auto()
    SYNC = auto()
    CREATE = auto()
    FOLDER = auto()
    UNLINK = auto()
    RENAME = auto()
    SYNC_FOLDER = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. `at` is an offset or a length; `target` the new name of a rename."""

    act: Act
    path: Path
    at: int = 0
    data: bytes = b""
    target: Path = Path()


@dataclass(slots=True)
class Contents:
    """The synced bytes of one file and what was done to it since."""

    synced: bytearray = field(default_factory=bytearray)
    waiting: list[Entry] = field(default_factory=list)

    def sync(self) -> None:
        for entry in self.waiting:
            _apply(self.synced, entry, len(entry.data))
        self.waiting = []

    def after_cut(self, rng: random.Random) -> bytes:
        data = bytearray(self.synced)
        if rng.random() < 0.5:
            kept = self.waiting[: rng.randrange(len(self.waiting) + 1)]
        else:
            kept = [entry for entry in self.waiting if rng.random() < 0.5]
        for entry in kept:
            torn = entry is kept[-1] and rng.random() < 0.5
            _apply(data, entry, _torn_length(entry, rng) if torn else len(entry.data))
        return bytes(data)


@dataclass(frozen=True, slots=True)
class Remains:
    """A folder as a cut left it."""

    folders: tuple[Path, ...]
    files: dict[Path, bytes]

    def write(self, root: Path) -> None:
        root.mkdir()
        for folder in self.folders:
            (root / folder).mkdir()
        for path, data in self.files.items():
            (root / path).write_bytes(data)


class Names:
    """Which name leads to what. A folder leads to None."""

    def __init__(self, remains: Remains) -> None:
        self.now: dict[Path, Contents | None] = dict.fromkeys(remains.folders)
        self.now.update({path: Contents(bytearray(data)) for path, data in remains.files.items()})
        self._synced = dict(self.now)
        self._waiting: dict[Path, list[Entry]] = {}
        self._made: dict[int, Contents | None] = {}

    def change(self, entry: Entry) -> None:
        self._made[id(entry)] = Contents() if entry.act is Act.CREATE else None
        self._rename(self.now, entry)
        self._waiting.setdefault(entry.path.parent, []).append(entry)

    def sync(self, folder: Path) -> None:
        for entry in self._waiting.pop(folder, []):
            self._rename(self._synced, entry)

    def after_cut(self, rng: random.Random) -> dict[Path, Contents | None]:
        names = dict(self._synced)
        for waiting in self._waiting.values():
            for entry in waiting[: rng.randrange(len(waiting) + 1)]:
                self._rename(names, entry)
        # A file in a folder whose own name was lost cannot be reached.
        return {path: kept for path, kept in names.items() if all(p in names for p in _folders_of(path))}

    def _rename(self, names: dict[Path, Contents | None], entry: Entry) -> None:
        if entry.act is Act.UNLINK:
            names.pop(entry.path, None)
        elif entry.act is Act.RENAME:
            names[entry.target] = names.pop(entry.path)
        else:
            names[entry.path] = self._made[id(entry)]


class Disk:
    """Collects the log of one run and makes of any beginning of it what a cut there may leave."""

    def __init__(self, start: Remains) -> None:
        self._start = start
        self.log: list[Entry] = []

    def add(self, entry: Entry) -> None:
        self.log.append(entry)

    def cut(self, position: int, rng: random.Random) -> Remains:
        names = Names(self._start)
        for entry in self.log[:position]:
            _replay(names, entry)
        left = names.after_cut(rng)
        folders = tuple(sorted(path for path, contents in left.items() if contents is None))
        return Remains(
            folders, {path: kept.after_cut(rng) for path, kept in left.items() if kept is not None}
        )


NOTHING = Remains((), {})


def _replay(names: Names, entry: Entry) -> None:
    if entry.act is Act.SYNC_FOLDER:
        names.sync(entry.path)
    elif entry.act in (Act.WRITE, Act.TRUNCATE, Act.SYNC):
        contents = names.now[entry.path]
        assert contents is not None
        if entry.act is Act.SYNC:
            contents.sync()
        else:
            contents.waiting.append(entry)
    else:
        names.change(entry)


def _apply(data: bytearray, entry: Entry, length: int) -> None:
    if len(data) < entry.at:
        data.extend(bytes(entry.at - len(data)))
    if entry.act is Act.TRUNCATE:
        del data[entry.at :]
    else:
        data[entry.at : entry.at + length] = entry.data[:length]


def _torn_length(entry: Entry, rng: random.Random) -> int:
    anywhere = rng.randrange(len(entry.data) + 1)
    return anywhere if rng.random() < 0.5 else anywhere // SECTOR * SECTOR


def _folders_of(path: Path) -> list[Path]:
    return [folder for folder in path.parents if folder != Path()]
