"""Rows of a packed scope, page by page: a power cut between two costs a comparison, never a wrong row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from field178_mobile.store.base import BaseRow, Committed, base_rev, get_scope, put_scope
from field178_mobile.store.outbox import settle_record, settle_scope
from field178_mobile.store.purged import forget_purged
from field178_mobile.store.removed import take_over
from field178_mobile.store.repair import marked
from field178_mobile.store.room import Room
from field178_shared.canonical import Digest


@dataclass(frozen=True, slots=True)
class PackPage:
    """Some rows of a pack; `seq` is the pack's place with the last page, None before it."""

    scope: str
    rows: Sequence[BaseRow]
    seq: int | None
    at_s: int


def commit_page(room: Room, page: PackPage) -> Committed:
    """Commit a page; the cursor moves with the last one alone.

    Until then the scope is marked for repair: what a page brought and the server took away before the next
    exchange would otherwise stay for good.
    """
    touched: set[str] = set()
    with room.transaction("pack"):
        before = get_scope(room, page.scope)
        digests: dict[str, Digest] = {page.scope: before.digest}
        for row in page.rows:
            # A pack is older than what was read since, of this scope or of the one the record went to.
            if base_rev(room, row.id) < row.rev:
                take_over(room, row, digests, page.at_s)
                settle_record(room, row.id, row.rev)
                touched.add(row.id)
        forget_purged(room, touched)
        if page.seq is not None:
            put_scope(room, replace(before, cursor=page.seq, refresh=0))
            # A pack is the whole scope as it was there: what it does not hold had left it.
            touched |= settle_scope(room, page.scope, page.seq)
        elif not before.refresh:
            put_scope(room, marked(room, before))
        for scope, digest in digests.items():
            put_scope(room, replace(get_scope(room, scope), digest=digest))
    return Committed(frozenset(touched))
