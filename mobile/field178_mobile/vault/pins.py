"""Weak PINs, and the delay after wrong ones: attempts are counted durably before they are made."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from field178_mobile.ports import Json
from field178_mobile.private_file import read_json, write_json
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import from_wire, to_wire

FREE_TRIES = 5
DELAYS_S = (60, 300, 900, 3600)
_SHAPE = re.compile(r"[0-9]{6,12}")
_COMMON = frozenset(
    ("112233", "123321", "147258", "159753", "789456", "696969", "686868", "131313", "197878")
)


def is_weak(pin: str) -> bool:
    """Return whether a PIN is malformed or among the first that a thief would try."""
    if not _SHAPE.fullmatch(pin):
        return True
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    repeats = any(pin == (pin[:size] * len(pin))[: len(pin)] for size in (1, 2, 3))
    return repeats or steps <= {1} or steps <= {-1} or pin in _COMMON


class PinGate:
    """Counts attempts per officer. No number of wrong PINs ever deletes anything."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def wait_s(self, officer_id: str, now: datetime) -> int:
        """Return for how many seconds no attempt is taken, 0 when one is."""
        entry = self._entry(officer_id)
        failures, last_at = _failures(entry), from_wire(str(entry.get("last_at", "")))
        if failures < FREE_TRIES or last_at is None:
            return 0
        delay = DELAYS_S[min(failures - FREE_TRIES, len(DELAYS_S) - 1)]
        elapsed = (now - last_at).total_seconds()
        # A clock set back gives no extra attempt, and a clock that once ran ahead does not lock officers out
        # for years.
        return delay if elapsed < 0 else max(0, round(delay - elapsed))

    def begin(self, officer_id: str, now: datetime) -> None:
        """Count an attempt as failed, durably, before it is made; refuse it while the wait runs."""
        wait = self.wait_s(officer_id, now)
        if wait:
            raise AppError(ErrorCode.PIN_LOCKED, wait_s=wait)
        entry: Json = {"failures": _failures(self._entry(officer_id)) + 1, "last_at": to_wire(now)}
        write_json(self._path, {**read_json(self._path), officer_id: entry})

    def clear(self, officer_id: str) -> None:
        """Delete the failed attempts after a right PIN."""
        entries = read_json(self._path)
        if entries.pop(officer_id, None) is not None:
            write_json(self._path, entries)

    def tries_left(self, officer_id: str) -> int:
        """Return how many attempts are taken without waiting."""
        return max(0, FREE_TRIES - _failures(self._entry(officer_id)))

    def _entry(self, officer_id: str) -> Json:
        entry = read_json(self._path).get(officer_id)
        return entry if isinstance(entry, dict) else {}


def _failures(entry: Json) -> int:
    failures = entry.get("failures")
    return failures if isinstance(failures, int) else 0
