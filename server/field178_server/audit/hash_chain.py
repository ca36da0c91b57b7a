"""Links of the hash chain (wire: roots), each over the receipts since the last link (protocol §A).

Also records tablets whose root contradicts the chain: on the device's row and in the audit trail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.audit import trail, trail_chain
from field178_server.audit.trail import Actor, AuditEntry, Stamp
from field178_server.audit.trail_chain import TrailHead
from field178_server.database.models import Device, Root, RootPart, StoredReceipt, Tenant
from field178_server.security.keyring import to_base64url
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical
from field178_shared.wire.hash_chain import RootAlarm, signed_text

# Columns of a receipt that a second evaluation or an erasure does not change.
FIXED_COLUMNS = (
    StoredReceipt.change_id,
    StoredReceipt.incarnation,
    StoredReceipt.n,
    StoredReceipt.record_id,
    StoredReceipt.payload_hash,
)
# A link of this age is followed by another, so that a store set back is seen although nothing was pushed.
MOST_BETWEEN = timedelta(minutes=59)
FixedValues = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class LinkPart:
    """The receipts of one tablet that a link covers."""

    device_id: str
    upto: int
    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """A link before it is stored: without its time."""

    index: int
    epoch: str
    previous: str
    parts: tuple[LinkPart, ...]
    trail: TrailHead | None = None
    access: str | None = None

    def hash_at(self, at: datetime) -> str:
        """Return the hash of the link; it covers the heads of the audit trail and of the access state."""
        parts = [[part.device_id, part.upto, part.count, part.digest] for part in self.parts]
        trail = [[self.trail.index, self.trail.hash]] if self.trail else []
        access = [{"access": self.access}] if self.access else []
        members = [self.index, self.epoch, self.previous, to_wire(at), parts, *trail, *access]
        text = canonical(["field178-root-v1", *members])
        return hashlib.sha256(text).hexdigest()


class ReceiptLines:
    """Count and hash of receipts, one line each, in the order of their `first_v`."""

    def __init__(self) -> None:
        self.count = 0
        self._hash = hashlib.sha256()

    def add(self, receipt: FixedValues) -> None:
        """Add the next receipt."""
        self.count += 1
        self._hash.update(canonical(list(receipt)) + b"\n")

    @property
    def digest(self) -> str:
        """The hash of all lines, 64 hex digits."""
        return self._hash.hexdigest()


def draft(session: Session, tenant_id: str, access: str, now: datetime, *, is_new: bool) -> LinkDraft | None:
    """Return the next link; None if nothing is new and the last link of this epoch is younger than an hour.

    `access`: the digest of the access state; `is_new`: it changed. New receipts make a link due as well.

    MUST run in ONE snapshot; needs no lock: a tablet's `verdicts` is raised in the transaction that stores
    its receipts, under the lock of its row, so all receipts up to that number are stored.
    """
    epoch = session.get_one(Tenant, tenant_id).epoch
    last = find(session, tenant_id)
    parts = tuple(_parts(session, tenant_id))
    is_same = last is not None and last.epoch == epoch and not parts and not is_new
    if is_same and last is not None and now - last.at < MOST_BETWEEN:
        return None
    index, previous = (1, "") if last is None else (last.root_index + 1, last.hash)
    return LinkDraft(index, epoch, previous, parts, trail_chain.head(session, tenant_id), access)


def append(session: Session, tenant_id: str, link: LinkDraft, key: Ed25519PrivateKey, now: datetime) -> bool:
    """Store a link; return False if another process stored it meanwhile, or the epoch changed."""
    last = find(session, tenant_id)
    epoch = session.get_one(Tenant, tenant_id, with_for_update={"read": True}).epoch
    if (0 if last is None else last.root_index) != link.index - 1 or epoch != link.epoch:
        return False
    hash_ = link.hash_at(now)
    sig = to_base64url(key.sign(signed_text(epoch, link.index, hash_).encode()))
    trail = link.trail
    session.add(
        Root(
            tenant_id=tenant_id,
            root_index=link.index,
            epoch=epoch,
            hash=hash_,
            sig=sig,
            at=now,
            trail_index=trail.index if trail else None,
            trail_hash=trail.hash if trail else None,
            access_digest=link.access,
        )
    )
    session.flush()
    for part in link.parts:
        session.add(
            RootPart(
                tenant_id=tenant_id,
                device_id=part.device_id,
                upto=part.upto,
                root_index=link.index,
                receipt_count=part.count,
                digest=part.digest,
            )
        )
    return True


def find(session: Session, tenant_id: str, index: int | None = None) -> Root | None:
    """Return the link at an index (None: the last link), of any epoch, or None."""
    query = select(Root).where(Root.tenant_id == tenant_id)
    if index is not None:
        query = query.where(Root.root_index == index)
    return session.scalars(query.order_by(Root.root_index.desc()).limit(1)).first()


def receipts_in_order(
    session: Session, tenant_id: str, device_id: str, after: int, upto: int
) -> Iterator[tuple[int, FixedValues]]:
    """Yield (`first_v`, fixed columns) of a tablet's receipts with after < `first_v` <= upto, ascending.

    MUST be read to its end: it uses a server-side cursor.
    """
    # `first_v` <= `v`, so the condition on `v`, which has an index, excludes no row.
    rows = session.execute(
        select(StoredReceipt.first_v, *FIXED_COLUMNS)
        .where(
            StoredReceipt.tenant_id == tenant_id,
            StoredReceipt.device_id == device_id,
            StoredReceipt.v > after,
            StoredReceipt.first_v > after,
            StoredReceipt.first_v <= upto,
        )
        .order_by(StoredReceipt.first_v)
        .execution_options(yield_per=1000)
    )
    yield from ((row[0], tuple(row[1:])) for row in rows)


def note_alarm(
    session: Session, stamp: Stamp, device_id: str, alarm: RootAlarm | None, seen: int, shown: int
) -> None:
    """Store a tablet's root alarm (None: ended) and write an audit entry; do nothing if it is unchanged.

    `seen`: the index of the tablet's root, `shown`: the index of the root sent to it.
    """
    row = session.get_one(Device, (stamp.tenant_id, device_id), with_for_update={"key_share": True})
    if row.root_alarm == alarm:
        return
    row.root_alarm, row.root_alarm_at = (alarm.value, stamp.at) if alarm else (None, None)
    details = {"alarm": alarm.value if alarm else None, "seen": seen, "shown": shown}
    action = "root_contradicted" if alarm else "root_agrees_again"
    trail.record(session, stamp, Actor("device", device_id), AuditEntry(action, device_id, details=details))


def _parts(session: Session, tenant_id: str) -> Iterable[LinkPart]:
    covered = (
        select(func.max(RootPart.upto))
        .where(RootPart.tenant_id == Device.tenant_id, RootPart.device_id == Device.device_id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Device.device_id, Device.verdicts, func.coalesce(covered, 0))
        .where(Device.tenant_id == tenant_id)
        .order_by(Device.device_id)
    )
    for device_id, upto, after in rows.all():
        lines = ReceiptLines()
        if upto > after:
            for _, receipt in receipts_in_order(session, tenant_id, device_id, after, upto):
                lines.add(receipt)
        if lines.count:
            yield LinkPart(device_id, upto, lines.count, lines.digest)
