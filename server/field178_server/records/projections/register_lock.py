"""The lock of the register: between writers of establishments, and between these and writers of visits."""

from __future__ import annotations

from sqlalchemy import Connection

from field178_server.database.fast import driver

_LOCK = "SELECT pg_advisory_xact_lock{}(hashtext('register of ' || %s))"


def lock_register(connection: Connection, tenant_id: str, *, is_shared: bool = False) -> None:
    """Lock the register until the transaction ends (PostgreSQL; SQLite has one writer at a time).

    Without it, uncommitted establishments of another transaction would not be compared.
    """
    if connection.dialect.name == "postgresql":
        lock = _LOCK.format("_shared" if is_shared else "")
        # Within a pipeline the next query waits for the lock.
        driver.write(connection, lock, [(tenant_id,)])
