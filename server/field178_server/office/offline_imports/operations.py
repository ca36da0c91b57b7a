"""Import of a tablet's offline export: every change is pushed, so a second import changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from field178_server.office.offline_imports.report import Tally
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
    """Result of an import: the origin of the file, and the tally of its changes."""

    origin: ExportOrigin
    tally: Tally


class _Rehearsed(Exception):
    """Exception that ends a rehearsal, so that its transaction is rolled back."""


def open_offline_export(
    exchange: Exchange, private_keys: Sequence[X25519PrivateKey], file: BinaryIO
) -> OfflineExport:
    """Return the offline export of a file after its signature is verified, or raise AppError(rescue_file).

    The file is sealed for one of the sealing keys; the newest is tried first.
    """
    faults = []
    for private_key in private_keys:
        export = OfflineExport(file, private_key)
        try:
            export.check(_public_key(exchange, export.origin))
        except AppError as error:
            faults.append(error)
        else:
            return export
    # A file that opened and is false says more than keys that do not open it.
    raise next((fault for fault in faults if fault.details.get("problem") == "signature"), faults[0])


def rehearse(exchange: Exchange, export: OfflineExport) -> Imported:
    """Return the result that an import would have, without storing anything."""
    tally = Tally(unreadable=_count_unreadable(export))

    # One transaction for all: a later change is evaluated after the earlier ones, as in a real import.
    def work(session: Session) -> None:
        for changes in _batches(_changes(export)):
            received_ids = _received_ids(session, exchange, changes)
            batch = Batch(session, exchange.tenant_id, exchange.clock, exchange.ids)
            device = load_devices(session, exchange.tenant_id, [export.origin.device], lock=True)
            answers = push(
                batch, device[export.origin.device], export.origin.incarnation, changes, exchange.rules
            )
            tally.add(changes, answers, received_ids)
        raise _Rehearsed

    try:
        run_write(exchange.engine, work)
    except _Rehearsed:
        return Imported(export.origin, tally)
    raise AssertionError("unreachable")


def take_in(exchange: Exchange, context: OperationContext, export: OfflineExport) -> Imported:
    """Import the changes in batches. After an interruption the next import continues with the rest."""
    tally = Tally(unreadable=_count_unreadable(export))
    origin = export.origin
    for changes in _batches(_changes(export)):
        with snapshot(exchange.engine) as session:
            received_ids = _received_ids(session, exchange, changes)
        tally.add(changes, exchange.take_in(origin.device, origin.incarnation, changes), received_ids)
    entry = AuditEntry("rescue.import", origin.device, details=tally.details())
    run_write(exchange.engine, lambda session: context.note(session, entry))
    return Imported(origin, tally)


def _public_key(exchange: Exchange, origin: ExportOrigin) -> bytes:
    query = select(Device.public_key).where(
        Device.tenant_id == exchange.tenant_id, Device.device_id == origin.device
    )
    with snapshot(exchange.engine) as session:
        public_key = session.scalars(query).one_or_none() if origin.tenant == exchange.tenant_id else None
    raw = None if public_key is None else decode(public_key)
    if raw is None:
        raise AppError(ErrorCode.RESCUE_FILE, problem="unknown_tablet")
    return raw


def _received_ids(session: Session, exchange: Exchange, changes: Iterable[Change]) -> frozenset[str]:
    ids = [change.change_id for change in changes]
    return frozenset(find_receipts(session, exchange.tenant_id, ids))


def _count_unreadable(export: OfflineExport) -> int:
    return sum(change is None for change in _changes(export))


def _changes(export: OfflineExport) -> Iterator[Change | None]:
    for line in export.changes():
        try:
            yield Change.from_wire(loads(line))
        except AppError:
            # A malformed change MUST NOT prevent the import of the others.
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
