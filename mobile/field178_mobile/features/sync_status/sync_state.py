"""State of the sync screen."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.components.photos.unsent_rows import NO_PHOTOS, PhotosState, UnsentRow


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area: how many records are here, and whether the server counts the same."""

    name: str
    text: str
    is_equal: bool


@dataclass(frozen=True, slots=True)
class SyncScreenState:
    """State of the sync screen. `outcome`: result of the last attempt; `remedy`: what to do.

    `withheld`: question of the mass deletion guard; `tombstones`: records that left and are kept for a while;
    `history`: inconsistency of the server's history.
    """

    headline: str = ""
    icon: str = "sync"
    tone: str = "muted"
    outcome: str = ""
    remedy: str = ""
    is_working: bool = False
    last_success: str = ""
    unsent: tuple[UnsentRow, ...] = ()
    more: str = ""
    photos: PhotosState = NO_PHOTOS
    scopes: tuple[AreaRow, ...] = ()
    scopes_summary: str = ""
    clock: str = ""
    is_clock_off: bool = False
    device: str = ""
    sign_out: str = ""
    can_sign_out: bool = False
    withheld: str = ""
    can_keep: bool = False
    tombstones: str = ""
    can_bring_back: bool = False
    history: str = ""
    can_sign_in: bool = False
