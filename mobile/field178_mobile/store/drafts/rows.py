"""Rows of drafts: durable at every save, encrypted, deleted only by filing or discarding."""

from __future__ import annotations

from field178_mobile.ports import Json
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.drafts.normalize import clean_object, is_clean
from field178_mobile.store.model import Draft
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import from_wire, to_wire

DRAFT_COLUMNS = ("id", "record_id", "type", "scope", "revision", "key_id", "sealed")


def save_draft(context: DatabaseContext, draft: Draft) -> None:
    """Write a draft whole. MUST run inside a transaction."""
    row = context.connection.execute("SELECT revision FROM draft WHERE id = ?", (draft.id,)).fetchone()
    revision = 1 if row is None else row[0] + 1
    sealed = context.seal("draft", draft.id, revision, _to_json(draft))
    context.connection.execute(
        "INSERT INTO draft VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "record_id = excluded.record_id, type = excluded.type, scope = excluded.scope, "
        "revision = excluded.revision, key_id = excluded.key_id, sealed = excluded.sealed",
        (draft.id, draft.record_id, draft.type, draft.scope, revision, context.sealer.key_id, sealed),
    )


def get_draft(context: DatabaseContext, draft_id: str) -> Draft | None:
    """Return one draft, None if it does not exist."""
    rows = _rows(context, "AND id = ?", (draft_id,))
    return rows[0] if rows else None


def all_drafts(context: DatabaseContext) -> list[Draft]:
    """Return every draft, the latest saved first."""
    return sorted(_rows(context, "", ()), key=lambda draft: draft.saved_at, reverse=True)


def drafted_records(context: DatabaseContext) -> frozenset[str]:
    """Return the ids of the records that have a draft."""
    return frozenset(row[0] for row in context.connection.execute("SELECT record_id FROM draft"))


def delete_draft(context: DatabaseContext, draft_id: str) -> None:
    """Remove a draft. MUST run inside a transaction."""
    context.connection.execute("DELETE FROM draft WHERE id = ?", (draft_id,))


def delete_drafts_of(context: DatabaseContext, record_id: str) -> None:
    """Delete the drafts of a record. MUST run inside a transaction."""
    context.connection.execute("DELETE FROM draft WHERE record_id = ?", (record_id,))


def _rows(context: DatabaseContext, where: str, values: tuple[str, ...]) -> list[Draft]:
    # A damaged draft (cell_check.py) carries no key id any more and is skipped.
    query = f"SELECT id, record_id, type, scope, revision, sealed FROM draft WHERE key_id = ? {where}"  # noqa: S608
    rows = context.connection.execute(query, (context.sealer.key_id, *values)).fetchall()
    return [_from_row(context, row) for row in rows]


def _to_json(draft: Draft) -> Json:
    return {
        # The sealed copy of the columns detects flipped bits.
        "record_id": draft.record_id,
        "type": draft.type,
        "scope": draft.scope,
        "data": _fit(draft.data),
        "seen": None if draft.seen is None else _fit(draft.seen),
        "base_rev": draft.base_rev,
        "user": draft.user,
        "saved_at": to_wire(draft.saved_at),
        "title": draft.title,
    }


def _fit(data: Json) -> Json:
    # Nearly every save is fit as it is, and every tap saves.
    return data if is_clean(data) else clean_object(data)


def _from_row(context: DatabaseContext, row: tuple[str, str, str, str, int, bytes]) -> Draft:
    draft_id, record_id, record_type, scope, revision, sealed = row
    body = context.open("draft", draft_id, revision, sealed)
    data, seen, base_rev = body["data"], body["seen"], body["base_rev"]
    saved_at = from_wire(str(body["saved_at"]))
    if not isinstance(data, dict) or not isinstance(base_rev, int) or saved_at is None:
        raise AppError(ErrorCode.STORE_DAMAGED, table="draft", id=draft_id)
    return Draft(
        id=draft_id,
        type=str(body.get("type", record_type)),
        record_id=str(body.get("record_id", record_id)),
        scope=str(body.get("scope", scope)),
        data=data,
        seen=seen if isinstance(seen, dict) else None,
        base_rev=base_rev,
        user=str(body["user"]),
        saved_at=saved_at,
        title=str(body["title"]),
    )
