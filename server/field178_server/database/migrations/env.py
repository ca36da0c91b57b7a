"""Runs migrations on the connection that `migrations.upgrade` hands in."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from field178_server.database.models import Base

connection = context.config.attributes["connection"]
assert isinstance(connection, Connection)
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite too: the engine begins real transactions, so half a migration never stays.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
