"""Ids of merged records: which record stands for each of them now (protocol §5.6)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server.database.models import Record
from field178_shared.wire.protocol import MERGED_INTO

_DELETED = select(Record.record_id, Record.body).where(
    Record.tenant_id == bindparam("tenant_id"),
    Record.record_id.in_(bindparam("record_ids", expanding=True)),
    Record.deleted,
    Record.body.contains(f'"{MERGED_INTO}":'),
)


def merge_targets_of(session: Session, tenant_id: str, record_ids: Collection[str]) -> dict[str, str]:
    """Return {merged record: the last survivor of its chain}; a record that was not merged is not named."""
    steps: dict[str, str] = {}
    todo, passed = set(record_ids), set[str]()
    while todo := todo - passed:
        passed |= todo
        rows = session.execute(_DELETED, {"tenant_id": tenant_id, "record_ids": sorted(todo)})
        found = {one: json.loads(body).get(MERGED_INTO) for one, body in rows}
        steps |= {one: into for one, into in found.items() if isinstance(into, str)}
        todo = set(steps.values())
    return {one: _end(one, steps) for one in record_ids if one in steps}


def _end(record_id: str, steps: Mapping[str, str]) -> str:
    # No more steps than there are: a circle, which no merge makes, would be left again.
    for _ in steps:
        record_id = steps.get(record_id, record_id)
    return record_id
