"""History check: the state of the root chain, and whether a tablet's root is part of it (protocol §A)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BindParameter, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from field178_server.database.models import Root, Tenant
from field178_shared.wire.hash_chain import RootAlarm
from field178_shared.wire.protocol import SyncRequest

_TENANT: BindParameter[str] = bindparam("tenant_id")
_OTHER = aliased(Root)
# One statement with the epoch, which every exchange asks for: the chain costs no statement of its own.
_HISTORY = (
    select(Tenant.epoch, Root.root_index, Root.hash, Root.sig)
    .outerjoin(
        Root,
        and_(
            Root.tenant_id == Tenant.tenant_id,
            Root.epoch == Tenant.epoch,
            Root.root_index
            == select(func.max(_OTHER.root_index)).where(_OTHER.tenant_id == _TENANT).scalar_subquery(),
        ),
    )
    .where(Tenant.tenant_id == _TENANT)
)
_AT = select(Root.hash, Root.sig).where(
    Root.tenant_id == _TENANT,
    Root.root_index == bindparam("root_index"),
    Root.epoch == bindparam("epoch"),
)


@dataclass(frozen=True, slots=True)
class RootNow:
    """One root of the present epoch."""

    index: int
    hash: str
    sig: str


@dataclass(frozen=True, slots=True)
class ServerHistory:
    """The store's history: its epoch and its newest root, None while this epoch has none."""

    epoch: str
    newest: RootNow | None


@dataclass(frozen=True, slots=True)
class HistoryCheck:
    """Result of a check: the root to show, the alarm if the tablet's is none of ours, whether it is behind.

    `settled`: neither side finds anything wrong.
    """

    shown: RootNow | None
    alarm: RootAlarm | None = None
    is_behind: bool = False
    settled: bool = True

    def to_wire(self) -> dict[str, object]:
        """Return the member `root` of a hello."""
        if self.shown is None:
            return {"index": 0}
        return {"index": self.shown.index, "hash": self.shown.hash, "sig": self.shown.sig}


def history_of(session: Session, tenant_id: str) -> ServerHistory:
    """Return epoch and newest root."""
    epoch, index, hash_, sig = session.execute(_HISTORY, {"tenant_id": tenant_id}).one()
    return ServerHistory(epoch, None if index is None else RootNow(index, hash_, sig))


def check_history(
    session: Session, tenant_id: str, history: ServerHistory, request: SyncRequest
) -> HistoryCheck:
    """Compare the root that a tablet saw with the chain.

    Where they part it is shown the root at its own index, so that it sees what the office sees. A tablet with
    an alarm is shown that root as well: only it can end the alarm.
    """
    seen, newest = request.root, history.newest
    alarm = RootAlarm.SIGNATURE if seen.alarm is RootAlarm.SIGNATURE else None
    if not seen.index or request.epoch != history.epoch:
        return HistoryCheck(newest, alarm, settled=seen.alarm is None)
    if newest is None or newest.index < seen.index:
        return HistoryCheck(newest, RootAlarm.LOWER, settled=False)
    own = newest if newest.index == seen.index else _root_at(session, tenant_id, history.epoch, seen.index)
    if own is None or own.hash != seen.hash:
        return HistoryCheck(own or newest, RootAlarm.OTHER, settled=False)
    doubted = seen.alarm is not None and alarm is None
    return HistoryCheck(
        own if doubted else newest, alarm, newest.index > seen.index, settled=seen.alarm is None
    )


def _root_at(session: Session, tenant_id: str, epoch: str, index: int) -> RootNow | None:
    root = {"tenant_id": tenant_id, "epoch": epoch, "root_index": index}
    row = session.execute(_AT, root).one_or_none()
    return None if row is None else RootNow(index, row.hash, row.sig)
