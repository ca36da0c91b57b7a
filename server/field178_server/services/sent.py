"""A change as a tablet pushed it, and the key by which its content is recognised for ever."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server.models import Tenant
from field178_server.prepared import Prepared
from field178_shared.protocol import Change

_PAYLOAD_KEY = Prepared(select(Tenant.payload_key).where(Tenant.tenant_id == bindparam("tenant_id")))


@dataclass(frozen=True, slots=True)
class Sent:
    """One pushed change with its canonical bytes and their keyed hash, computed once."""

    change: Change
    body: bytes
    hash: str


def payload_key(session: Session, tenant_id: str) -> bytes:
    """Return the tenant's key for payload hashes."""
    [(key,)] = _PAYLOAD_KEY.rows(session, {"tenant_id": tenant_id})
    return key
