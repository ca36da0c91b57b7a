"""Merged establishments: the next step of each merge, and the ends of their chains."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import MergeProjection


def merge_steps(session: Session, tenant_id: str) -> dict[str, str]:
    """Return the establishments that were merged, each with the one that it was merged into."""
    query = select(MergeProjection.record_id, MergeProjection.into_id).where(
        MergeProjection.tenant_id == tenant_id
    )
    return {record_id: into_id for record_id, into_id in session.execute(query)}


def ends_of(steps: Mapping[str, str]) -> dict[str, str]:
    """Return the end of the chain of merges of each merged record; `steps` lead from one to the next."""
    return {one: _end(one, steps) for one in steps}


def _end(record_id: str, steps: Mapping[str, str]) -> str:
    # No more steps than there are: a circle, which no merge makes, would be left again.
    for _ in steps:
        if record_id not in steps:
            break
        record_id = steps[record_id]
    return record_id
