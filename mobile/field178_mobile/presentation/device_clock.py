"""Difference of the clocks of tablet and server: when it matters, and as text."""

from __future__ import annotations

from field178_mobile.ports import Json
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, Store
from field178_shared.text.i18n import N_

# Smaller differences are within the precision of setting a clock and of the network delay.
RIGHT_WITHIN_S = 5
LIMIT_MS = 300_000


def is_clock_off(offset_ms: int) -> bool:
    """Return whether the tablet's clock differs so much from the server's that its times mislead."""
    return abs(offset_ms) > LIMIT_MS


def misleading_offset(store: Store, draft: Draft) -> int:
    """Return by how many milliseconds the clock of a first filing misleads; 0 where it does not.

    A record that was filed before keeps the times of then.
    """
    offset_ms = store.clock_offset_ms() if draft.seen is None else 0
    return offset_ms if is_clock_off(offset_ms) else 0


def with_offset(data: Json, offset_ms: int) -> Json:
    """Return the filed data, with the offset of the clock if it is wrong."""
    return {**data, "clock_offset_s": round(offset_ms / 1000)} if offset_ms else data


def clock_text(offset_ms: int, words: Wording) -> str:
    """Return the offset of this clock from the server's as text."""
    seconds = round(abs(offset_ms) / 1000)
    if seconds < RIGHT_WITHIN_S:
        return words.say(N_("Clock: right"))
    ahead, behind = N_("Clock: {difference} ahead of the server"), N_("Clock: {difference} behind the server")
    return words.say(ahead if offset_ms > 0 else behind, difference=_duration(seconds, words))


def _duration(seconds: int, words: Wording) -> str:
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return words.say(N_("{seconds} s"), seconds=rest)
    if minutes < 60:
        return words.say(N_("{minutes} min {seconds} s"), minutes=minutes, seconds=rest)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return words.say(N_("{hours} h {minutes} min"), hours=hours, minutes=minutes)
    return words.say(N_("{days} days {hours} h"), days=hours // 24, hours=hours % 24)
