"""Status of the tablet for every screen: the sync line, and whether the data is demo data."""

from __future__ import annotations

from kivy.event import EventDispatcher
from kivy.properties import BooleanProperty, StringProperty


class TabletStatus(EventDispatcher):
    """text, icon and tone of the status line, "" while nobody is signed in; is_demo."""

    text = StringProperty("")
    icon = StringProperty("")
    tone = StringProperty("muted")
    is_demo = BooleanProperty(False)

    def clear(self) -> None:
        """Clear the status line: the tablet is locked."""
        self.text, self.icon, self.tone, self.is_demo = "", "", "muted", False


tablet_status = TabletStatus()
