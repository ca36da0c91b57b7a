"""Import of a tablet's offline export: every change is pushed, so a second import changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Device
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices.context import load_devices
from field178_server.office.imports.report import Tally
from field178_server.records.batch import Batch
from field178_server.replication.exchange import Exchange
from field178_server.replication.push.push import push
from field178_server.replication.receipts.receipts import find_receipts
from field178_shared.crypto.signatures import decode
from field178_shared.errors import AppError, ErrorCode
from field178_shared.offline_export import ExportOrigin, OfflineExport
from field178_shared.wire.protocol import MAX_CHANGES, Change
from field178_shared.wire.strict_json import loads


@dataclass(frozen=True, slots=True)
class Imported:
    """Whose file it was, and what became of it."""

    origin: ExportOrigin
    tally: Tally


class _Rehearsed(Exception):
    """Ends a rehearsal: its transaction is rolled back."""


def open_offline_export(exchange: Exchange, private_key: X25519PrivateKey, file: BinaryIO) -> OfflineExport:
    """Return a verified signed file, or raise AppError(rescue_file)."""
    export = OfflineExport(file, private_key)
    export.check(_public_key(exchange, export.origin))
    return export


def rehearse(exchange: Exchange, export: OfflineExport) -> Imported:
    """Tell what taking the file in would do; nothing is stored."""
    tally = Tally(unreadable=_count_unreadable(export))

    # One transaction for all: a later change is evaluated after the earlier ones, as in a real import.
    def work(session: Session) -> None:
        for changes in _batches(_changes(export)):
            known = _known(session, exchange, changes)
            batch = Batch(session, exchange.tenant_id, exchange.clock, exchange.ids)
            device = load_devices(session, exchange.tenant_id, [export.origin.device], lock=True)
            answers = push(
                batch, device[export.origin.device], export.origin.incarnation, changes, exchange.rules
            )
            tally.add(changes, answers, known)
        raise _Rehearsed

    try:
        run_write(exchange.engine, work)
    except _Rehearsed:
        return Imported(export.origin, tally)
    raise AssertionError("unreachable")


def take_in(exchange: Exchange, context: OperationContext, export: OfflineExport) -> Imported:
    """Take the changes in; a break leaves the batches before it, and the next import takes the rest."""
    tally = Tally(unreadable=_count_unreadable(export))
    origin = export.origin
    for changes in _batches(_changes(export)):
        with snapshot(exchange.engine) as session:
            known = _known(session, exchange, changes)
        tally.add(changes, exchange.take_in(origin.device, origin.incarnation, changes), known)
    entry = AuditEntry("rescue.import", origin.device, details=tally.details())
    run_write(exchange.engine, lambda session: context.note(session, entry))
    return Imported(origin, tally)


def _public_key(exchange: Exchange, origin: ExportOrigin) -> bytes:
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
    return frozenset(find_receipts(session, exchange.tenant_id, ids))


def _count_unreadable(export: OfflineExport) -> int:
    return sum(change is None for change in _changes(export))


def _changes(export: OfflineExport) -> Iterator[Change | None]:
    for line in export.changes():
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
        if len(batch) >= MAX_CHANGES:
            yield batch
            batch = []
        batch.append(change)
    if batch:
        yield batch
