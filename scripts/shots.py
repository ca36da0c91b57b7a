"""Takes the pictures of docs/img from the running product: the demo's tablet and the office's desk.

`shots.py` plays the demo first; `shots.py tablet NAME MODE` is one tablet process of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from field178_mobile.player.fingers import Fingers

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "img"
# A visit begun for one picture is taken up again by the next tablet: each gets a place of its own.
PLACES = {
    "landscape": ("moc diep", "Karaoke Mộc Diệp (GL-016)"),
    "portrait": ("ngan que", "Karaoke Ngân Quế (GL-018)"),
}
TABLETS = (("landscape", "1280x800", "light"), ("portrait", "800x1280", "dark"))
CONSOLES = (
    ("console-light", 1440, 900, "light"),
    ("console-dark", 1440, 900, "dark"),
    ("console-phone", 390, 844, "light"),
)
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    """Play the demo, then take every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        from field178_server.demo import play
        from field178_server.demo.processes import DemoClock

        # Started with the play's own: the tablet's clock differs from the server's by seconds.
        clock = DemoClock.started()
        url = play.play(folder, print, {"FIELD178_OFFSCREEN": "1"})
        try:
            for shape, size, mode in TABLETS:
                own = {
                    "FIELD178_TABLET_DIR": str(folder / "tablet"),
                    "FIELD178_CLOCK_START": clock.setting(),
                    "FIELD178_OFFSCREEN": "1",
                    "FIELD178_WINDOW": size,
                }
                arguments = [sys.executable, __file__, "tablet", shape, mode]
                subprocess.run(arguments, env={**os.environ, **own}, check=True)
            shoot_console(url)
        finally:
            play.stop(folder)


def shoot_tablet(name: str, mode: str) -> None:
    """Unlock the demo's tablet and take a picture of each place."""
    from field178_mobile.player.stage import Stage

    stage = Stage(os.environ)
    from kivy.core.window import Window

    from field178_mobile.player.work import Work
    from field178_mobile.ui.theme import theme

    fingers, work = stage.fingers, Work(stage.fingers)

    def shoot(place: str) -> None:
        fingers.frames(8)
        made = Window.screenshot(name=str(IMAGES / f"tablet-{name}-{place}.png"))
        Path(made).replace(IMAGES / f"tablet-{name}-{place}.png")

    theme.apply(mode)
    shoot("unlock")
    unlock(fingers)
    shoot("list")
    work.search(*PLACES[name])
    work.begin()
    shoot("sections")
    work.foot("next")
    fingers.press("Seg", key="no")
    shoot("items")
    work.go("outreach")
    rows = [widget for widget in fingers.everything() if type(widget).__name__ == "ListRow"]
    fingers.tap(max(rows, key=lambda row: row.y))
    shoot("outreach")
    work.go("sync")
    shoot("sync")
    stage.close()


def unlock(fingers: Fingers) -> None:
    """Give the PIN, and wait for the list."""
    from field178_mobile.player.__main__ import PIN

    fingers.until(lambda: fingers.sees("PinKey"), "the PIN")
    for digit in PIN:
        fingers.press("PinKey", digit=digit)
    fingers.until(lambda: fingers.sees("ListRow"), "the list")


def shoot_console(url: str) -> None:
    """Sign in to the office's desk and take it in each size and mode."""
    from playwright.sync_api import sync_playwright

    from field178_server.demo.play import PASSWORD

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        for name, width, height, mode in CONSOLES:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=mode)
            page = context.new_page()
            page.goto(f"{url}/sign-in")
            page.fill("#login", "gl07")
            page.fill("#password", PASSWORD)
            page.click("button.button-primary")
            page.goto(f"{url}/reviews?state=approved&type=inspection")
            page.click("a.list-item >> nth=2")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["tablet"]:
        shoot_tablet(sys.argv[2], sys.argv[3])
    else:
        main()
