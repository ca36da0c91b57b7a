"""The brake: a sync that would take away much of a scope stops and asks, unless the office announced it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from field178_mobile.store.base import BaseRow, ScopeRow, get_base, put_scope, scope_rows
from field178_mobile.store.room import Room

CONFLICT = "conflict"
MOST_ROWS = 50
MOST_PERCENT = 20
ALLOWED, KEPT, NONE = "allowed", "kept", "none"
# Kinds of notices by which the office says that much will go.
ANNOUNCING = frozenset({"removal", "reform"})


@dataclass(frozen=True, slots=True)
class Held:
    """How many rows the brake holds back, and whether the user has said that they stay for now."""

    count: int
    is_kept: bool


def leaving_rows(room: Room, scope: str, gone_ids: Iterable[str]) -> int:
    """Return how many live rows of a scope would go."""
    rows = [get_base(room, record_id) for record_id in sorted(set(gone_ids))]
    return sum(_is_live_in(row, scope) for row in rows)


def stops(scope: ScopeRow, leaving: int, *, is_announced: bool) -> bool:
    """Tell whether so many rows are too many; counted since the scope was last proven, whatever was cut."""
    if leaving == 0 or is_announced or scope.answer == ALLOWED:
        return False
    gone, whole = scope.gone + leaving, scope.gone + scope.digest.count
    return gone > MOST_ROWS and gone * 100 > MOST_PERCENT * whole


def hold(room: Room, scope: ScopeRow, leaving: int) -> None:
    """Remember what waits for the user's answer. Inside a transaction."""
    put_scope(room, replace(scope, held=scope.gone + leaving))


def counted(scope: ScopeRow, leaving: int, *, is_proven: bool) -> ScopeRow:
    """Return the scope with what has gone of it; once it is proven the count begins anew."""
    if is_proven:
        return replace(scope, gone=0, held=0, answer=NONE)
    return replace(scope, gone=scope.gone + leaving)


def answer_brake(room: Room, *, allow: bool) -> None:
    """Take the user's word on all that is held back."""
    with room.transaction("answer"):
        for scope in scope_rows(room).values():
            if scope.held:
                put_scope(room, replace(scope, answer=ALLOWED if allow else KEPT))


def read_held(room: Room) -> Held:
    """Return what waits for an answer, of all scopes together."""
    waiting = [scope for scope in scope_rows(room).values() if scope.held and scope.answer != ALLOWED]
    return Held(sum(scope.held for scope in waiting), all(scope.answer == KEPT for scope in waiting))


def _is_live_in(row: BaseRow | None, scope: str) -> bool:
    # A settled conflict goes too, but it is no work of anybody's: a diligent office is no danger.
    return row is not None and row.scope == scope and not row.deleted and row.type != CONFLICT
