"""Setting a server up: data folder, keys, store at the newest migration, the tenant. Safe to run again."""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server.keyring import create_keys
from field178_server.models import Tenant
from field178_server.private_files import make_private_folder
from field178_server.services import scopes
from field178_server.settings import Settings
from field178_server.unit_of_work import run_write
from field178_shared.clock import Clock
from field178_shared.codelists import load
from field178_shared.ids import IdSource

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Installed:
    """What setting up found or made."""

    tenant_id: str
    epoch: str
    is_new: bool


def install(settings: Settings, engine: Engine, clock: Clock, ids: IdSource) -> Installed:
    """Set everything up that is missing; what exists MUST stay as it is, tablets rely on it."""
    make_private_folder(settings.data_dir)
    make_private_folder(settings.key_dir.parent)
    create_keys(settings.key_dir, secrets.token_bytes)
    migrate(engine)
    return run_write(engine, lambda session: _ensure_tenant(session, settings, clock, ids))


def migrate(engine: Engine) -> None:
    """Bring the store to the newest migration."""
    config = alembic_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@functools.cache
def head_revision() -> str:
    """Return the newest migration of this release."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert head is not None
    return head


def stored_revision(engine: Engine) -> str | None:
    """Return the migration the store stands at; None for an empty store."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def alembic_config() -> Config:
    """Return Alembic's configuration for the packaged migrations."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


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
    return Installed(tenant.tenant_id, tenant.epoch, is_new)
