"""Runtime of an application: settings, engine, clock, ids, keys. Services do not import it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from sqlalchemy import Engine

from field178_server.security.keyring import Keyring
from field178_server.security.passwords import Passwords
from field178_server.security.plan_key import PlanKey
from field178_server.settings import Settings
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock

EXTENSION = "field178"
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Runtime:
    """The settings, ports and keys of a running server."""

    settings: Settings
    engine: Engine
    clock: Clock
    ids: IdSource
    keyring: Keyring
    passwords: Passwords
    plan_key: PlanKey = field(init=False)

    def __post_init__(self) -> None:
        plan_key = PlanKey(self.settings.key_dir, self.settings.password_cost)
        object.__setattr__(self, "plan_key", plan_key)

    @property
    def tenant_id(self) -> str:
        """The id of the tenant that this process serves."""
        return self.settings.tenant


def new_token() -> str:
    """Return an opaque 256-bit token, base64url."""
    return secrets.token_urlsafe(TOKEN_BYTES)
