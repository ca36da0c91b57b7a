"""One violation offered under an unmet item: the act, and the two fine frames side by side."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty

from field178_mobile.features.inspection.findings import ViolationOffer
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside


class ViolationRow(kit.Press):
    """A violation to choose. show(offer); event on_release; key = its id."""

    key = StringProperty("")
    code = StringProperty("")
    title = StringProperty("")
    source = StringProperty("")
    individual = StringProperty("")
    organisation = StringProperty("")
    is_known = BooleanProperty(True)
    active = BooleanProperty(False)
    repeat = StringProperty("")

    def show(self, offer: ViolationOffer) -> None:
        """Draw the offered violation."""
        self.key, self.code, self.title = offer.id, offer.code, offer.title
        self.active = offer.is_chosen
        self.repeat = offer.repeat
        frame = offer.frame
        self.individual, self.organisation = frame.individual, frame.organisation
        self.source, self.is_known = frame.source, frame.is_known


load_beside(__file__)
