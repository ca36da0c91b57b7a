"""What waits to be sent, as the sync screen lists it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnsentRow:
    """One record or photo that waits; `word` is its state word, `share` how much of it is up (0 to 1).

    `is_stuck`: a photo that goes no more by itself, `is_dismissed`: a photo that an officer gave up.
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
    is_dismissed: bool = False

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
    rows: tuple[UnsentRow, ...] = ()
    more: str = ""
    is_wifi_only: bool = False


NO_PHOTOS = PhotosState()
