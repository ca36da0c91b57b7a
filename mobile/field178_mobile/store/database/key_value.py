"""Sync's bookkeeping in plain text (ids and counters only), and the sealed settings."""

from __future__ import annotations

import json

from field178_mobile.store.database.context import DatabaseContext
from field178_shared.wire.canonical import canonical


def get_text(context: DatabaseContext, key: str) -> str | None:
    """Return a bookkeeping value, or None if absent."""
    row = context.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def get_texts(context: DatabaseContext) -> dict[str, str]:
    """Return every bookkeeping value in one query."""
    return dict(context.connection.execute("SELECT key, value FROM meta").fetchall())


def put_text(context: DatabaseContext, key: str, value: str | None) -> None:
    """Store a bookkeeping value; None deletes it. MUST run inside a transaction."""
    if value is None:
        context.connection.execute("DELETE FROM meta WHERE key = ?", (key,))
        return
    context.connection.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
    )


def get_number(context: DatabaseContext, key: str, default: int = 0) -> int:
    """Return a bookkeeping number."""
    text = get_text(context, key)
    return default if text is None else int(json.loads(text))


def put_number(context: DatabaseContext, key: str, value: int) -> None:
    """Put a bookkeeping number. MUST run inside a transaction."""
    put_text(context, key, str(value))


def get_setting(context: DatabaseContext, key: str) -> object:
    """Return a setting's JSON value, None if absent."""
    query = "SELECT revision, sealed FROM setting WHERE id = ? AND key_id = ?"
    row = context.connection.execute(query, (key, context.sealer.key_id)).fetchone()
    if row is None:
        return None
    value: object = json.loads(context.sealer.open("setting", key, row[0], row[1]))
    return value


def put_setting(context: DatabaseContext, key: str, value: object) -> None:
    """Put a setting. MUST run inside a transaction."""
    row = context.connection.execute("SELECT revision FROM setting WHERE id = ?", (key,)).fetchone()
    revision = 1 if row is None else row[0] + 1
    sealed = context.sealer.seal("setting", key, revision, canonical(value))
    context.connection.execute(
        "INSERT INTO setting VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "revision = excluded.revision, key_id = excluded.key_id, sealed = excluded.sealed",
        (key, revision, context.sealer.key_id, sealed),
    )
