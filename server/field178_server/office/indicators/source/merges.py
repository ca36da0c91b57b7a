"""Merged establishments: the next step of each merge, and the end of each chain of merges."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import MergeProjection

_STEPS = Prepared(
    select(MergeProjection.record_id, MergeProjection.into_id).where(
        MergeProjection.tenant_id == bindparam("tenant_id")
    )
)


def merge_steps(session: Session, tenant_id: str) -> dict[str, str]:
    """Return {merged establishment id: id that it was merged into}, without following chains."""
    return {record_id: into_id for record_id, into_id in _STEPS.rows(session, {"tenant_id": tenant_id})}


def ends_of(steps: Mapping[str, str]) -> dict[str, str]:
    """Return the end of the chain of merges of each merged record. `steps`: id to the next id."""
    return {record_id: _end(record_id, steps) for record_id in steps}


def _end(record_id: str, steps: Mapping[str, str]) -> str:
    # At most len(steps) steps, so that a cycle (which merges never create) ends the loop too.
    for _ in steps:
        if record_id not in steps:
            break
        record_id = steps[record_id]
    return record_id
