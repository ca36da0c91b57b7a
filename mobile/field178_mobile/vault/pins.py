"""Weak PINs, and the delay after wrong ones: attempts are counted durably before they are made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

from field178_mobile.vault.attempts import Attempts, AttemptsFiles
from field178_shared.errors import AppError, ErrorCode

FREE_TRIES = 5
DELAYS_S = (60, 300, 900, 3600)
# A wait survives a restart in steps: each step costs two durable files.
KEPT_EVERY_S = 15
_SHAPE = re.compile(r"[0-9]{6,12}")
_COMMON = frozenset(
    ("112233", "123321", "147258", "159753", "789456", "696969", "686868", "131313", "197878")
)
# Attempts of an officer whose count was deleted: nobody knows how many there were.
_UNKNOWN = Attempts(FREE_TRIES + len(DELAYS_S) - 1, DELAYS_S[-1])


def is_weak(pin: str) -> bool:
    """Return whether a PIN is malformed or among the first that a thief would try."""
    if not _SHAPE.fullmatch(pin):
        return True
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    repeats = any(pin == (pin[:size] * len(pin))[: len(pin)] for size in (1, 2, 3))
    return repeats or steps <= {1} or steps <= {-1} or pin in _COMMON


class PinGate:
    """Counts attempts per officer. No number of wrong PINs ever deletes anything.

    A wait is measured by a stopwatch, and over a restart only the time counts in which the application was
    open: a clock set forward shortens none. Without a valid count each of `officers` waits for the longest
    delay.
    """

    def __init__(
        self, files: AttemptsFiles, stopwatch: Callable[[], float], officers: Iterable[str] = ()
    ) -> None:
        self._files = files
        self._stopwatch = stopwatch
        now = stopwatch()
        stored = files.read()
        self._attempts = dict.fromkeys(officers, _UNKNOWN) if stored is None else stored
        # When `left_s` of an officer's attempts held.
        self._since = dict.fromkeys(self._attempts, now)

    def adopt(self, failures: dict[str, int]) -> None:
        """Replace the count by failures that an earlier version counted."""
        self._attempts = {name: Attempts(count, _delay(count)) for name, count in failures.items()}
        self._since = dict.fromkeys(self._attempts, self._stopwatch())
        self._files.write(self._attempts)

    def wait_s(self, officer_id: str) -> int:
        """Return for how many seconds no attempt is taken, 0 when one is; what was waited is kept."""
        attempts, now = self._of(officer_id), self._stopwatch()
        waited = now - self._since.get(officer_id, now)
        left_s = max(0, round(attempts.left_s - waited))
        if attempts.left_s - left_s >= KEPT_EVERY_S:
            self._put(officer_id, Attempts(attempts.failures, left_s))
        return left_s

    def begin(self, officer_id: str) -> None:
        """Count an attempt as failed, durably, before it is made; refuse it while the wait runs."""
        if wait := self.wait_s(officer_id):
            raise AppError(ErrorCode.PIN_LOCKED, wait_s=wait)
        failures = self._of(officer_id).failures + 1
        self._put(officer_id, Attempts(failures, _delay(failures)))

    def clear(self, officer_id: str) -> None:
        """Delete the failed attempts after a right PIN."""
        if self._attempts.pop(officer_id, None) is not None:
            self._files.write(self._attempts)

    def tries_left(self, officer_id: str) -> int:
        """Return how many attempts are taken without waiting."""
        return max(0, FREE_TRIES - self._of(officer_id).failures)

    def _of(self, officer_id: str) -> Attempts:
        return self._attempts.get(officer_id, Attempts())

    def _put(self, officer_id: str, attempts: Attempts) -> None:
        self._attempts[officer_id] = attempts
        self._since[officer_id] = self._stopwatch()
        self._files.write(self._attempts)


def _delay(failures: int) -> int:
    return 0 if failures < FREE_TRIES else DELAYS_S[min(failures - FREE_TRIES, len(DELAYS_S) - 1)]
