"""Installation of a server: data folder, keys, migrated store, tenant. Idempotent."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from field178_server.audit import verify
from field178_server.database import migrations
from field178_server.database.engine import forget_deleted, sqlite_file
from field178_server.database.models import Tenant
from field178_server.database.single_server import require_not_served
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.quarantine.reprocess import run_again
from field178_server.security.keyring import create_keys, load_keys
from field178_server.security.private_files import make_private_folder
from field178_server.settings import Settings
from field178_shared.codelists import load
from field178_shared.fsync import close_to_others
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock

# A store up to this size is shortened after an upgrade.
_MOST_SHORTENED_BYTES = 1 << 27


@dataclass(frozen=True, slots=True)
class Installed:
    """Result of an installation: tenant, epoch, and whether the tenant is new."""

    tenant_id: str
    epoch: str
    is_new: bool


def install(settings: Settings, engine: Engine, clock: Clock, ids: IdSource) -> Installed:
    """Create missing folders, keys, tables and tenant; existing keys and rows MUST NOT change.

    Raises StoreVersionError for a store of a newer version, AlreadyServedError if an older store is in use.
    """
    make_private_folder(settings.data_dir)
    make_private_folder(settings.key_dir.parent)
    if engine.dialect.name == "sqlite" and engine.url.database:
        # SQLite copies the permissions of the database file to its companion files.
        Path(engine.url.database).touch(0o600)
    close_to_others(*settings.data_dir.iterdir())
    is_older = migrations.current(engine) not in (None, migrations.head())
    if is_older:
        # A running server would use statements for the old schema.
        require_not_served(settings)
    migrations.upgrade(engine)
    if is_older and _is_small(engine):
        # Rewritten tables leave free pages. Without room for the shorter file the store keeps the longer one.
        with suppress(SQLAlchemyError):
            forget_deleted(engine)
    with snapshot(engine) as session:
        is_known = session.get(Tenant, settings.tenant) is not None
    if is_known:
        load_keys(settings.key_dir)
    # Keys before the tenant: after a crash in between a second run creates the tenant.
    create_keys(settings.key_dir, secrets.token_bytes)
    installed = run_write(engine, lambda session: _ensure_tenant(session, settings, clock, ids))
    # The chain starts at installation, so that every tablet can check it from its first exchange.
    verify.extend(engine, settings.tenant, load_keys(settings.key_dir).receipt, clock)
    return installed


def _is_small(engine: Engine) -> bool:
    """Return whether the store fits in memory: SQLite holds a shortened file there until it is written."""
    file = sqlite_file(engine.url.render_as_string(hide_password=False))
    return file is not None and file.stat().st_size <= _MOST_SHORTENED_BYTES


def _ensure_tenant(session: Session, settings: Settings, clock: Clock, ids: IdSource) -> Installed:
    tenant = session.get(Tenant, settings.tenant)
    is_new = tenant is None
    if tenant is None:
        tenant = Tenant(
            tenant_id=settings.tenant,
            name=settings.tenant,
            epoch=ids.random(),
            payload_key=secrets.token_bytes(32),
            created_at=clock.now(),
        )
        session.add(tenant)
        session.flush()
    scopes.ensure(session, tenant.tenant_id, (scopes.REF, scopes.OFFICE), load())
    if not is_new:
        # Re-evaluate changes quarantined as unknown by an older version.
        run_again(Batch(session, tenant.tenant_id, clock, ids), declared_types())
    return Installed(tenant.tenant_id, tenant.epoch, is_new)
