"""Every screen and sheet of the tablet as a named state: a function that brings the real application there.

A state begins at the PIN of a tablet of its kind ("full" unless it says another). Nothing in it may depend
on the hour, on chance, or on where the folder lies: its picture is compared with one that is kept.
"""

from __future__ import annotations

from tests.mobile.screens.states import (
    access,
    census,
    inbox,
    indicators,
    kit,
    map,
    media,
    outreach,
    overlays,
    photos,
    plan,
    record,
    register,
    sync,
)
from tests.mobile.screens.states.registry import STATES, State

__all__ = [
    "STATES",
    "State",
    "access",
    "census",
    "inbox",
    "indicators",
    "kit",
    "map",
    "media",
    "outreach",
    "overlays",
    "photos",
    "plan",
    "record",
    "register",
    "sync",
]
