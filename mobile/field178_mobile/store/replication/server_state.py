"""Stored facts about the server: last contact, notices, highest root, and counts reported to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_number, get_text, put_number, put_text
from field178_mobile.store.model import InboxItem, InboxKind
from field178_mobile.store.photos.rows import unsent_photos
from field178_mobile.store.replication.lease import renew_lease
from field178_shared.ids import is_uuid, made_at
from field178_shared.time.clock import to_wire
from field178_shared.wire.hash_chain import RootAlarm, RootSeen

_DIFFERED = "differed"
# The protocol allows ten; with eight the request still fits the size limit of a request without changes.
_MOST_NAMED = 8
ROOT = "root"


@dataclass(frozen=True, slots=True)
class OfficeNotice:
    """One message, by language."""

    id: str
    kind: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OwnCounts:
    """Files that the server does not have, digests that did not match, and records of the last repair."""

    unsent_files: int
    mismatches: int
    mismatched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredRoot:
    """Stored root of one epoch; while `alarm` is set, the root before the inconsistency."""

    epoch: str
    index: int = 0
    hash: str = ""
    alarm: RootAlarm | None = None

    @property
    def seen(self) -> RootSeen:
        """Return the last seen root in request form."""
        return RootSeen(self.index, self.hash, self.alarm)


def note_agreement(context: DatabaseContext, at: datetime) -> None:
    """Store the time of a successful exchange without changes."""
    with context.transaction("agreed"):
        put_text(context, "last_success_at", to_wire(at))
        renew_lease(context, at)
        put_text(context, "last_error", None)


def note_error(context: DatabaseContext, code: str) -> None:
    """Store the error of the last exchange for the status line."""
    if get_text(context, "last_error") != code:
        with context.transaction("error"):
            put_text(context, "last_error", code)


def note_clock(context: DatabaseContext, offset_ms: int) -> None:
    """Remember device minus server time, when it moved by more than a second."""
    if abs(get_number(context, "clock_offset_ms") - offset_ms) > 1000:
        with context.transaction("clock"):
            put_number(context, "clock_offset_ms", offset_ms)


def notices(context: DatabaseContext) -> list[OfficeNotice]:
    """Return the messages, oldest id first."""
    states = []
    for notice_id, kind, sealed in context.connection.execute(
        "SELECT id, kind, sealed FROM notice ORDER BY id"
    ):
        text = context.open("notice", notice_id, 1, sealed)
        states.append(
            OfficeNotice(notice_id, kind, {language: str(words) for language, words in text.items()})
        )
    return states


def replace_notices(context: DatabaseContext, current: Iterable[OfficeNotice]) -> None:
    """Replace the notices by the server's set. Inside a transaction."""
    context.connection.execute("DELETE FROM notice")
    for notice in current:
        sealed = context.seal("notice", notice.id, 1, dict(notice.text))
        context.connection.execute(
            "INSERT OR REPLACE INTO notice VALUES (?, ?, ?, ?)",
            (notice.id, notice.kind, context.sealer.key_id, sealed),
        )


def notice_items(context: DatabaseContext) -> list[InboxItem]:
    """Return the messages as inbox items."""
    return [
        InboxItem(
            InboxKind.NOTICE,
            "",
            notice.kind,
            "",
            notice.kind,
            at=made_at(notice.id),
            text=tuple(sorted(notice.text.items())),
            notice_id=notice.id,
        )
        for notice in notices(context)
    ]


def own_counts(context: DatabaseContext) -> OwnCounts:
    """Return the counts for the device status."""
    # Read leniently: a damaged value must not fail an exchange.
    named = filter(is_uuid, (get_text(context, _DIFFERED) or "").split())
    return OwnCounts(len(unsent_photos(context)), get_number(context, "mismatches"), tuple(named))


def note_differed(context: DatabaseContext, record_ids: Sequence[str]) -> None:
    """Store a few of the records in which a repair found a difference. Inside its transaction."""
    if record_ids:
        put_text(context, _DIFFERED, " ".join(sorted(record_ids)[:_MOST_NAMED]))


def stored_root(context: DatabaseContext) -> StoredRoot | None:
    """Return the stored root, None before the first exchange."""
    return root_of(get_text(context, ROOT))


def root_of(text: str | None) -> StoredRoot | None:
    """Return the stored root of its bookkeeping value."""
    if text is None:
        return None
    epoch, index, hash_, alarm = json.loads(text)
    return StoredRoot(epoch, index, hash_, RootAlarm(alarm) if alarm else None)


def store_root(context: DatabaseContext, root: StoredRoot) -> None:
    """Store a root."""
    with context.transaction("root"):
        put_text(context, ROOT, json.dumps([root.epoch, root.index, root.hash, root.alarm]))
