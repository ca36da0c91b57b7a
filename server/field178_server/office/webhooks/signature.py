"""Signatures of messages as the Standard Webhooks specification has them, and the secrets behind them."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from standardwebhooks.webhooks import Webhook

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


def headers(valid: Iterable[str], event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message; each valid secret has its signature."""
    signed = (Webhook(one).sign(event_id, at, body.decode()) for one in valid)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }
