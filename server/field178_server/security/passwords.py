"""Passwords: argon2id with a bounded number of hashes at once, and the rules for a new password."""

from __future__ import annotations

import threading
from enum import StrEnum

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from field178_server.security.common_passwords import rest_of

MIN_LENGTH = 12
MAX_LENGTH = 128
MIN_DIFFERENT = 5
# Characters that must be left once common words and numbers are taken away.
MIN_REST = 8
# Each hash holds 64 MiB: two at once keep a sign-in rush from taking the machine's memory.
_SLOTS = threading.BoundedSemaphore(2)


class Weakness(StrEnum):
    """Reason to refuse a password."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_EASY = "too_easy"


def weakness(password: str, login: str) -> Weakness | None:
    """Return why the password is not good enough, or None."""
    if len(password) < MIN_LENGTH:
        return Weakness.TOO_SHORT
    if len(password) > MAX_LENGTH:
        return Weakness.TOO_LONG
    rest = rest_of(password, (login,))
    return Weakness.TOO_EASY if len(rest) < MIN_REST or len(set(rest)) < MIN_DIFFERENT else None


class Passwords:
    """Hashes and checks passwords at one cost; `production` is 64 MiB, 3 passes, about 0.4 s."""

    def __init__(self, cost: str = "production") -> None:
        memory_kib, passes = (64 * 1024, 3) if cost == "production" else (8, 1)
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._nobody = ""

    def hash(self, password: str) -> str:
        """Return the argon2id hash of a password."""
        with _SLOTS:
            return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Tell whether the password is the stored one; without a stored hash it takes as long and says no."""
        if len(password) > MAX_LENGTH:
            return False
        try:
            with _SLOTS:
                return self._hasher.verify(stored or self._hash_of_nobody(), password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Tell whether a stored hash was made at another cost and should be made again."""
        return self._hasher.check_needs_rehash(stored)

    def _hash_of_nobody(self) -> str:
        self._nobody = self._nobody or self._hasher.hash("nobody has this password")
        return self._nobody
