"""Whether request bodies may be packed with preset dictionary 1: the server's word, kept through restarts."""

from __future__ import annotations

from collections.abc import Collection

from field178_mobile.store.meta import get_text, put_text
from field178_mobile.store.room import Room

NUMBER = 1
_KEY = "dictionary"
_NAMED = "named"
_REFUSED = "refused"


def is_taken(room: Room) -> bool:
    """Tell whether the server's last whole hello named the dictionary, and no body was refused since."""
    return get_text(room, _KEY) == _NAMED


def note_named(room: Room, numbers: Collection[object]) -> None:
    """Keep whether a hello named the dictionary."""
    kept = get_text(room, _KEY)
    # Something on the way refuses what the server names: until the server itself changes, it will again.
    named = _REFUSED if kept == _REFUSED else _NAMED
    said = named if NUMBER in numbers else None
    if said != kept:
        with room.transaction("dictionary"):
            put_text(room, _KEY, said)


def note_refused(room: Room) -> None:
    """Remember that a body with the dictionary was not read."""
    with room.transaction("dictionary"):
        put_text(room, _KEY, _REFUSED)
