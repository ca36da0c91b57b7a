"""The office's messages to this tablet: the set the server named last, sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from field178_mobile.store.model import InboxItem, InboxKind
from field178_mobile.store.room import Room


@dataclass(frozen=True, slots=True)
class Notice:
    """One message, by language."""

    id: str
    kind: str
    text: Mapping[str, str]


def notices(room: Room) -> list[Notice]:
    """Return the messages, oldest id first."""
    found = []
    for notice_id, kind, sealed in room.connection.execute("SELECT id, kind, sealed FROM notice ORDER BY id"):
        text = room.open("notice", notice_id, 1, sealed)
        found.append(Notice(notice_id, kind, {language: str(words) for language, words in text.items()}))
    return found


def replace_notices(room: Room, current: Iterable[Notice]) -> None:
    """Take over the server's set: what it names no longer goes. Inside a transaction."""
    room.connection.execute("DELETE FROM notice")
    for notice in current:
        sealed = room.seal("notice", notice.id, 1, dict(notice.text))
        room.connection.execute(
            "INSERT OR REPLACE INTO notice VALUES (?, ?, ?, ?)",
            (notice.id, notice.kind, room.sealer.key_id, sealed),
        )


def notice_items(room: Room) -> list[InboxItem]:
    """Return the messages as inbox items."""
    return [
        InboxItem(InboxKind.NOTICE, "", notice.kind, "", notice.kind, text=tuple(sorted(notice.text.items())))
        for notice in notices(room)
    ]
