"""The lock between writers of entries, and between them and writers of visits."""

from __future__ import annotations

from sqlalchemy import Connection, text

_LOCK = "SELECT pg_advisory_xact_lock{}(hashtext('register of ' || :tenant))"


def lock_register(connection: Connection, tenant_id: str, *, is_shared: bool = False) -> None:
    """Wait for other writers of the register until the transaction ends; SQLite has one writer at a time.

    What another transaction has not committed yet cannot be seen, and would not be compared with.
    """
    if connection.dialect.name == "postgresql":
        lock = _LOCK.format("_shared" if is_shared else "")
        connection.execute(text(lock), {"tenant": tenant_id})
