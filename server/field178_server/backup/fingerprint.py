"""Fingerprint of a store: counts and hashes of every table, to compare with a restored copy."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from field178_server.database.models import Audit, Incarnation, Scope, Tenant
from field178_server.office.tablets.operations import unbroken_run
from field178_shared.wire.canonical import EMPTY, Digest

Figures = tuple[int, str]


class IncarnationFingerprint(msgspec.Struct, frozen=True):
    """An incarnation of a tablet: digest of its receipts, and highest change number without a gap."""

    device: str
    incarnation: str
    receipts: Figures
    unbroken_run: int = msgspec.field(name="held")


class Fingerprint(msgspec.Struct, frozen=True):
    """Fingerprint of a store at one instant."""

    epoch: str
    scopes: dict[str, tuple[int, int, str]]
    lives: list[IncarnationFingerprint]
    audit_rows: int
    last_audit: str | None
    tables: dict[str, Figures]


def fingerprint_of(session: Session, tenant_id: str) -> Fingerprint:
    """Return the fingerprint of the store in the session's snapshot."""
    tenant = session.get_one(Tenant, tenant_id)
    scopes = session.scalars(select(Scope).where(Scope.tenant_id == tenant_id))
    lives = session.scalars(
        select(Incarnation)
        .where(Incarnation.tenant_id == tenant_id)
        .order_by(Incarnation.device_id, Incarnation.incarnation)
    )
    audit = select(func.count(), func.max(Audit.audit_id)).where(Audit.tenant_id == tenant_id)
    audit_rows, last_audit = session.execute(audit).one()
    return Fingerprint(
        epoch=tenant.epoch,
        scopes={row.scope: (row.seq, row.live_count, row.live_sum) for row in scopes},
        lives=[
            IncarnationFingerprint(
                row.device_id,
                row.incarnation,
                (row.receipt_count, row.receipt_sum),
                unbroken_run(session, row),
            )
            for row in lives
        ],
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
