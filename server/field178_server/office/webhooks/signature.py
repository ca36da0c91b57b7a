"""Signatures of messages by the Standard Webhooks specification, and their secrets."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from standardwebhooks.webhooks import Webhook

from field178_server.security.keyring import Keyring, Purpose
from field178_server.security.secret_box import RandomBytes, SecretBox

PREFIX = "whsec_"
_SECRET_BYTES = 32


def secret_box(keyring: Keyring, random_bytes: RandomBytes = secrets.token_bytes) -> SecretBox:
    """Return the box of webhooks' secrets; a sealed secret opens for its own webhook only."""
    return SecretBox(keyring, Purpose.WEBHOOK_SECRETS, random_bytes)


def new_secret() -> str:
    """Return a new random secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(valid: Iterable[str], event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message, with a signature for each valid secret."""
    signed = (Webhook(secret).sign(event_id, at, body.decode()) for secret in valid)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }
