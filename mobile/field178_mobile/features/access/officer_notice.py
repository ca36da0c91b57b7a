"""Privacy notice for officers: what the tablet records about them, shown once to each.

It describes only the product; decisions of the office (retention of records) are named as such. A text with
another meaning MUST raise VERSION, so that the notice is shown again to everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from field178_mobile.store.settings import StoredSettings
from field178_shared.text.i18n import N_
from field178_shared.time.clock import Clock, to_wire

if TYPE_CHECKING:
    from field178_shared.codelists import CodeLists

VERSION = 2
SETTING = "officer_notice"


@dataclass(frozen=True, slots=True)
class NoticePart:
    """A part of the notice: icon, heading and text."""

    icon: str
    title: str
    text: str


class OfficerNotice:
    """Notice for one officer; its reading is stored in the tablet's settings, by officer."""

    def __init__(self, settings: StoredSettings, clock: Clock, officer_id: str) -> None:
        self._settings = settings
        self._clock = clock
        self._officer_id = officer_id

    @property
    def is_read(self) -> bool:
        """Return whether this officer has read this version."""
        notice = self._stored().get(self._officer_id)
        return isinstance(notice, dict) and notice.get("version") == VERSION

    def read(self) -> None:
        """Store the version of the notice that was read, and the time of the first reading."""
        if not self.is_read:
            read = {"version": VERSION, "read_at": to_wire(self._clock.now())}
            self._settings.put(SETTING, {**self._stored(), self._officer_id: read})

    def _stored(self) -> Mapping[str, object]:
        notice = self._settings.get(SETTING)
        return notice if isinstance(notice, dict) else {}


def notice_parts(translate: Callable[[str], str]) -> tuple[NoticePart, ...]:
    """Return the notice in the language of the screen."""
    return tuple(NoticePart(icon, translate(title), translate(text)) for icon, title, text in _PARTS)


def notice_law(lists: CodeLists, on: date, language: str) -> str:
    """Return name and number of the law on personal data in force on a day; "" before the first."""
    sources = (lists.legal_sources.get(name) for name in lists.privacy.officer_location.laws)
    law = next((source for source in sources if source is not None and source.valid_on(on)), None)
    return f"{law.label(language)} ({law.number_on(on)})" if law else ""


_PARTS = (
    (
        "account-outline",
        N_("What is recorded"),
        N_(
            "Your name, agency and part in the team; they stand on the minutes. When you begin and end a "
            "visit or a session, and when you file or change it. That your account opened a restricted page."
        ),
    ),
    (
        "map-marker-outline",
        N_("Your position"),
        N_(
            "One point when a visit begins, and how it was found. Never on the way, never in the background. "
            "You may leave it out: the visit counts all the same."
        ),
    ),
    (
        "camera-outline",
        N_("Photos"),
        N_(
            "What the file hides (place, device) is taken out before a photo is kept. Keep your own face and "
            "your colleagues' out of it, or rub them away."
        ),
    ),
    (
        "help-circle-outline",
        N_("What it is for"),
        N_(
            "To prove that the visit took place, to make minutes and reports, to find the place again. "
            "Nobody is followed and nobody is scored."
        ),
    ),
    (
        "eye-outline",
        N_("Who sees it"),
        N_(
            "Officers who work in the same area and the office's reviewers; the privacy officer sees who "
            "opened and changed what. Minutes on paper: whoever is given them."
        ),
    ),
    (
        "clock-outline",
        N_("How long"),
        N_(
            "When their periods end, two people of the office let positions be rounded, photos and sentences "
            "be deleted; counts stay as long as inspection records must be kept. The office's page on "
            "personal data names the periods. Earlier, two privacy officers remove a record together."
        ),
    ),
    (
        "scale-balance",
        N_("Your rights"),
        N_(
            "You may see what is kept about you, ask for it to be corrected or removed, and complain: ask "
            "the office's privacy officer."
        ),
    ),
)
