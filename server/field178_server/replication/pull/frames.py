"""Frames of an answer, in parts that are compressed and flushed one by one: a truncated answer is usable."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from field178_shared.wire.canonical import Digest
from field178_shared.wire.protocol import MAX_ANSWER_BYTES, MAX_RECORDS

# Reserved for the checkpoints of the other scopes and the `end` frame.
_MOST_BYTES = MAX_ANSWER_BYTES - (16 << 10)
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """An encoded row of a scope's feed; `seq` is its stamp."""

    seq: int
    text: bytes


@dataclass(frozen=True, slots=True)
class ReadPosition:
    """Position of a tablet in a scope: it has the rows from `below` up to `cursor`.

    `below` is 0 when it has them from the first row on.
    """

    cursor: int
    below: int = 0


@dataclass(slots=True)
class Frames:
    """Collection of frames; each of `parts` ends with a `ck` frame that moves a cursor, or with `end`."""

    parts: list[bytes] = field(default_factory=list)
    count: int = 0
    size_bytes: int = 0
    _open: list[bytes] = field(default_factory=list)

    def add(self, frame: str, members: dict[str, object]) -> None:
        """Add a frame: a JSON object of its name and members."""
        self.add_line(encoded(frame, members))

    def add_line(self, line: bytes) -> None:
        """Add an encoded frame."""
        self._open.append(line)
        self.count += 1
        self.size_bytes += len(line) + 1

    def add_checkpoint(self, scope: str, position: ReadPosition) -> None:
        """Add a `ck` frame inside the rows of a scope and close the part."""
        load = {"below": position.below} if position.below else {}
        self.add("ck", {"scope": scope, "seq": position.cursor, **load})
        self.close_part()

    def add_last_checkpoint(self, scope: str, seq: int, digest: Digest) -> None:
        """Add the last `ck` frame of a scope, with its digest, and close the part."""
        self.add_proof(scope, seq, digest)
        self.close_part()

    def add_proof(self, scope: str, seq: int, digest: Digest) -> None:
        """Add the last `ck` frame of a scope without new rows; the part stays open to save bytes."""
        self.add("ck", {"scope": scope, "seq": seq, "digest": digest.wire()})

    def close_part(self) -> None:
        """Close the part: its frames are usable without later parts."""
        self.parts.append(b"\n".join((*self._open, b"")))
        self._open.clear()


@dataclass(slots=True)
class AnswerBudget:
    """Budget of one answer, in records and bytes; a scope MAY be limited to a share of it."""

    records: int
    frames: Frames
    spent: int = 0
    is_spent: bool = False
    _most_records: int = MAX_RECORDS
    _most_bytes: int = _MOST_BYTES

    def share_among(self, scopes: int) -> None:
        """Limit the next scope to an equal share of what is left; 1: it may have all."""
        self._most_records = self.spent + max(1, (self.records - self.spent) // scopes)
        self._most_bytes = self.frames.size_bytes + (_MOST_BYTES - self.frames.size_bytes) // scopes

    def has_room_for(self, *lines: bytes) -> bool:
        """Return whether the scope has room for these records; an empty answer has room for any size.

        After the first record that the whole answer has no room for, smaller ones are refused as well.
        """
        records = self.spent + len(lines)
        size = self.frames.size_bytes + sum(len(line) + 1 for line in lines)
        fits = records <= self.records and size <= _MOST_BYTES
        self.is_spent = self.is_spent or not (fits or self.spent == 0)
        is_in_share = self.spent == 0 or (records <= self._most_records and size <= self._most_bytes)
        return is_in_share and not self.is_spent

    def add_record(self, line: bytes) -> None:
        """Add a `rec` or `leave` frame and count it."""
        self.frames.add_line(line)
        self.spent += 1


def encoded(frame: str, members: dict[str, object]) -> bytes:
    """Return an encoded frame: a JSON object of its name and members."""
    return _ENCODER.encode({"frame": frame, **members})


def record_line(members: tuple[str, str, str, int, bool], body: str, h: str) -> bytes:
    """Return a `rec` frame that contains the stored data as it is, without parsing it."""
    record_id, type_, scope, rev, deleted = members
    gone = "true" if deleted else "false"
    return (
        f'{{"frame":"rec","id":"{record_id}","type":"{type_}","scope":"{scope}","rev":{rev},'
        f'"deleted":{gone},"data":{body},"h":"{h}"}}'
    ).encode()
