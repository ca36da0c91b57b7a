"""Alembic environment: runs migrations on the connection of `migrations.upgrade`."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from field178_server.database import migrations
from field178_server.database.models import Base

connection = context.config.attributes["connection"]
assert isinstance(connection, Connection)
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # Also for SQLite: the engine begins real transactions, so that a failed migration is rolled back.
    transactional_ddl=True,
)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # While a change of a table waits for its lock, everybody else waits behind it.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {migrations.LOCK_TIMEOUT_MS}")
    context.run_migrations()
