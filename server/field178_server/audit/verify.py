"""Extension and verification of the hash chain over the receipts of a store."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from field178_server.audit import access_state, hash_chain, trail, trail_chain
from field178_server.audit.hash_chain import LinkDraft, LinkPart, ReceiptLines
from field178_server.audit.trail import Actor, AuditEntry, Stamp
from field178_server.audit.trail_chain import Progress, TrailHead, ignore_progress
from field178_server.database.models import Audit, Root, RootPart
from field178_server.database.unit_of_work import run_write, snapshot
from field178_shared.crypto.signatures import is_signed_by_any
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock
from field178_shared.wire.hash_chain import signed_text


def extend(engine: Engine, tenant_id: str, key: Ed25519PrivateKey, clock: Clock) -> bool:
    """Append a link over the receipts since the last link; return False if none is due.

    Receipts are read and hashed in a snapshot, so that a push waits only for the insert. The audit trail is
    chained before, and the link contains its head. What changed in the access state without an entry is
    written into the trail with the link that would otherwise hide it.
    """
    trail_chain.extend(engine, tenant_id, key)
    now, ids = clock.now(), IdSource(clock)
    with snapshot(engine) as session:
        lines = access_state.lines_of(session, tenant_id)
        is_new = access_state.is_changed(session, tenant_id, lines)
        link = hash_chain.draft(session, tenant_id, access_state.digest_of(lines), now, is_new=is_new)
        unexplained = access_state.contradictions(session, tenant_id) if link else []
    if link is None:
        return False

    def append(session: Session) -> bool:
        if not hash_chain.append(session, tenant_id, link, key, now):
            return False
        access_state.keep(session, tenant_id, link.index, lines)
        for change in unexplained:
            entry = AuditEntry(
                access_state.CONTRADICTED,
                change.object_id,
                details={"part": change.part, "kind": change.kind},
            )
            stamp = Stamp(tenant_id, ids.time_ordered(), now)
            trail.record(session, stamp, Actor("system"), entry)
        return True

    return run_write(engine, append)


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first broken link and its faults."""

    index: int
    faults: tuple[str, ...]


def faults_of_roots(session: Session, tenant_id: str, key: str | None) -> Iterator[str]:
    """Yield the problems of the FIRST broken link; signatures are checked if the key is given.

    The server cannot detect a truncated chain; tablets keep roots for that.
    """
    broken = first_broken_link(session, tenant_id, key)
    if broken is not None:
        yield from (f"root: {broken.index} {fault}" for fault in broken.faults)


def first_broken_link(
    session: Session, tenant_id: str, key: str | None, each: Progress = ignore_progress
) -> BrokenLink | None:
    """Return the first broken link, or None; `each` is called for every receipt read."""
    links = session.scalars(select(Root).where(Root.tenant_id == tenant_id).order_by(Root.root_index)).all()
    parts = _parts_by_link(session, tenant_id)
    faults = _faults_of_receipts(session, tenant_id, parts, each)
    entries = _entries_named(session, tenant_id)
    base = trail_chain.base(session, tenant_id)
    previous = ""
    for expected, link in enumerate(links, 1):
        if link.root_index != expected:
            return BrokenLink(expected, ("missing",))
        faults_of_link = sorted(faults.get(expected, ()))
        is_of_trail = link.trail_index is not None or link.trail_hash is not None
        trail = TrailHead(link.trail_index or 0, link.trail_hash or "") if is_of_trail else None
        covered = tuple(parts.get(expected, ()))
        draft = LinkDraft(link.root_index, link.epoch, previous, covered, trail, link.access_digest)
        if draft.hash_at(link.at) != link.hash:
            faults_of_link.append("hash")
        elif key and not is_signed_by_any(key, signed_text(link.epoch, expected, link.hash), link.sig):
            faults_of_link.append("signature")
        elif trail and not _has_head(trail, entries.get(expected), base):
            faults_of_link.append("audit trail")
        if faults_of_link:
            return BrokenLink(expected, tuple(faults_of_link))
        previous = link.hash
    return None


def _has_head(trail: TrailHead, entry_hash: str | None, base: TrailHead | None) -> bool:
    """Return whether the trail has the head of a link, or had it before retention deleted its entry."""
    if base is not None and trail.index <= base.index:
        return trail.index < base.index or trail.hash == base.hash
    return entry_hash == trail.hash


def _entries_named(session: Session, tenant_id: str) -> dict[int, str | None]:
    """Return the hashes of the audit entries that the links contain, by link."""
    is_named = (Audit.tenant_id == Root.tenant_id) & (Audit.chain_index == Root.trail_index)
    query = select(Root.root_index, Audit.chain_hash).join(Audit, is_named).where(Root.tenant_id == tenant_id)
    return {index: hash_ for index, hash_ in session.execute(query)}


def _parts_by_link(session: Session, tenant_id: str) -> dict[int, list[LinkPart]]:
    rows = session.scalars(
        select(RootPart)
        .where(RootPart.tenant_id == tenant_id)
        .order_by(RootPart.root_index, RootPart.device_id, RootPart.upto)
    )
    by_link = defaultdict[int, list[LinkPart]](list)
    for row in rows:
        by_link[row.root_index].append(LinkPart(row.device_id, row.upto, row.receipt_count, row.digest))
    return by_link


def _faults_of_receipts(
    session: Session, tenant_id: str, parts: dict[int, list[LinkPart]], each: Progress
) -> dict[int, list[str]]:
    of_device = defaultdict[str, list[tuple[LinkPart, int]]](list)
    for index, listed in parts.items():
        for part in listed:
            of_device[part.device_id].append((part, index))
    faults = defaultdict[int, list[str]](list)
    for device_id, covered in of_device.items():
        covered.sort(key=lambda part: part[0].upto)
        read = _read(session, tenant_id, device_id, [part.upto for part, _ in covered], each)
        for (part, index), lines in zip(covered, read, strict=True):
            if (lines.count, lines.digest) != (part.count, part.digest):
                faults[index].append(f"receipts of device {device_id}")
    return faults


def _read(
    session: Session, tenant_id: str, device_id: str, ends: list[int], each: Progress
) -> list[ReceiptLines]:
    read = [ReceiptLines() for _ in ends]
    for first_v, receipt in hash_chain.receipts_in_order(session, tenant_id, device_id, 0, ends[-1]):
        read[bisect_left(ends, first_v)].add(receipt)
        each(1)
    return read
