"""Identifiers: UUIDv7 in time order, v5 for computed ids, v4 for ids that disclose nothing."""

from __future__ import annotations

import random
import re
import uuid
from datetime import UTC, datetime

from field178_shared.time.clock import Clock

UUID_PATTERN = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UUID = re.compile(UUID_PATTERN)


class IdSource:
    """Makes identifiers from an injected clock and randomness, so that a seed repeats a run exactly."""

    def __init__(self, clock: Clock, randomness: random.Random | None = None) -> None:
        self._clock = clock
        self._random = randomness or random.SystemRandom()
        self._last = 0

    def time_ordered(self) -> str:
        """Return a new time-ordered id (UUIDv7, RFC 9562 §5.7), greater than the previous id of this source.

        The 12 bits after the milliseconds and the top of the random part form a counter within one
        millisecond, so ids of one source sort in the order of creation even if the clock stops or goes back.
        """
        milliseconds = int(self._clock.now().timestamp() * 1000) & ((1 << 48) - 1)
        moment = (milliseconds << 20) | self._random.getrandbits(18)
        self._last = max(self._last + 1, moment)
        high, low = self._last >> 20, self._last & ((1 << 20) - 1)
        value = (high << 80) | (0x7 << 76) | ((low >> 8) << 64) | (0b10 << 62)
        value |= ((low & 0xFF) << 54) | self._random.getrandbits(54)
        return str(uuid.UUID(int=value))

    def random(self) -> str:
        """Return a new random id (UUIDv4), which does not disclose its creation time."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


def conflict_id(record_id: str, path: str, device: str) -> str:
    """Return the id of the conflict record of one path and device (docs/sync-protocol.md §5.5)."""
    return str(uuid.uuid5(uuid.UUID(record_id), f"{path}|{device}"))


def review_id(record_id: str) -> str:
    """Return the id of a record's review (docs/record-types.md T2.1)."""
    return str(uuid.uuid5(uuid.UUID(record_id), "review"))


def companion_id(record_id: str, record_type: str, key: str) -> str:
    """Return the id of a record about another record, by key: equal facts share one record."""
    return str(uuid.uuid5(uuid.UUID(record_id), f"{record_type}|{key}"))


def is_computed(record_id: str) -> bool:
    """Return whether a canonical UUID is computed from a name (version 5), so that others can compute it."""
    return record_id[14] == "5"


def made_at(identifier: str) -> datetime | None:
    """Return the creation time of a time-ordered id; None for other ids."""
    if not is_uuid(identifier) or (value := uuid.UUID(identifier)).version != 7:
        return None
    return datetime.fromtimestamp((value.int >> 80) / 1000, UTC)


def is_uuid(text: object) -> bool:
    """Return whether a value is a UUID in lower-case canonical text form."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None
