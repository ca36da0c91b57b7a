"""Rows of unsent records and photos on the sync screen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnsentRow:
    """Row of an unsent record or photo; `word` is its state, `share` its sent part (0 to 1).

    `is_stuck`: a photo that needs a person; `is_dismissed`: a photo that an officer gave up.
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
    """Unsent photos, the reason of their delay, and the permitted networks."""

    summary: str = ""
    outcome: str = ""
    remedy: str = ""
    rows: tuple[UnsentRow, ...] = ()
    more: str = ""
    is_wifi_only: bool = False


NO_PHOTOS = PhotosState()
