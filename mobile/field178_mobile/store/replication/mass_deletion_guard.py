"""Mass deletion guard: withhold large deletions of a scope until the user or a notice allows them.

While the question is open, the scope is read from a second cursor (`withheld_at`), so that no row is sent
twice, and deletions are skipped. The first cursor stays: once allowed, the next request reads from there
again. A running answer continues from `withheld_at`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_text, put_text
from field178_mobile.store.replica.server_records import (
    ScopeCursor,
    ServerRecord,
    get_scope,
    get_server_record,
    put_scope,
    scope_rows,
)
from field178_shared.record_type import RecordType

MOST_ROWS = 50
MOST_PERCENT = 20
WITHHELD_AT = "held_at"
ALLOWED, KEPT, NONE = "allowed", "kept", "none"
# Kinds of notices that announce large deletions.
ANNOUNCING = frozenset({"removal", "reform"})


@dataclass(frozen=True, slots=True)
class WithheldDeletions:
    """How many deletions are withheld, and whether the user decided to keep the rows for now."""

    count: int
    is_kept: bool


def leaving_rows(context: DatabaseContext, scope: str, gone_ids: Iterable[str]) -> int:
    """Return how many live rows of a scope would be deleted."""
    rows = [get_server_record(context, record_id) for record_id in sorted(set(gone_ids))]
    return sum(_is_live_in(row, scope) for row in rows)


def stops(scope: ScopeCursor, leaving: int, *, is_announced: bool) -> bool:
    """Return whether so many deletions are too many, counted since the digest of the scope last agreed."""
    if leaving == 0 or is_announced or scope.answer == ALLOWED:
        return False
    gone, whole = scope.gone + leaving, scope.gone + scope.digest.count
    return gone > MOST_ROWS and gone * 100 > MOST_PERCENT * whole


def withhold(context: DatabaseContext, scope: ScopeCursor, leaving: int) -> None:
    """Store how many deletions need the user's answer. Inside a transaction."""
    put_scope(context, replace(scope, withheld=scope.gone + leaving))


def withheld_at(context: DatabaseContext) -> dict[str, int]:
    """Return the second cursor of each scope with withheld deletions."""
    return parse_cursors(get_text(context, WITHHELD_AT))


def parse_cursors(text: str | None) -> dict[str, int]:
    """Return the second cursors from their stored text."""
    counts: dict[str, int] = json.loads(text or "{}")
    return counts


def read_on(context: DatabaseContext, scope: str, seq: int) -> None:
    """Advance the second cursor of a scope. Inside a transaction."""
    before = withheld_at(context)
    _put_withheld_at(context, {**before, scope: max(before.get(scope, 0), seq)})


def let_go(context: DatabaseContext, scopes: Iterable[str]) -> None:
    """Read these scopes from their first cursors again. Inside a transaction."""
    before = withheld_at(context)
    after = {scope: seq for scope, seq in before.items() if scope not in set(scopes)}
    if after != before:
        _put_withheld_at(context, after)


def released(context: DatabaseContext, cursors: Mapping[str, int]) -> frozenset[str]:
    """Return the scopes whose withheld deletions the user or a notice has allowed."""
    if not cursors:
        return frozenset()
    kinds = {row[0] for row in context.connection.execute("SELECT kind FROM notice")}
    if kinds & ANNOUNCING:
        return frozenset(cursors)
    return frozenset(scope for scope in cursors if get_scope(context, scope).answer == ALLOWED)


def let_go_released(context: DatabaseContext) -> None:
    """Read scopes with allowed deletions from the first cursor again. MUST NOT run while an answer is read.

    Its checkpoints advance the second cursor: committed to the first one they would skip the deletions.
    """
    with context.transaction("let_go"):
        let_go(context, released(context, withheld_at(context)))


def counted(scope: ScopeCursor, leaving: int, *, is_proven: bool) -> ScopeCursor:
    """Return the scope with its number of deletions, zero once its digest agrees."""
    if is_proven:
        return replace(scope, gone=0, withheld=0, answer=NONE)
    return replace(scope, gone=scope.gone + leaving)


def answer_deletion_guard(context: DatabaseContext, *, allow: bool) -> None:
    """Store the user's answer to all withheld deletions."""
    with context.transaction("answer"):
        for scope in scope_rows(context).values():
            if scope.withheld:
                put_scope(context, replace(scope, answer=ALLOWED if allow else KEPT))


def read_withheld(context: DatabaseContext) -> WithheldDeletions:
    """Return the unanswered withheld deletions of all scopes together."""
    unanswered = [
        scope for scope in scope_rows(context).values() if scope.withheld and scope.answer != ALLOWED
    ]
    return WithheldDeletions(
        sum(scope.withheld for scope in unanswered), all(scope.answer == KEPT for scope in unanswered)
    )


def _put_withheld_at(context: DatabaseContext, cursors: Mapping[str, int]) -> None:
    put_text(context, WITHHELD_AT, json.dumps(cursors, sort_keys=True) if cursors else None)


def _is_live_in(row: ServerRecord | None, scope: str) -> bool:
    # Resolved conflicts are not counted: an office that resolves many is no danger.
    return row is not None and row.scope == scope and not row.deleted and row.type != RecordType.CONFLICT
