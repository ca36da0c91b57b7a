"""Passwords: argon2id with a bounded number of hashes at once, and the rules for a new password."""

from __future__ import annotations

import threading
from enum import StrEnum

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from field178_server.security.common_passwords import rest_of

# Memory in KiB and passes of argon2id.
COSTS = {"production": (64 * 1024, 3), "test": (8, 1)}
MIN_LENGTH = 12
MAX_LENGTH = 128
MIN_DIFFERENT = 5
# Minimal length of the rest without common words and numbers.
MIN_REST = 8
# Each hash needs 64 MiB: at most two at once, so that many sign-ins do not exhaust the memory.
_SLOTS = threading.BoundedSemaphore(2)


class Weakness(StrEnum):
    """Reason to refuse a password."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_EASY = "too_easy"


def weakness(password: str, login: str) -> Weakness | None:
    """Return the weakness of a password, or None."""
    if len(password) < MIN_LENGTH:
        return Weakness.TOO_SHORT
    if len(password) > MAX_LENGTH:
        return Weakness.TOO_LONG
    rest = rest_of(password, (login,))
    return Weakness.TOO_EASY if len(rest) < MIN_REST or len(set(rest)) < MIN_DIFFERENT else None


class Passwords:
    """Hashing and checking of passwords at one cost; `production`: 64 MiB, 3 passes, about 0.4 s."""

    def __init__(self, cost: str = "production") -> None:
        memory_kib, passes = COSTS[cost]
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._dummy = ""

    def hash(self, password: str) -> str:
        """Return the argon2id hash of a password."""
        with _SLOTS:
            return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Return whether a password matches the stored hash; None takes as long and returns False."""
        if len(password) > MAX_LENGTH:
            return False
        try:
            with _SLOTS:
                return self._hasher.verify(stored or self._dummy_hash(), password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Return whether a stored hash has another cost and should be renewed."""
        return self._hasher.check_needs_rehash(stored)

    def _dummy_hash(self) -> str:
        self._dummy = self._dummy or self._hasher.hash("nobody has this password")
        return self._dummy
