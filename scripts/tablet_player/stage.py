"""The real application, started so that a script can draw its frames."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING

from field178_mobile.app import build_app

if TYPE_CHECKING:
    from field178_mobile.tablet import MakeRunner


class Stage:
    """One running application and the fingers on it. MUST be made before anything else imports Kivy."""

    def __init__(self, environment: MutableMapping[str, str], make_runner: MakeRunner | None = None) -> None:
        if not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
            environment.setdefault("FIELD178_OFFSCREEN", "1")
        environment.setdefault("KIVY_CLIPBOARD", "dummy")
        self.app = build_app(environment, make_runner=make_runner)
        # Kivy reads its settings when it is first imported: not before build_app has made them.
        from kivy.base import runTouchApp
        from kivy.clock import Clock as Frames
        from scripts.tablet_player.fingers import Fingers

        self.app._run_prepare()
        runTouchApp(embedded=True)
        if environment.get("FIELD178_OFFSCREEN"):
            # Without a viewer, frames follow each other without waiting for a screen.
            Frames._max_fps = 0
        self.fingers = Fingers()
        self.fingers.frames(6)

    def close(self) -> None:
        """Close the application; nothing is lost."""
        from kivy.base import stopTouchApp

        self.app.dispatch("on_stop")
        stopTouchApp()
