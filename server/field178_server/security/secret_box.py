"""Encryption of secrets in rows of the store, with the server's key of one purpose."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from field178_server.security.keyring import Keyring, Purpose
from field178_shared.crypto.sealed_box import opened_under, sealed_under

RandomBytes = Callable[[int], bytes]


class SecretLostError(Exception):
    """A secret was sealed with another key: the key folder does not belong to the store."""


@dataclass(frozen=True, repr=False)
class SecretBox:
    """Encryption of secrets for one purpose; a sealed secret opens under its own name only."""

    keyring: Keyring
    purpose: Purpose
    random_bytes: RandomBytes = secrets.token_bytes

    def sealed(self, name: str, secret: str) -> bytes:
        """Return the stored form of a secret, sealed with the newest key."""
        return sealed_under(self.keyring.key(self.purpose), name, secret.encode(), self.random_bytes)

    def opened(self, name: str, sealed: bytes) -> str:
        """Return the secret of its stored form, of any key; raise SecretLostError."""
        for key in self.keyring.keys(self.purpose):
            if (secret := opened_under(key, name, sealed)) is not None:
                return secret.decode()
        raise SecretLostError(name)

    def renewed(self, name: str, sealed: bytes) -> bytes:
        """Return the stored form with the newest key: the given one if it has that key already."""
        if opened_under(self.keyring.key(self.purpose), name, sealed) is not None:
            return sealed
        return self.sealed(name, self.opened(name, sealed))
