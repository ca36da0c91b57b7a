"""Fingerprint of a store: counts and hashes of every table, to compare with a restored copy."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from field178_server.database.models import Audit, Device, Scope, Tenant
from field178_shared.wire.canonical import EMPTY, Digest

Figures = tuple[int, str]


class Fingerprint(msgspec.Struct, frozen=True):
    """Fingerprint of a store at one instant; `scopes`, `receipts`: (seq, *digest) by scope and by tablet."""

    epoch: str
    scopes: dict[str, tuple[int, int, str]]
    receipts: dict[str, tuple[int, int, str]]
    audit_rows: int
    last_audit: str | None
    tables: dict[str, Figures]


def fingerprint_of(session: Session, tenant_id: str) -> Fingerprint:
    """Return the fingerprint of the store in the session's snapshot."""
    tenant = session.get_one(Tenant, tenant_id)
    scopes = session.scalars(select(Scope).where(Scope.tenant_id == tenant_id))
    devices = session.scalars(select(Device).where(Device.tenant_id == tenant_id))
    audit = select(func.count(), func.max(Audit.audit_id)).where(Audit.tenant_id == tenant_id)
    audit_rows, last_audit = session.execute(audit).one()
    return Fingerprint(
        epoch=tenant.epoch,
        scopes={row.scope: (row.seq, row.live_count, row.live_sum) for row in scopes},
        receipts={row.device_id: (row.verdicts, row.receipt_count, row.receipt_sum) for row in devices},
        audit_rows=audit_rows,
        last_audit=last_audit,
        tables=tables_of(session),
    )


def tables_of(session: Session) -> dict[str, Figures]:
    """Return count and digest of the rows of every table, at any migration."""
    names = inspect(session.connection()).get_table_names()
    return {name: _figures(session, name) for name in sorted(names)}


def _figures(session: Session, table: str) -> Figures:
    digest = EMPTY
    query = text(f'SELECT * FROM "{table}"').execution_options(yield_per=1000)  # noqa: S608  # our own name
    for row in session.execute(query):
        digest = digest.add(_row_hash(tuple(row)))
    return _wire(digest)


def _row_hash(row: tuple[object, ...]) -> str:
    # In UTC, because the time zone of values depends on the database session.
    plain = [value.astimezone(UTC) if isinstance(value, datetime) else value for value in row]
    return hashlib.sha256(repr(plain).encode()).hexdigest()[:32]


def _wire(digest: Digest) -> Figures:
    return digest.count, f"{digest.total:032x}"
