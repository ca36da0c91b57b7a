"""Notice above the screen that the tablet will lock soon."""

from __future__ import annotations

from kivy.core.window import Window

from field178_mobile.kit.language import language
from field178_shared.text.i18n import N_

KEPT = N_("Locking in {seconds} s: touch the screen to go on. Your draft is kept.")
UNKEPT = N_("Locking in {seconds} s: touch the screen to go on. This photo is not kept yet.")


class IdleNotice:
    """Notice updated every second; any touch hides it."""

    def __init__(self) -> None:
        self._shown: object = None

    def show(self, seconds: int) -> None:
        """Show the seconds until the tablet locks; 0 hides the notice."""
        from field178_mobile.kit.widgets.overlay import Overlay
        from field178_mobile.kit.widgets.toast import Toast

        if not seconds:
            self.hide()
            return
        is_unkept = any(isinstance(shown, Overlay) and shown.is_unkept for shown in Window.children)
        template = language(UNKEPT if is_unkept else KEPT)
        if not isinstance(self._shown, Toast) or self._shown.parent is None:
            self._shown = Toast(icon="lock-outline", tone="warn")
            Window.add_widget(self._shown)
        self._shown.text = template.format(seconds=seconds)

    def hide(self) -> None:
        """Hide the notice."""
        if self._shown is not None:
            Window.remove_widget(self._shown)
            self._shown = None
