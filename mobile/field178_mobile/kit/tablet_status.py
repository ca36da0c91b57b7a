"""What every screen says of the tablet: its line about sync, and whether its data are made up."""

from __future__ import annotations

from kivy.event import EventDispatcher
from kivy.properties import BooleanProperty, StringProperty


class TabletStatus(EventDispatcher):
    """text, icon and tone of the line, "" while nobody is signed in; is_demo."""

    text = StringProperty("")
    icon = StringProperty("")
    tone = StringProperty("muted")
    is_demo = BooleanProperty(False)

    def clear(self) -> None:
        """Say nothing: the tablet is locked."""
        self.text, self.icon, self.tone, self.is_demo = "", "", "muted", False


tablet_status = TabletStatus()
