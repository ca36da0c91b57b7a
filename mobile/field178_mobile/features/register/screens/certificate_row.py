"""Row of a certificate of the establishment."""

from __future__ import annotations

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.features.register.record_view import CertificateLine
from field178_mobile.kit.kv import load_beside

TONES = {"good": "ok", "soon": "warn", "bad": "bad", "unknown": "plain"}
ICONS = {"good": "check-circle-outline", "soon": "clock-alert-outline", "bad": "alert-circle-outline"}


class PaperRow(BoxLayout):
    """One paper of the establishment. show(certificate)."""

    name = StringProperty("")
    detail = StringProperty("")
    icon = StringProperty("")
    tone = StringProperty("plain")

    def show(self, paper: CertificateLine) -> None:
        """Draw the paper."""
        self.name, self.detail = paper.name, paper.detail
        self.icon, self.tone = ICONS.get(paper.state, "help-circle-outline"), TONES[paper.state]


load_beside(__file__)
