"""Delete the records of scopes that the server no longer grants to this tablet."""

from __future__ import annotations

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.outbox.changes import settle_scope
from field178_mobile.store.replica.server_records import Committed, drop_scope
from field178_mobile.store.replication.mass_deletion_guard import let_go
from field178_mobile.store.replication.tombstones import forget_tombstones_of


def drop_lost_scopes(context: DatabaseContext, granted: frozenset[str]) -> Committed:
    """Delete the records of scopes that are no longer granted, once their changes were pushed."""
    unsent = {
        row[0]
        for row in context.connection.execute(
            "SELECT DISTINCT scope FROM outbox WHERE state IN ('pending', 'sent')"
        )
    }
    # From one scope of the index to the next: there are few scopes and many rows.
    query = (
        "WITH RECURSIVE held (scope) AS (SELECT min(scope) FROM base UNION ALL SELECT "
        "(SELECT min(scope) FROM base WHERE scope > held.scope) FROM held WHERE scope IS NOT NULL) "
        "SELECT id FROM scope UNION SELECT scope FROM held WHERE scope IS NOT NULL UNION "
        "SELECT scope FROM removed UNION "
        "SELECT receipt_scope FROM outbox WHERE settled = 0 AND status <> 'quarantined'"
    )
    stored = {row[0] for row in context.connection.execute(query)}
    lost = sorted(stored - granted - unsent)
    if not lost:
        return Committed(frozenset())
    touched: set[str] = set()
    with context.transaction("lost"):
        let_go(context, lost)
        for scope in lost:
            touched.update(drop_scope(context, scope))
            forget_tombstones_of(context, scope)
        # After all rows went: a change may have been answered in one scope while its row lay in another.
        for scope in lost:
            touched |= settle_scope(context, scope, None)
    return Committed(frozenset(touched))
