"""Sealed visits: unannounced planned visits before their window, encrypted and no records.

Nothing else of the store depends on them: no scope, feed, projection, total or history. A sealed visit
becomes a record in the scope of its team when its window begins.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from field178_server.database.models import SealedVisit
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import new_record
from field178_shared.crypto.sealed_box import opened_under, sealed_under
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.plan import PlanItem
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical

# Every content is padded to a multiple of this length: it exceeds a content without a long note.
PADDED_BYTES = 2048

Keys = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class OpenedVisit:
    """A sealed visit whose content was decrypted."""

    item_id: str
    rev: int
    data: Data

    @property
    def item(self) -> PlanItem:
        """The planned visit."""
        return PlanItem.from_data(self.item_id, self.data)


def write(session: Session, tenant_id: str, keys: Keys, visit: OpenedVisit) -> None:
    """Seal a planned visit with the newest key, new or over its earlier revision."""
    content = canonical(dict(visit.data))
    padded = content.ljust(-(-len(content) // PADDED_BYTES) * PADDED_BYTES)
    sealed = sealed_under(keys[0], visit.item_id, padded, secrets.token_bytes)
    session.merge(SealedVisit(tenant_id=tenant_id, item_id=visit.item_id, rev=visit.rev, sealed=sealed))
    session.flush()


def read(session: Session, tenant_id: str, keys: Keys, item_id: str | None = None) -> list[OpenedVisit]:
    """Return the sealed visits that the keys open, by id. `item_id`: only this one."""
    query = select(SealedVisit.item_id, SealedVisit.rev, SealedVisit.sealed).where(
        SealedVisit.tenant_id == tenant_id
    )
    if item_id is not None:
        query = query.where(SealedVisit.item_id == item_id)
    rows = session.execute(query.order_by(SealedVisit.item_id)).all() if keys else ()
    visits = []
    for row in rows:
        opened = (opened_under(key, row.item_id, row.sealed) for key in keys)
        if (content := next((text for text in opened if text is not None), None)) is not None:
            visits.append(OpenedVisit(row.item_id, row.rev, json.loads(content)))
    return visits


def drop(session: Session, tenant_id: str, item_id: str) -> None:
    """Delete a sealed visit."""
    mine = (SealedVisit.tenant_id == tenant_id, SealedVisit.item_id == item_id)
    session.execute(delete(SealedVisit).where(*mine))


def seal_again(session: Session, tenant_id: str, keys: Keys) -> int:
    """Seal all sealed visits with the newest key; return their number."""
    visits = read(session, tenant_id, keys)
    for visit in visits:
        write(session, tenant_id, keys, visit)
    return len(visits)


def release(batch: Batch, keys: Keys, today: date) -> list[str]:
    """Make records of the sealed visits whose window has begun; return the ids of the visits.

    The caller flushes the batch.
    """
    due = [visit for visit in read(batch.session, batch.tenant_id, keys) if visit.item.window_from <= today]
    batch.load(visit.item_id for visit in due)
    for visit in due:
        # A record that somebody else created under the id keeps it.
        taken = batch.get(visit.item_id) is not None
        put_in_scope_of_team(batch, visit.item_id if not taken else batch.ids.random(), visit.data)
        drop(batch.session, batch.tenant_id, visit.item_id)
    return [visit.item_id for visit in due]


def put_in_scope_of_team(batch: Batch, item_id: str, data: Data) -> None:
    """Put a planned visit as a new record into the scope of its team."""
    payload = canonical({"op": "put", "create": True, "set": dict(data), "was": {}}).decode()
    made = new_record(item_id, RecordType.PLAN_ITEM, f"team:{data['team_id']}", dict(data))
    batch.put(made, SourceChange(batch.ids.time_ordered(), None, None, to_wire(batch.now), payload))
