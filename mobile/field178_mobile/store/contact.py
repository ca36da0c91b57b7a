"""The last contact with the server: when it went well, why it failed, how far the two clocks are apart."""

from __future__ import annotations

from datetime import datetime

from field178_mobile.store.meta import get_number, get_text, put_number, put_text
from field178_mobile.store.room import Room
from field178_shared.clock import to_wire


def note_agreement(room: Room, at: datetime) -> None:
    """Remember that an exchange succeeded and that nothing else changed."""
    with room.transaction("agreed"):
        put_text(room, "last_success_at", to_wire(at))
        put_text(room, "last_error", None)


def note_error(room: Room, code: str) -> None:
    """Remember why the last exchange failed, for the status line."""
    if get_text(room, "last_error") != code:
        with room.transaction("error"):
            put_text(room, "last_error", code)


def note_clock(room: Room, offset_ms: int) -> None:
    """Remember device minus server time, when it moved by more than a second."""
    if abs(get_number(room, "clock_offset_ms") - offset_ms) > 1000:
        with room.transaction("clock"):
            put_number(room, "clock_offset_ms", offset_ms)
