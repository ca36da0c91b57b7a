"""Signatures of messages as the Standard Webhooks specification has them, and the secrets behind them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from field178_server.security.keyring import Keyring
from field178_shared.crypto.sealed_box import derived, opened_under, sealed_under

PREFIX = "whsec_"
_SECRET_BYTES = 32
_INFO = b"field178-webhook-secret-v1"

RandomBytes = Callable[[int], bytes]


class SecretLostError(Exception):
    """A secret was sealed under another key: the key folder is not that of the store."""


@dataclass(frozen=True, repr=False)
class SecretBox:
    """Seals secrets for the store with the keys of this server; each opens for its own webhook alone."""

    keyring: Keyring
    random_bytes: RandomBytes = secrets.token_bytes

    def new_secret(self) -> str:
        """Return a secret to be shown once."""
        return PREFIX + base64.b64encode(self.random_bytes(_SECRET_BYTES)).decode()

    def sealed(self, webhook_id: str, secret: str) -> bytes:
        """Return a secret as the store keeps it."""
        return sealed_under(self._key, webhook_id, secret.encode(), self.random_bytes)

    def opened(self, webhook_id: str, sealed: bytes) -> str:
        """Return a sealed secret; raises SecretLostError."""
        found = opened_under(self._key, webhook_id, sealed)
        if found is None:
            raise SecretLostError(webhook_id)
        return found.decode()

    @property
    def _key(self) -> bytes:
        return derived(self.keyring.session, None, _INFO)


def headers(valid: Iterable[str], event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers of a message; each valid secret has its signature."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(one, signed)}" for one in valid),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
