"""Keys of unannounced visits: in a file of the server, or wrapped with a passphrase that only planners know.

With a passphrase the keys are in the memory of the server alone, from the moment a planner types it until the
server stops. Nobody recovers a forgotten passphrase: what it sealed is lost.
"""

from __future__ import annotations

import os
import secrets
import threading
from pathlib import Path

from field178_server.security.passwords import COSTS
from field178_server.security.private_files import read_private, write_private

PLAIN_FILE, WRAPPED_FILE = "plan.key", "plan-wrapped.key"
MIN_WORDS, MIN_LETTERS, MAX_LENGTH = 4, 16, 200
KEY_BYTES = 32
_SALT_BYTES = 16
_PURPOSE = "plan-key"
# A row that a crash left under an earlier key still opens.
_KEPT_KEYS = 3


def is_weak(passphrase: str) -> bool:
    """Return whether a passphrase has fewer than four different words, or too few or too many letters."""
    words = {word.casefold() for word in passphrase.split()}
    letters = sum(map(len, words))
    return len(words) < MIN_WORDS or letters < MIN_LETTERS or len(passphrase) > MAX_LENGTH


class PlanKey:
    """The keys in one process, newest first: the newest seals, all of them open."""

    def __init__(self, folder: Path, cost: str) -> None:
        self._plain, self._wrapped = folder / PLAIN_FILE, folder / WRAPPED_FILE
        self._cost = COSTS[cost]
        self._lock = threading.Lock()
        self._keys: tuple[bytes, ...] = ()

    @property
    def has_passphrase(self) -> bool:
        """Whether the keys are wrapped with a passphrase."""
        return self._wrapped.exists()

    def keys(self) -> tuple[bytes, ...]:
        """Return the keys; none while nobody has typed the passphrase. The first call creates a key."""
        with self._lock:
            if not self._keys and not self.has_passphrase:
                if not self._plain.exists():
                    write_private(self._plain, secrets.token_bytes(KEY_BYTES))
                self._keys = _split(read_private(self._plain))
            return self._keys

    def open(self, passphrase: str) -> bool:
        """Keep the keys in memory if the passphrase is right; return whether it is."""
        from field178_shared.crypto.sealed_box import opened_under

        stored = read_private(self._wrapped)
        salt, wrapped = stored[:_SALT_BYTES], stored[_SALT_BYTES:]
        keys = opened_under(self._wrapping_key(passphrase, salt), _PURPOSE, wrapped)
        if keys is None:
            return False
        with self._lock:
            self._keys = _split(keys)
        return True

    def wrap(self, passphrase: str) -> None:
        """Add a key and wrap the keys with a passphrase; the caller seals all rows again with the new key.

        MUST only be called with the present keys in memory. The file is replaced first: a crash leaves rows
        under an earlier key, which is kept beside the new one.
        """
        from field178_shared.crypto.sealed_box import sealed_under

        keys = (secrets.token_bytes(KEY_BYTES), *self.keys())[:_KEPT_KEYS]
        salt = secrets.token_bytes(_SALT_BYTES)
        wrapped = sealed_under(
            self._wrapping_key(passphrase, salt), _PURPOSE, b"".join(keys), secrets.token_bytes
        )
        beside = self._wrapped.with_suffix(".new")
        beside.unlink(missing_ok=True)
        write_private(beside, salt + wrapped)
        os.replace(beside, self._wrapped)
        self._plain.unlink(missing_ok=True)
        with self._lock:
            self._keys = keys

    def _wrapping_key(self, passphrase: str, salt: bytes) -> bytes:
        from argon2.low_level import Type, hash_secret_raw

        memory_kib, passes = self._cost
        words = " ".join(passphrase.casefold().split()).encode()
        return hash_secret_raw(words, salt, passes, memory_kib, 1, KEY_BYTES, Type.ID)


def _split(keys: bytes) -> tuple[bytes, ...]:
    return tuple(keys[start : start + KEY_BYTES] for start in range(0, len(keys), KEY_BYTES))
