"""Hash chain of the audit trail: each entry is hashed with its predecessor, the last of each run is signed.

Entries are chained outside the requests, so that requests need no lock for their order. The roots that
tablets store contain the head of this chain, so that its end cannot be truncated or replaced unnoticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from field178_server.audit.queries import is_shown
from field178_server.database.declarative_base import table_of
from field178_server.database.models import Audit, Root, Tenant, TrailBase
from field178_server.database.unit_of_work import run_write
from field178_server.security.keyring import to_base64url
from field178_shared.crypto.signatures import is_signed_by_any
from field178_shared.wire.canonical import canonical

# Entries per transaction, so that a push waits only briefly.
RUN_SIZE = 1000
_VERSION = "field178-audit-v1"
# From this version on a hash also covers the signature of the entry before, which thus cannot be removed.
_VERSION_WITH_SIGNATURES = "field178-audit-v2"
_HASHED_COLUMNS = (
    Audit.audit_id,
    Audit.at,
    Audit.actor_kind,
    Audit.actor_id,
    Audit.action,
    Audit.object_id,
    Audit.scope,
    Audit.details,
)

Progress: TypeAlias = Callable[[int], None]


def ignore_progress(_: int) -> None:
    """Ignore the progress: the default callback."""


@dataclass(frozen=True, slots=True)
class TrailHead:
    """The last chained entry: its index and hash."""

    index: int
    hash: str


_NO_ENTRY = TrailHead(0, "")


@dataclass(frozen=True, slots=True)
class BrokenEntry:
    """The first broken entry: its index, the fault (missing, hash, signature), and its row if any."""

    index: int
    fault: str
    audit_id: str | None = None
    at: datetime | None = None


def head(session: Session, tenant_id: str) -> TrailHead | None:
    """Return the last chained entry, or the base if retention deleted all; None without either."""
    row = _last(session, tenant_id)
    return None if row is None else TrailHead(row.chain_index, row.chain_hash or "")


def _last(session: Session, tenant_id: str) -> Any | None:
    query = (
        select(Audit.chain_index, Audit.chain_hash, Audit.chain_sig)
        .where(Audit.tenant_id == tenant_id, Audit.chain_index.is_not(None))
        .order_by(Audit.chain_index.desc())
        .limit(1)
    )
    return session.execute(query).first() or _base_row(session, tenant_id)


def base(session: Session, tenant_id: str) -> TrailHead | None:
    """Return the last entry that retention deleted, None if the trail has all its entries."""
    row = _base_row(session, tenant_id)
    return None if row is None else TrailHead(row.chain_index, row.chain_hash)


def thinnable(session: Session, tenant_id: str, before: datetime) -> TrailHead | None:
    """Return the newest head of a root up to which all entries are older than an instant, or None."""
    young = select(func.min(Audit.chain_index)).where(
        Audit.tenant_id == tenant_id, Audit.chain_index.is_not(None), Audit.at >= before
    )
    is_old = Root.trail_index < func.coalesce(young.scalar_subquery(), Root.trail_index + 1)
    query = select(Root.trail_index, Root.trail_hash).where(Root.tenant_id == tenant_id, is_old)
    row = session.execute(query.order_by(Root.trail_index.desc()).limit(1)).first()
    if row is None or not row.trail_index or row.trail_index <= (base(session, tenant_id) or _NO_ENTRY).index:
        return None
    return TrailHead(row.trail_index, row.trail_hash or "")


def thin(session: Session, tenant_id: str, key: Ed25519PrivateKey, upto: TrailHead, now: datetime) -> int:
    """Delete the entries up to a head that a root contains, and sign it as the base; return their number.

    Tablets that keep this root or a later one stay witnesses of the trail.
    """
    old = (Audit.tenant_id == tenant_id, Audit.chain_index <= upto.index)
    count = session.scalar(select(func.count()).where(*old)) or 0
    is_last = (Audit.tenant_id == tenant_id, Audit.chain_index == upto.index)
    chain_sig = session.scalar(select(Audit.chain_sig).where(*is_last))
    session.execute(delete(Audit).where(*old))
    begin = TrailBase(tenant_id=tenant_id, chain_index=upto.index, chain_hash=upto.hash, at=now)
    begin.chain_sig = chain_sig
    begin.sig = to_base64url(key.sign(_base_text(begin).encode()))
    session.add(begin)
    return count


def extend(engine: Engine, tenant_id: str, key: Ed25519PrivateKey) -> int:
    """Chain all entries that are not chained yet; return their number."""
    count = 0
    while added := run_write(engine, lambda session: _append(session, tenant_id, key)):
        count += added
    return count


def first_broken_entry(
    session: Session, tenant_id: str, key: str | None, each: Progress = ignore_progress
) -> BrokenEntry | None:
    """Return the first broken entry, or None; signatures are checked if the key is given."""
    query = (
        select(*_HASHED_COLUMNS, Audit.chain_index, Audit.chain_hash, Audit.chain_sig)
        .where(Audit.tenant_id == tenant_id, Audit.chain_index.is_not(None))
        .order_by(Audit.chain_index, Audit.audit_id)
        .execution_options(yield_per=1000)
    )
    begin = _base_row(session, tenant_id)
    expected, previous, signature, last = 1, "", None, None
    if begin is not None:
        expected, previous, signature = begin.chain_index + 1, begin.chain_hash, begin.chain_sig
    if begin is not None and key and not is_signed_by_any(key, _base_text(begin), begin.sig):
        return BrokenEntry(begin.chain_index, "signature", at=begin.at)
    rows = session.execute(query)
    try:
        for row in rows:
            if row.chain_index != expected:
                return BrokenEntry(expected, "missing")
            hash_ = row.chain_hash
            if not _is_accepted(expected, previous, signature, row):
                return BrokenEntry(expected, "hash", row.audit_id, row.at)
            if (
                key
                and row.chain_sig
                and not is_signed_by_any(key, _signed_text(expected, hash_), row.chain_sig)
            ):
                return BrokenEntry(expected, "signature", row.audit_id, row.at)
            expected, previous, signature, last = expected + 1, hash_, row.chain_sig, row
            each(1)
    finally:
        rows.close()
    if last is not None and signature is None:
        return BrokenEntry(expected - 1, "signature", last.audit_id, last.at)
    return None


def faults_of_trail(session: Session, tenant_id: str, key: str | None) -> list[str]:
    """Return a line of the integrity check about the first broken entry, or no line."""
    broken = first_broken_entry(session, tenant_id, key)
    return [] if broken is None else [f"audit: {broken.index} {broken.fault}"]


def count_chained(session: Session, tenant_id: str, today: date) -> int:
    """Return the number of chained entries that readers see on a day."""
    query = select(func.count()).where(
        Audit.tenant_id == tenant_id, Audit.chain_index.is_not(None), is_shown(today)
    )
    return session.scalar(query) or 0


def _base_row(session: Session, tenant_id: str) -> TrailBase | None:
    query = select(TrailBase).where(TrailBase.tenant_id == tenant_id)
    return session.scalars(query.order_by(TrailBase.chain_index.desc()).limit(1)).first()


def _base_text(begin: TrailBase) -> str:
    return f"{_VERSION}|base|{begin.chain_index}|{begin.chain_hash}|{begin.chain_sig or ''}"


def _append(session: Session, tenant_id: str, key: Ed25519PrivateKey) -> int:
    # One process at a time; requests do not use this lock.
    session.get_one(Tenant, tenant_id, with_for_update={"key_share": True})
    rows = session.execute(
        select(*_HASHED_COLUMNS)
        .where(Audit.tenant_id == tenant_id, Audit.chain_index.is_(None))
        .order_by(Audit.audit_id)
        .limit(RUN_SIZE)
    ).all()
    if not rows:
        return 0
    last = _last(session, tenant_id)
    session.connection().execute(_CHAIN, _chained(rows, tenant_id, last, key))
    return len(rows)


def _chained(
    rows: Sequence[Any], tenant_id: str, last: Any | None, key: Ed25519PrivateKey
) -> list[dict[str, object]]:
    index, hash_, signature = (last.chain_index, last.chain_hash, last.chain_sig) if last else (0, "", None)
    updates: list[dict[str, object]] = []
    for row in rows:
        index += 1
        hash_ = _hash(index, hash_, signature, row)
        signature = None
        values = {"chain_index": index, "chain_hash": hash_, "chain_sig": None}
        updates.append({"of_tenant": tenant_id, "of_entry": row.audit_id, **values})
    updates[-1]["chain_sig"] = to_base64url(key.sign(_signed_text(index, hash_).encode()))
    return updates


def _is_accepted(index: int, previous: str, signature: str | None, row: Any) -> bool:
    """Return whether the hash of an entry is right, by this version or by the one before it."""
    own: str | None = row.chain_hash
    if own == _hash(index, previous, signature, row):
        return True
    return own == _hash(index, previous, None, row, _VERSION)


def _hash(
    index: int, previous: str, signature: str | None, row: Any, version: str = _VERSION_WITH_SIGNATURES
) -> str:
    """Return the hash of an entry; `previous`, `signature`: hash and signature of the entry before."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    values = [row.actor_kind, row.actor_id, row.action, row.object_id, row.scope, row.details]
    before = [previous] if version == _VERSION else [previous, signature]
    return hashlib.sha256(canonical([version, index, *before, row.audit_id, at, *values])).hexdigest()


def _signed_text(index: int, hash_: str) -> str:
    return f"{_VERSION}|{index}|{hash_}"


_TABLE = table_of(Audit)
_CHAIN = (
    update(_TABLE)
    .where(
        _TABLE.c.tenant_id == bindparam("of_tenant"),
        _TABLE.c.audit_id == bindparam("of_entry"),
        _TABLE.c.chain_index.is_(None),
    )
    .values(
        chain_index=bindparam("chain_index"),
        chain_hash=bindparam("chain_hash"),
        chain_sig=bindparam("chain_sig"),
    )
)
