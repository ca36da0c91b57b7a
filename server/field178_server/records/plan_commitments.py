"""Commitments to the list of a day: a salted hash of its sealed visits, made the evening before.

The hash is in the audit trail, whose head each signed root covers. After the day the list is opened: whoever
kept the hash computes it again and sees that no visit was added, dropped or exchanged.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import PlanCommitment
from field178_server.records import sealed_visits
from field178_server.records.sealed_visits import Keys
from field178_shared.crypto.sealed_box import opened_under, sealed_under
from field178_shared.merge import Data
from field178_shared.time.clock import local_date
from field178_shared.wire.canonical import canonical

EVENING_HOUR = 18
_VERSION = "field178-plan-day-v1"
_SALT_BYTES = 32
# Every list is padded to a multiple of this length.
_PADDED_BYTES = 8192


@dataclass(frozen=True, slots=True)
class DayList:
    """The sealed visits whose window begins on a day: id and hash of the content of each, and the salt."""

    day: date
    salt: str
    visits: tuple[tuple[str, str], ...]

    @property
    def commitment(self) -> str:
        """The hash that is published before the day."""
        visits = [list(visit) for visit in self.visits]
        return hashlib.sha256(canonical([_VERSION, self.day.isoformat(), self.salt, visits])).hexdigest()

    def text(self) -> str:
        """Return the list as JSON text, as it is stored once it is opened."""
        return canonical({"salt": self.salt, "visits": [list(visit) for visit in self.visits]}).decode()

    @classmethod
    def read(cls, day: date, text: str) -> DayList:
        """Return the list of a day from its JSON text."""
        stored = json.loads(text)
        return cls(day, stored["salt"], tuple((item_id, hash_) for item_id, hash_ in stored["visits"]))


def content_hash(data: Data) -> str:
    """Return the hash of a planned visit's content, which its record has from its day on."""
    return hashlib.sha256(canonical(dict(data))).hexdigest()


def commit_next_day(session: Session, tenant_id: str, keys: Keys, now: datetime) -> PlanCommitment | None:
    """Commit to the list of the next day, once, from the evening on; None if it is not due or locked."""
    day = local_date(now) + timedelta(days=1)
    is_evening = local_date(now + timedelta(hours=24 - EVENING_HOUR)) == day
    if not is_evening or not keys or session.get(PlanCommitment, (tenant_id, day)) is not None:
        return None
    visits = [
        (visit.item_id, content_hash(visit.data))
        for visit in sealed_visits.read(session, tenant_id, keys)
        if visit.item.window_from == day and visit.item.cancelled is None
    ]
    of_day = DayList(day, secrets.token_hex(_SALT_BYTES), tuple(visits))
    text = of_day.text().encode()
    padded = text.ljust(-(-len(text) // _PADDED_BYTES) * _PADDED_BYTES)
    row = PlanCommitment(
        tenant_id=tenant_id,
        day=day,
        commitment=of_day.commitment,
        sealed=sealed_under(keys[0], day.isoformat(), padded, secrets.token_bytes),
    )
    session.add(row)
    return row


def seal_again(session: Session, tenant_id: str, keys: Keys) -> None:
    """Seal all lists that are not opened with the newest key."""
    query = select(PlanCommitment).where(
        PlanCommitment.tenant_id == tenant_id, PlanCommitment.opened.is_(None)
    )
    for row in session.scalars(query):
        texts = (opened_under(key, row.day.isoformat(), row.sealed) for key in keys)
        if (text := next((content for content in texts if content is not None), None)) is not None:
            row.sealed = sealed_under(keys[0], row.day.isoformat(), text, secrets.token_bytes)


def open_past_days(session: Session, tenant_id: str, keys: Keys, today: date) -> list[DayList]:
    """Open the lists of the days before today that are still sealed, and return them."""
    closed = session.scalars(
        select(PlanCommitment)
        .where(
            PlanCommitment.tenant_id == tenant_id, PlanCommitment.day < today, PlanCommitment.opened.is_(None)
        )
        .order_by(PlanCommitment.day)
    ).all()
    opened_lists = []
    for row in closed:
        texts = (opened_under(key, row.day.isoformat(), row.sealed) for key in keys)
        if (text := next((content for content in texts if content is not None), None)) is not None:
            row.opened = text.decode().rstrip()
            opened_lists.append(DayList.read(row.day, row.opened))
    return opened_lists
