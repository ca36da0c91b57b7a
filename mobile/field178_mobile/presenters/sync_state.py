"""What the sync screen shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One record or photo that waits; `word` is its state word, `share` how much of it is up (0 to 1).

    `is_stuck`: a photo that goes no more by itself, `is_aside`: and that nobody waits for.
    """

    record_id: str
    title: str
    sub: str
    icon: str
    word: str
    tone: str
    share: float = 0.0
    sha256: str = ""
    is_stuck: bool = False
    is_aside: bool = False

    @property
    def photo(self) -> tuple[str, str]:
        """The key of a photo."""
        return self.sha256, self.record_id


@dataclass(frozen=True, slots=True)
class PhotosState:
    """The photos that wait, what holds them up, and which networks they may use."""

    summary: str = ""
    outcome: str = ""
    remedy: str = ""
    rows: tuple[WaitingRow, ...] = ()
    more: str = ""
    is_wifi_only: bool = False


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One area: how many records are here, and whether the server counts the same."""

    name: str
    text: str
    is_equal: bool


@dataclass(frozen=True, slots=True)
class SyncScreenState:
    """The sync screen, whole. `outcome` says what happened at the last try, `remedy` what to do about it.

    `held` is the question of the brake on mass removal, `removed` what went and is still kept here, `history`
    what is wrong with the server's history.
    """

    headline: str = ""
    icon: str = "sync"
    tone: str = "muted"
    outcome: str = ""
    remedy: str = ""
    is_working: bool = False
    last_success: str = ""
    waiting: tuple[WaitingRow, ...] = ()
    more: str = ""
    photos: PhotosState = PhotosState()
    scopes: tuple[ScopeRow, ...] = ()
    scopes_summary: str = ""
    clock: str = ""
    is_clock_off: bool = False
    device: str = ""
    sign_out: str = ""
    can_sign_out: bool = False
    held: str = ""
    can_keep: bool = False
    removed: str = ""
    can_bring_back: bool = False
    history: str = ""
    can_sign_in: bool = False
