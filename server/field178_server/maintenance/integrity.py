"""Integrity check of a server: engine, migrations, keys, permissions, and all digests."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from field178_server.attachments.storage.blob_store import hash_of
from field178_server.attachments.storage.file_store import file_store_of
from field178_server.audit.access_state import faults_of_access
from field178_server.audit.trail_chain import faults_of_trail
from field178_server.audit.verify import faults_of_roots
from field178_server.database import migrations
from field178_server.database.engine import create_engine_for, readonly
from field178_server.database.models import (
    Blob,
    Device,
    DeviceScope,
    Feed,
    FrozenReport,
    ReceiptCopy,
    Record,
    ReportTemplate,
    Scope,
    StoredReceipt,
    Tenant,
)
from field178_server.database.unit_of_work import snapshot
from field178_server.maintenance.schema_check import faults_of_schema
from field178_server.records.projections import filed_count
from field178_server.replication.receipts.receipts import IS_COPY
from field178_server.security.certificates import CA_KEY, KEY
from field178_server.security.clear_copies import abandoned
from field178_server.security.keyring import key_files, load_keys
from field178_server.security.ownership import faults_of_owners
from field178_server.security.private_files import is_loose
from field178_server.settings import Settings
from field178_shared.errors import AppError
from field178_shared.wire.canonical import EMPTY, Digest, receipt_hash, record_hash_of_body


def faults(settings: Settings) -> list[str]:
    """Return all faults of the server, a line each."""
    lines = list(_faults_of_files(settings))
    try:
        engine = create_engine_for(settings.effective_database_url)
        try:
            lines += (f"copy in clear: {name}" for name in abandoned(engine, settings.data_dir))
            key = _receipt_key(settings)
            lines += faults_of_database(engine, settings.tenant, key) or _faults_of_blobs(engine, settings)
        finally:
            engine.dispose()
    except RuntimeError as error:
        lines.append(f"engine: {error}")
    except SQLAlchemyError as error:
        lines.append(f"store: {type(error).__name__}")
    except AppError as error:
        lines.append(f"files: {error.code}")
    return lines


def _receipt_key(settings: Settings) -> str | None:
    try:
        return load_keys(settings.key_dir).receipt_keys
    except (OSError, ValueError):
        return None  # reported by `_faults_of_files`


def _faults_of_files(settings: Settings) -> Iterator[str]:
    try:
        load_keys(settings.key_dir)
    except (OSError, ValueError) as error:
        yield f"keys: {error}"
    secrets = key_files(settings.key_dir)
    secrets += [settings.tls_dir / name for name in (KEY, CA_KEY)]
    if settings.tls_key is not None:
        secrets.append(settings.tls_key)
    yield from (f"permissions: {path}" for path in secrets if path.exists() and is_loose(path))
    yield from _faults_of_folder(settings.data_dir)


def _faults_of_folder(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        yield f"data folder: {folder}"
        return
    if is_loose(folder):
        yield f"permissions: {folder}"
    yield from faults_of_owners(folder)


def faults_of_database(engine: Engine, tenant_id: str, receipt_key: str | None) -> list[str]:
    """Return the faults of the schema; without any, the faults of the rows."""
    if migrations.current(readonly(engine)) == migrations.head() and (missing := faults_of_schema(engine)):
        return missing
    return faults_of_store(engine, tenant_id, receipt_key)


def faults_of_store(engine: Engine, tenant_id: str, receipt_key: str | None = None) -> list[str]:
    """Return the faults of a store's rows: migration, digests, hash chains and counts.

    The signatures of the roots and the access state are checked if the public receipt key is given.
    """
    stored_at = migrations.current(readonly(engine))
    if stored_at != migrations.head():
        return [f"migrations: store at {stored_at}, newest is {migrations.head()}"]
    with snapshot(engine) as session:
        return faults_of_rows(session, tenant_id, receipt_key)


def faults_of_rows(session: Session, tenant_id: str, receipt_key: str | None) -> list[str]:
    """Return the faults of the rows that a session reads, see `faults_of_store`."""
    if session.get(Tenant, tenant_id) is None:
        return [f"tenant: {tenant_id}"]
    return [
        *_faults_of_scopes(session, tenant_id),
        *_differing_records(session, tenant_id),
        *_faults_of_receipts(session, tenant_id),
        *faults_of_trail(session, tenant_id, receipt_key),
        *faults_of_roots(session, tenant_id, receipt_key),
        # A restore without the key compares a copy with its original: the access state is the original's.
        *(faults_of_access(session, tenant_id) if receipt_key else ()),
        *_faults_of_reports(session, tenant_id),
        *_faults_of_drawers(session, tenant_id),
    ]


def _faults_of_blobs(engine: Engine, settings: Settings) -> Iterator[str]:
    store = file_store_of(settings)
    with snapshot(engine) as session:
        hashes = session.scalars(select(Blob.sha256).where(Blob.tenant_id == settings.tenant)).all()
    for sha256 in sorted(hashes):
        try:
            with store.open(sha256) as file:
                actual = hash_of(file)
        except FileNotFoundError:
            yield f"blob: {sha256} missing"
        except PermissionError:
            yield f"blob: {sha256} unreadable"
        else:
            if actual != sha256:
                yield f"blob: {sha256} altered"


def _faults_of_scopes(session: Session, tenant_id: str) -> Iterator[str]:
    live: dict[str, Digest] = {}
    rows = session.execute(
        select(Record.scope, Record.record_id, Record.type, Record.rev, Record.deleted, Record.body, Record.h)
        .where(Record.tenant_id == tenant_id)
        .execution_options(yield_per=1000)
    )
    for scope, record_id, type_, rev, deleted, body, h in rows:
        if record_hash_of_body(record_id, type_, rev, deleted, body.encode()) != h:
            yield f"record: {record_id} hash"
        elif not deleted:
            live[scope] = live.get(scope, EMPTY).add(h)
    for row in session.scalars(select(Scope).where(Scope.tenant_id == tenant_id).order_by(Scope.scope)):
        if live.get(row.scope, EMPTY).wire() != [row.live_count, row.live_sum]:
            yield f"scope: {row.scope} digest"
    stored, in_feed, granted = (
        set(session.scalars(select(table.scope).distinct().where(table.tenant_id == tenant_id)))
        for table in (Scope, Feed, DeviceScope)
    )
    yield from (f"scope: {scope} missing" for scope in sorted((in_feed | granted) - stored))


def _differing_records(session: Session, tenant_id: str) -> Iterator[str]:
    """Yield the records that differ from the feed or from the receipt of their revision."""
    there = (Record.tenant_id == Feed.tenant_id) & (Record.record_id == Feed.record_id)
    stamped = (
        select(Feed.record_id)
        .outerjoin(Record, there)
        .where(Feed.tenant_id == tenant_id, Feed.kind == "put")
        .where(or_(Record.seq.is_(None), Record.seq != Feed.seq, Record.scope != Feed.scope))
    )
    unstamped = (
        select(Record.record_id)
        .outerjoin(Feed, there & (Feed.scope == Record.scope))
        .where(Record.tenant_id == tenant_id, Record.deleted.is_(False))
        .where(Feed.record_id.is_(None))
    )
    # The receipt of a revision contains its hash, independently of the record's row.
    from_receipt = (
        select(Record.record_id)
        .join(
            StoredReceipt,
            (StoredReceipt.tenant_id == Record.tenant_id)
            & (StoredReceipt.record_id == Record.record_id)
            & (StoredReceipt.rev == Record.rev),
        )
        .where(Record.tenant_id == tenant_id, StoredReceipt.h != Record.h)
    )
    for query, what in ((stamped, "feed"), (unstamped, "not in the feed"), (from_receipt, "receipt")):
        yield from (f"record: {record_id} {what}" for record_id in sorted(set(session.scalars(query))))


def _faults_of_receipts(session: Session, tenant_id: str) -> Iterator[str]:
    digests: dict[str, Digest] = {}
    verdict = (StoredReceipt.change_id, StoredReceipt.status, StoredReceipt.reason)
    own = select(StoredReceipt.device_id, *verdict)
    for query in (own, select(ReceiptCopy.device_id, *verdict).join(StoredReceipt, IS_COPY)):
        of_tenant = query.where(StoredReceipt.tenant_id == tenant_id).execution_options(yield_per=1000)
        for device_id, change_id, status, reason in session.execute(of_tenant):
            h = receipt_hash(change_id, status, reason)
            digests[device_id] = digests.get(device_id, EMPTY).add(h)
    for row in session.scalars(
        select(Device).where(Device.tenant_id == tenant_id).order_by(Device.device_id)
    ):
        if digests.get(row.device_id, EMPTY).wire() != [row.receipt_count, row.receipt_sum]:
            yield f"receipts: device {row.device_id}"


def _faults_of_reports(session: Session, tenant_id: str) -> Iterator[str]:
    """Yield frozen reports whose content does not have the hash of their record, and altered templates."""
    is_report = (Record.tenant_id == FrozenReport.tenant_id) & (Record.record_id == FrozenReport.report_id)
    rows = session.execute(
        select(FrozenReport.report_id, FrozenReport.sha256, FrozenReport.body, Record.body)
        .outerjoin(Record, is_report)
        .where(FrozenReport.tenant_id == tenant_id)
        .execution_options(yield_per=10)
    )
    for report_id, sha256, body, record in rows:
        try:
            actual = hashlib.sha256(zlib.decompress(body)).hexdigest()
        except zlib.error:
            actual = ""
        if actual != sha256 or f'"{sha256}"' not in (record or ""):
            yield f"report: {report_id} frozen content"
    templates = select(ReportTemplate.sha256, ReportTemplate.body).where(
        ReportTemplate.tenant_id == tenant_id
    )
    for sha256, body in session.execute(templates):
        if hashlib.sha256(body).hexdigest() != sha256:
            yield f"report: template {sha256}"


def _faults_of_drawers(session: Session, tenant_id: str) -> Iterator[str]:
    for drawer in filed_count.wrong_counts(session.connection(), tenant_id):
        yield f"filed: {' '.join(drawer)} count"
