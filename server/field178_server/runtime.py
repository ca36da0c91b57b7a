"""Runtime of one application: settings, store, clock, ids, keys. No service imports it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Engine

from field178_server.security.keyring import Keyring
from field178_server.security.passwords import Passwords
from field178_server.settings import Settings
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock

EXTENSION = "field178"
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Runtime:
    """The ports and secrets of one running server."""

    settings: Settings
    engine: Engine
    clock: Clock
    ids: IdSource
    keyring: Keyring
    passwords: Passwords

    @property
    def tenant_id(self) -> str:
        """The tenant this process serves."""
        return self.settings.tenant


def new_token() -> str:
    """Return an opaque 256-bit token, base64url."""
    return secrets.token_urlsafe(TOKEN_BYTES)
