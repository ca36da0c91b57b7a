"""Signatures of messages by the Standard Webhooks specification, and their secrets."""

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
    """A secret was sealed with another key: the key folder does not belong to the store."""


@dataclass(frozen=True, repr=False)
class SecretBox:
    """Encryption of secrets with the server's keys; a sealed secret opens for its own webhook only."""

    keyring: Keyring
    random_bytes: RandomBytes = secrets.token_bytes

    def new_secret(self) -> str:
        """Return a new random secret."""
        return PREFIX + base64.b64encode(self.random_bytes(_SECRET_BYTES)).decode()

    def sealed(self, webhook_id: str, secret: str) -> bytes:
        """Return the stored form of a secret."""
        return sealed_under(self._key, webhook_id, secret.encode(), self.random_bytes)

    def opened(self, webhook_id: str, sealed: bytes) -> str:
        """Return the secret of its stored form; raises SecretLostError."""
        secret = opened_under(self._key, webhook_id, sealed)
        if secret is None:
            raise SecretLostError(webhook_id)
        return secret.decode()

    @property
    def _key(self) -> bytes:
        return derived(self.keyring.session, None, _INFO)


def headers(valid: Iterable[str], event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message, with a signature for each valid secret."""
    signed = (Webhook(secret).sign(event_id, at, body.decode()) for secret in valid)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }
