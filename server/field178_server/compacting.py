"""Compaction of every scope by age, in short transactions: beside the requests once a day, or by hand."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from field178_server.services import compaction
from field178_server.unit_of_work import run_write, snapshot

# A scope's row is locked meanwhile, and whoever writes there waits.
AT_ONCE = 2_000


def compact_what_is_old(engine: Engine, tenant_id: str, now: datetime) -> dict[str, int]:
    """Forget what is old and what no tablet in use still needs; return how many rows went, by scope."""
    run_write(engine, lambda session: compaction.mark(session, tenant_id, now))
    # A place that was told is never taken back: what is safe in this snapshot stays safe.
    with snapshot(engine) as session:
        floors = compaction.safe_floors(session, tenant_id, now)
    dropped = {scope: _compact(engine, tenant_id, scope, up_to) for scope, up_to in floors.items()}
    return {scope: count for scope, count in dropped.items() if count}


def _compact(engine: Engine, tenant_id: str, scope: str, up_to: int) -> int:
    part = partial(compaction.compact, tenant_id=tenant_id, scope=scope, up_to=up_to, most=AT_ONCE)
    total = 0
    while done := run_write(engine, part):
        total += done
    return total
