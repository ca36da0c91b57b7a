"""Scope states and receipt digests in one snapshot, and the epoch of the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from field178_server.database.engine import among
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Incarnation, Scope, Tenant
from field178_shared.wire.canonical import Digest

_TENANT: BindParameter[str] = bindparam("tenant_id")
_EPOCH = Prepared(select(Tenant.epoch).where(Tenant.tenant_id == _TENANT))
_SCOPES = Prepared(
    select(Scope.scope, Scope.seq, Scope.floor, Scope.live_count, Scope.live_sum).where(
        Scope.tenant_id == _TENANT, among(Scope.scope, bindparam("scopes"))
    )
)
_INCARNATIONS = Prepared(
    select(
        Incarnation.device_id,
        Incarnation.incarnation,
        Incarnation.receipt_count,
        Incarnation.receipt_sum,
        Incarnation.backed_up,
    ).where(
        Incarnation.tenant_id == _TENANT,
        among(Incarnation.device_id, bindparam("devices")),
        among(Incarnation.incarnation, bindparam("incarnations")),
    )
)


@dataclass(frozen=True, slots=True)
class ScopeNow:
    """State of a scope: its highest stamp H, its floor, and the digest of its live records."""

    scope: str
    seq: int
    floor: int
    live: Digest


@dataclass(frozen=True, slots=True)
class Receipts:
    """The stored receipts of one incarnation."""

    digest: Digest
    backed_up: int


def epoch_of(session: Session, tenant_id: str) -> str:
    """Return the epoch: the id of the store's history."""
    [(epoch,)] = _EPOCH.rows(session, {"tenant_id": tenant_id})
    return epoch


def scopes_now(session: Session, tenant_id: str, scopes: Iterable[str]) -> list[ScopeNow]:
    """Return the scopes in the order of an answer: `ref` first, then ascending."""
    rows = _SCOPES.rows(session, {"tenant_id": tenant_id, "scopes": sorted(scopes)})
    states = [ScopeNow(name, seq, floor, Digest(n, int(total, 16))) for name, seq, floor, n, total in rows]
    return sorted(states, key=lambda state: (state.scope != "ref", state.scope))


def receipts_of(
    session: Session, tenant_id: str, device_id: str, incarnations: Iterable[str], formerly: Mapping[str, str]
) -> dict[str, Receipts]:
    """Return the receipts of each incarnation; empty for an incarnation without receipts.

    `formerly`: device id by incarnation, for incarnations in which the tablet had another device id.
    """
    lives = {life: formerly.get(life, device_id) for life in sorted(set(incarnations))}
    keys = {"tenant_id": tenant_id, "devices": sorted(set(lives.values())), "incarnations": list(lives)}
    rows = _INCARNATIONS.rows(session, keys)
    stored = {
        life: Receipts(Digest(n, int(total, 16)), kept)
        for device, life, n, total, kept in rows
        if lives[life] == device
    }
    return {life: stored.get(life, Receipts(Digest(), 0)) for life in lives}
