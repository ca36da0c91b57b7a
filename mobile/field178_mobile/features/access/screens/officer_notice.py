"""Page of the privacy notice: shown once at the first sign-in, later from the settings."""

from __future__ import annotations

from kivy.metrics import dp
from kivy.properties import NumericProperty, ObjectProperty, StringProperty

from field178_mobile.features.access.officer_notice import NoticePart, OfficerNotice, notice_parts
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _

__all__ = ["NoticePage"]
WIDEST_TEXT = 720


class NoticePage(kit.FullPage):
    """Page of the notice. NoticePage(notice, law).open(); an unread notice is closed by its button only."""

    def __init__(self, notice: OfficerNotice, law: str, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.title = _("What this tablet records about you")
        self.sub = law
        self._notice = notice
        self.ids.head.has_back = notice.is_read
        self.add_widget(NoticeBody(page=self))

    def on_back(self) -> None:
        """Close the page if the notice was read."""
        if self._notice.is_read:
            self.dismiss()

    def understand(self) -> None:
        """Store that the notice was read, and close the page."""
        self._notice.read()
        self.dismiss()


class NoticeBody(kit.Panel):
    """The parts below each other, and the button. page."""

    page = ObjectProperty(None)
    margin = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for part in notice_parts(_):
            self.ids.parts.add_widget(_row(part))

    def on_width(self, _widget: object, width: float) -> None:
        """Limit the width of the lines for readability."""
        self.margin = max(dp(24), (width - dp(WIDEST_TEXT)) / 2)


class NoticeRow(kit.Column):
    """One part: icon; title; text."""

    icon = StringProperty("")
    title = StringProperty("")
    text = StringProperty("")


def _row(part: NoticePart) -> NoticeRow:
    return NoticeRow(icon=part.icon, title=part.title, text=part.text)


load_beside(__file__)
