"""History check: whether a tablet's root is part of the server's hash chain (protocol §A)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BindParameter, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Root, Tenant
from field178_shared.wire.hash_chain import RootAlarm
from field178_shared.wire.protocol import SyncRequest

_TENANT: BindParameter[str] = bindparam("tenant_id")
_OTHER = aliased(Root)
# One statement with the epoch, which every exchange reads, so that the chain needs no further statement.
_HISTORY = Prepared(
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
    """A root of the current epoch."""

    index: int
    hash: str
    sig: str


@dataclass(frozen=True, slots=True)
class ServerHistory:
    """The store's history: its epoch, and the newest root of this epoch or None."""

    epoch: str
    newest: RootNow | None


@dataclass(frozen=True, slots=True)
class HistoryCheck:
    """Result of a check: the root to send, the alarm if the tablet's root is unknown, whether it is behind.

    `settled`: neither side has an alarm.
    """

    shown: RootNow | None
    alarm: RootAlarm | None = None
    is_behind: bool = False
    settled: bool = True

    def to_wire(self) -> dict[str, object]:
        """Return the member `root` of a hello frame."""
        if self.shown is None:
            return {"index": 0}
        return {"index": self.shown.index, "hash": self.shown.hash, "sig": self.shown.sig}


def history_of(session: Session, tenant_id: str) -> ServerHistory:
    """Return the epoch and the newest root of the store."""
    [(epoch, index, hash_, sig)] = _HISTORY.rows(session, {"tenant_id": tenant_id})
    return ServerHistory(epoch, None if index is None else RootNow(index, hash_, sig))


def check_history(
    session: Session, tenant_id: str, history: ServerHistory, request: SyncRequest
) -> HistoryCheck:
    """Return the result of comparing a tablet's root with the hash chain.

    If they differ, the server sends its root at the tablet's index, so that tablet and office see the same
    difference. It is sent to a tablet with an alarm as well: only that root can end the alarm.
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
