"""Roots of the server's history, as tablets receive and keep them signed (docs/sync-protocol.md §A)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_HASH = re.compile("[0-9a-f]{64}")


class RootAlarm(StrEnum):
    """Reason why a root does not continue those a tablet received."""

    LOWER = "lower"
    OTHER = "other"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class RootSeen:
    """Highest root seen by a tablet; index 0: none. `alarm`: inconsistency detected since."""

    index: int = 0
    hash: str = ""
    alarm: RootAlarm | None = None

    @classmethod
    def from_wire(cls, value: object) -> RootSeen:
        """Return the root of a request; an invalid one counts as absent and fails no exchange."""
        if not isinstance(value, Mapping):
            return cls()
        raw = value.get("alarm")
        alarm = RootAlarm(raw) if isinstance(raw, str) and raw in tuple(RootAlarm) else None
        index, hash_ = value.get("index"), value.get("hash")
        if type(index) is int and index > 0 and is_hash(hash_):
            return cls(index, str(hash_), alarm)
        return cls(alarm=alarm)

    def to_wire(self) -> dict[str, object]:
        """Return the member `root` of a request."""
        members: dict[str, object] = {"index": self.index, "hash": self.hash}
        return members if self.alarm is None else {**members, "alarm": self.alarm.value}


NO_ROOT = RootSeen()


def is_hash(value: object) -> bool:
    """Return whether it is the hash of a root: 64 hex digits."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def signed_text(epoch: str, index: int, hash_: str) -> str:
    """Return the text of a root that the receipt key signs."""
    return f"field178-root-v1|{epoch}|{index}|{hash_}"
