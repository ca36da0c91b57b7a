"""Lines of an answer, compressed in parts with a flush after each: a truncated answer is usable."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from field178_shared.wire.canonical import Digest
from field178_shared.wire.protocol import MAX_ANSWER_BYTES

# Kept for the checkpoints of the other scopes and the end.
_CLOSING_BYTES = 16 << 10
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """One row of a scope, encoded; `seq` is its stamp."""

    seq: int
    text: bytes


@dataclass(slots=True)
class Frames:
    """Collects frames; `parts` end with a `ck` that moves a cursor, or the `end`."""

    parts: list[bytes] = field(default_factory=list)
    count: int = 0
    size_bytes: int = 0
    _open: list[bytes] = field(default_factory=list)

    def add(self, frame: str, members: dict[str, object]) -> None:
        """Add one frame with its members flat beside its name."""
        self.add_line(_ENCODER.encode({"frame": frame, **members}))

    def add_line(self, line: bytes) -> None:
        """Add one encoded frame."""
        self._open.append(line)
        self.count += 1
        self.size_bytes += len(line) + 1

    def add_all(self, other: Frames) -> None:
        """Add the frames of another collection that has no part yet."""
        for line in other._open:
            self.add_line(line)

    def add_checkpoint(self, scope: str, seq: int, digest: Digest | None = None, floor: int = 0) -> None:
        """Add a `ck`, the last of its scope with the digest, one below the floor with that; end the part."""
        proof = {} if digest is None else {"digest": digest.wire()}
        below = {"floor": floor} if seq < floor else {}
        self.add("ck", {"scope": scope, "seq": seq, **below, **proof})
        self.close_part()

    def add_proof(self, scope: str, seq: int, digest: Digest) -> None:
        """Add the closing `ck` of a scope that has nothing new; a flush of its own would double its bytes."""
        self.add("ck", {"scope": scope, "seq": seq, "digest": digest.wire()})

    def close_part(self) -> None:
        """End a part: what was added so far can be used without what follows."""
        self.parts.append(b"\n".join((*self._open, b"")))
        self._open.clear()


@dataclass(slots=True)
class AnswerBudget:
    """Rest of one answer's budget, in records and bytes."""

    records: int
    frames: Frames
    spent: int = 0
    is_spent: bool = False

    def takes(self, *lines: bytes) -> bool:
        """Tell whether these records still go into the answer; one that is empty takes any, however large.

        From the first refusal on it is spent: what is smaller and comes later waits too.
        """
        size = self.frames.size_bytes + sum(len(line) + 1 for line in lines)
        fits = self.spent + len(lines) <= self.records and size <= MAX_ANSWER_BYTES - _CLOSING_BYTES
        self.is_spent = self.is_spent or not (fits or self.spent == 0)
        return not self.is_spent

    def add_record(self, line: bytes) -> None:
        """Add a `rec` or `leave`."""
        self.frames.add_line(line)
        self.spent += 1


def record_line(members: tuple[str, str, str, int, bool], body: str, h: str) -> bytes:
    """Return a `rec` frame around the stored bytes of its data; nothing is parsed or encoded again."""
    record_id, type_, scope, rev, deleted = members
    gone = "true" if deleted else "false"
    return (
        f'{{"frame":"rec","id":"{record_id}","type":"{type_}","scope":"{scope}","rev":{rev},'
        f'"deleted":{gone},"data":{body},"h":"{h}"}}'
    ).encode()
