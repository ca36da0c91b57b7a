"""Letting go of acknowledged changes: only of what a backup verified by restore holds."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping

from field178_mobile.store.database.context import Room
from field178_mobile.store.database.key_value import get_text, put_number, put_text
from field178_mobile.store.outbox.changes import delete_changes, prunable
from field178_mobile.store.outbox.journal import Journal
from field178_shared.wire.canonical import Digest, receipt_hash

_JOURNAL_WORTH_REWRITING = 256 << 10
_MIXED = "mixed_lives"


def prune(room: Room, journal: Journal, backed_up: Mapping[str, int], agreed: Container[str]) -> None:
    """Let go of changes that a backup verified by restore holds; their receipts still count.

    Only of lives whose receipts agree: two copies of one database use the same numbers for other changes.
    """
    gone: list[str] = []
    mixed = _mixed_lives(room)
    with room.transaction("prune"):
        for life_id, number in backed_up.items():
            room.connection.execute("UPDATE incarnation SET backed_up = ? WHERE id = ?", (number, life_id))
            if life_id in agreed and life_id not in mixed:
                gone += _prune_life(room, life_id, number)
    if gone and journal.size > _JOURNAL_WORTH_REWRITING:
        # After the commit: a crash before this leaves a journal that says more than it must, never less.
        held = {row[0] for row in room.connection.execute("SELECT id FROM outbox")}
        journal.keep_only(held)
        with room.transaction("journal"):
            put_text(room, "journal", journal.generation)
            put_number(room, "journal_end", journal.size)


def keep_all_of(room: Room, life_ids: Iterable[str]) -> None:
    """Let go of no change of these lives any more. Inside a transaction.

    One that was carried over from another life counted under them, and went with its number: nothing here
    tells from now on which numbers are their own.
    """
    before = _mixed_lives(room)
    after = before.union(life_ids)
    if after != before:
        put_text(room, _MIXED, json.dumps(sorted(after)))


def _mixed_lives(room: Room) -> frozenset[str]:
    return frozenset(json.loads(get_text(room, _MIXED) or "[]"))


def _prune_life(room: Room, life_id: str, backed_up: int) -> list[str]:
    gone = prunable(room, life_id, backed_up)
    row = room.connection.execute(
        "SELECT pruned_count, pruned_total FROM incarnation WHERE id = ?", (life_id,)
    ).fetchone()
    if not gone or row is None:
        return []
    digest = Digest(row[0], int(row[1], 16))
    for change_id in gone:
        digest = digest.add(receipt_hash(change_id))
    room.connection.execute(
        "UPDATE incarnation SET pruned_count = ?, pruned_total = ? WHERE id = ?",
        (digest.count, f"{digest.total:032x}", life_id),
    )
    delete_changes(room, gone)
    return gone
