"""Taking in a tablet's rescue file: every change goes the way of a push, so that twice is once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.exchange import Exchange
from field178_server.models import Device
from field178_server.services.audit import Entry
from field178_server.services.batch import Batch
from field178_server.services.desk import Desk
from field178_server.services.device_context import load_devices
from field178_server.services.ledger import find_entries
from field178_server.services.push import Answered, push
from field178_server.services.signatures import decode
from field178_server.unit_of_work import run_write, snapshot
from field178_shared.errors import AppError, ErrorCode
from field178_shared.protocol import MAX_CHANGES, Change, Status
from field178_shared.rescue import Origin, RescueFile
from field178_shared.strict_json import loads


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of the changes of one file."""

    new: int = 0
    known: int = 0
    held: int = 0
    unreadable: int = 0

    def plus(self, answers: Iterable[Answered], known: frozenset[str]) -> Counted:
        """Add the verdicts on some changes; `held` are new or known ones that wait for the office."""
        receipts = [answer.receipt for answer in answers]
        old = sum(receipt.change_id in known for receipt in receipts)
        held = sum(receipt.status is Status.QUARANTINED for receipt in receipts)
        return Counted(self.new + len(receipts) - old, self.known + old, self.held + held, self.unreadable)

    @property
    def total(self) -> int:
        """How many changes the file holds."""
        return self.new + self.known + self.unreadable


@dataclass(frozen=True, slots=True)
class Imported:
    """Whose file it was, and what became of it."""

    origin: Origin
    counted: Counted


class _Rehearsed(Exception):
    """Ends a rehearsal: its transaction is rolled back."""

    def __init__(self, counted: Counted) -> None:
        super().__init__()
        self.counted = counted


def import_rescue(
    exchange: Exchange, desk: Desk, private_key: X25519PrivateKey, file: BinaryIO, *, dry_run: bool
) -> Imported:
    """Take in a whole, signed file, or raise AppError(rescue_file) and take in nothing of it."""
    rescue = RescueFile(file, private_key)
    rescue.check(_public_key(exchange, rescue.origin))
    if dry_run:
        return Imported(rescue.origin, _rehearse(exchange, rescue))
    counted = Counted(unreadable=sum(change is None for change in _changes(rescue)))
    for changes in _batches(_changes(rescue)):
        with snapshot(exchange.engine) as session:
            known = _known(session, exchange, changes)
        origin = rescue.origin
        counted = counted.plus(exchange.take_in(origin.device, origin.incarnation, changes), known)
    run_write(exchange.engine, lambda session: desk.note(session, _entry(rescue.origin, counted)))
    return Imported(rescue.origin, counted)


def _rehearse(exchange: Exchange, rescue: RescueFile) -> Counted:
    # One transaction for all: a later change is judged with the earlier ones before it, as in earnest.
    def work(session: Session) -> None:
        counted = Counted(unreadable=sum(change is None for change in _changes(rescue)))
        for changes in _batches(_changes(rescue)):
            known = _known(session, exchange, changes)
            batch = Batch(session, exchange.tenant_id, exchange.clock, exchange.ids)
            device = load_devices(session, exchange.tenant_id, [rescue.origin.device], lock=True)
            answers = push(
                batch, device[rescue.origin.device], rescue.origin.incarnation, changes, exchange.rules
            )
            counted = counted.plus(answers, known)
        raise _Rehearsed(counted)

    try:
        run_write(exchange.engine, work)
    except _Rehearsed as done:
        return done.counted
    raise AssertionError("unreachable")


def _public_key(exchange: Exchange, origin: Origin) -> bytes:
    query = select(Device.public_key).where(
        Device.tenant_id == exchange.tenant_id, Device.device_id == origin.device
    )
    with snapshot(exchange.engine) as session:
        found = session.scalars(query).one_or_none() if origin.tenant == exchange.tenant_id else None
    raw = None if found is None else decode(found)
    if raw is None:
        raise AppError(ErrorCode.RESCUE_FILE, problem="unknown_tablet")
    return raw


def _known(session: Session, exchange: Exchange, changes: Iterable[Change]) -> frozenset[str]:
    ids = [change.change_id for change in changes]
    return frozenset(find_entries(session, exchange.tenant_id, ids))


def _changes(rescue: RescueFile) -> Iterator[Change | None]:
    for line in rescue.changes():
        try:
            yield Change.from_wire(loads(line))
        except AppError:
            # The tablet held it as malformed; it MUST NOT cost the others.
            yield None


def _batches(changes: Iterable[Change | None]) -> Iterator[list[Change]]:
    batch: list[Change] = []
    for change in changes:
        if change is None:
            continue
        goes_on = bool(batch) and change.group is not None and change.group == batch[-1].group
        if len(batch) >= MAX_CHANGES and not goes_on:
            yield batch
            batch = []
        batch.append(change)
    if batch:
        yield batch


def _entry(origin: Origin, counted: Counted) -> Entry:
    details = {"new": counted.new, "known": counted.known, "held": counted.held}
    return Entry("rescue.import", origin.device, details={**details, "unreadable": counted.unreadable})
