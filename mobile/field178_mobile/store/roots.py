"""The highest root of the server's history that this tablet saw, and what was wrong with one since."""

from __future__ import annotations

import json
from dataclasses import dataclass

from field178_mobile.store.meta import get_text, put_text
from field178_mobile.store.room import Room
from field178_shared.root_chain import RootAlarm, RootSeen

_KEY = "root"


@dataclass(frozen=True, slots=True)
class KeptRoot:
    """What is kept of one epoch; while `alarm` stands, `seen` is the root that was right."""

    epoch: str
    index: int = 0
    hash: str = ""
    alarm: RootAlarm | None = None

    @property
    def seen(self) -> RootSeen:
        """It as a request says it."""
        return RootSeen(self.index, self.hash, self.alarm)


def kept_root(room: Room) -> KeptRoot | None:
    """Return what is kept, None before the first exchange."""
    found = get_text(room, _KEY)
    if found is None:
        return None
    epoch, index, hash_, alarm = json.loads(found)
    return KeptRoot(epoch, index, hash_, RootAlarm(alarm) if alarm else None)


def keep_root(room: Room, root: KeptRoot) -> None:
    """Keep a root."""
    with room.transaction("root"):
        put_text(room, _KEY, json.dumps([root.epoch, root.index, root.hash, root.alarm]))
