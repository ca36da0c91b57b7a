"""Journal: append-only file with every filed change, the tablet's second copy.

A frame is `marker, length, change id, n, sealed body, 16 bytes of SHA-256`. Damage affects only the frames in
the damaged range: the reader searches the next marker.
"""

from __future__ import annotations

import hashlib
import os
import struct
import uuid
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from field178_mobile.ports import Json
from field178_mobile.store.database.context import parse_object
from field178_mobile.store.database.encryption import Sealer
from field178_mobile.store.outbox.changes import NewChange
from field178_shared.errors import AppError
from field178_shared.fsync import sync_folder
from field178_shared.wire.canonical import canonical

_HEAD = struct.Struct(">4sI16sQ")
_MARKER = b"F178"
_GENERATION = struct.Struct(">4s16s")
_GENERATION_MARKER = b"JRNL"
_CHECK_BYTES = 16
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A journalled change, the id of its draft, and the number of changes of its step."""

    change: NewChange
    draft_id: str | None
    in_step: int = 1


@dataclass(frozen=True, slots=True)
class JournalFrame:
    """One intact frame of the file, still sealed."""

    start: int
    change_id: str
    n: int
    sealed: bytes


class Journal:
    """Appends entries durably. `generation` identifies the file, `size` is its length."""

    def __init__(self, path: Path) -> None:
        self._path = path
        created = not path.exists()
        self._file = _open(path)
        if created or path.stat().st_size < _GENERATION.size:
            self._file.truncate(0)
            self._write(_GENERATION.pack(_GENERATION_MARKER, uuid.uuid4().bytes))
            sync_folder(path.parent)

    @property
    def generation(self) -> str:
        """The random name of this file; another one means that it was rewritten or replaced."""
        self._file.seek(0)
        return self._file.read(_GENERATION.size)[4:].hex()

    @property
    def size(self) -> int:
        """How many bytes the file holds."""
        return os.fstat(self._file.fileno()).st_size

    def append(self, sealer: Sealer, entries: Iterable[JournalEntry]) -> int:
        """Write entries and wait until they are on the disk; return the size before, for `cut_back`."""
        return self.append_packed(b"".join(_frame(sealer, entry) for entry in entries))

    def append_packed(self, frames: bytes) -> int:
        """Write whole frames and wait until they are on the disk; return the size before."""
        before = self.size
        try:
            self._write(frames)
        except OSError:
            self.cut_back(before)
            raise
        return before

    def cut_back(self, size: int) -> None:
        """Truncate the journal to its size before a failed filing; needs no free space."""
        self._file.truncate(size)
        os.fsync(self._file.fileno())

    def frames(self, start: int = 0) -> Iterator[JournalFrame]:
        """Yield all intact frames from an offset on, skipping damaged bytes."""
        self._file.seek(start)
        data = self._file.read()
        position = data.find(_MARKER)
        while position >= 0:
            frame, length = _read(data, position)
            if frame is not None:
                yield JournalFrame(start + position, frame.change_id, frame.n, frame.sealed)
            position = data.find(_MARKER, position + length)

    def keep_only(self, change_ids: Container[str]) -> None:
        """Replace the file by one that holds only these changes; a crash leaves the old or the new one."""
        target = self._path.with_suffix(".new")
        target.unlink(missing_ok=True)
        fresh = Journal(target)
        fresh.append_packed(
            b"".join(pack_frame(item) for item in self.frames() if item.change_id in change_ids)
        )
        fresh.close()
        # Closed before the rename: Windows does not replace an open file.
        self._file.close()
        target.replace(self._path)
        sync_folder(self._path.parent)
        self._file = _open(self._path)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        os.fsync(self._file.fileno())


def read_entry(sealer: Sealer, frame: JournalFrame) -> JournalEntry | None:
    """Return the entry of a frame, or None if it was sealed with another key or tampered with."""
    try:
        body = parse_object(sealer.open("journal", frame.change_id, frame.n, frame.sealed))
    except AppError:
        return None
    wire, long_was, replaces = _object(body["wire"]), _object(body["long_was"]), body["replaces"]
    names = tuple(str(name) for name in replaces) if isinstance(replaces, list) else ()
    draft_id, in_step = body["draft"], body.get("in_step")
    change = NewChange(wire, str(body["incarnation"]), long_was, names)
    draft = draft_id if isinstance(draft_id, str) else None
    return JournalEntry(change, draft, in_step if isinstance(in_step, int) else 1)


def _frame(sealer: Sealer, entry: JournalEntry) -> bytes:
    change = entry.change
    body = {
        "wire": change.wire,
        "incarnation": change.incarnation,
        "long_was": change.long_was,
        "replaces": list(change.replaces),
        "draft": entry.draft_id,
        "in_step": entry.in_step,
    }
    sealed = sealer.seal("journal", change.id, change.n, canonical(body))
    return pack_frame(JournalFrame(0, change.id, change.n, sealed))


def pack_frame(frame: JournalFrame) -> bytes:
    """Return the bytes of one frame."""
    head = _HEAD.pack(_MARKER, len(frame.sealed), uuid.UUID(frame.change_id).bytes, frame.n)
    return head + frame.sealed + hashlib.sha256(head + frame.sealed).digest()[:_CHECK_BYTES]


def _open(path: Path) -> FileIO:
    path.touch(0o600)  # readable by its owner only, independent of the umask
    return path.open("a+b", buffering=0)


def _read(data: bytes, position: int) -> tuple[JournalFrame | None, int]:
    head = data[position : position + _HEAD.size]
    if len(head) < _HEAD.size:
        return None, len(_MARKER)
    _, length, raw_id, n = _HEAD.unpack(head)
    end = position + _HEAD.size + length
    check = data[end : end + _CHECK_BYTES]
    if length > _LARGEST or hashlib.sha256(data[position:end]).digest()[:_CHECK_BYTES] != check:
        return None, len(_MARKER)
    sealed = data[position + _HEAD.size : end]
    return JournalFrame(position, str(uuid.UUID(bytes=raw_id)), n, sealed), end + _CHECK_BYTES - position


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
