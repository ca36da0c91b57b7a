"""Takes the pictures of docs/img from the running product: the demo's tablet and the office's desk.

`shots.py` plays the demo first; `shots.py tablet NAME MODE` is one tablet process of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from scripts.tablet_player.fingers import Fingers
    from scripts.tablet_player.work import Work

IMAGES = ROOT / "docs" / "img"
# A visit begun for one picture is taken up again by the next tablet: each gets a place of its own.
PLACES = {
    "landscape": ("moc diep", "Karaoke Mộc Diệp (GL-016)"),
    "portrait": ("ngan que", "Karaoke Ngân Quế (GL-018)"),
}
PAPERS_ARE_SHOWN_IN = "landscape"
# The demo filed a visit there, and the office approved it.
FILED = {"words": "ngan uyen", "title": "Karaoke Ngân Uyên (GL-017)"}
ROOM = "loi-thoat-nan.jpg"
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
        from scripts.demo import play
        from scripts.demo.processes import DemoClock

        # Started with the play's own: the tablet's clock differs from the server's by seconds.
        clock = DemoClock.started()
        url = play.play(folder, print, {"FIELD178_OFFSCREEN": "1"})
        try:
            draw_room(folder / "photos")
            for shape, size, mode in TABLETS:
                own = {
                    "FIELD178_PHOTO_DIR": str(folder / "photos"),
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
    from scripts.tablet_player.stage import Stage

    stage = Stage(os.environ)
    from kivy.core.window import Window
    from scripts.tablet_player.work import Work

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
    tour(name, work, shoot)
    stage.close()


def tour(name: str, work: Work, shoot: Callable[[str], None]) -> None:
    """Go from place to place of the unlocked tablet."""
    fingers = work.fingers
    work.search(*PLACES[name])
    work.begin()
    shoot("sections")
    work.foot("next")
    fingers.press("Seg", key="no")
    shoot("items")
    if name == PAPERS_ARE_SHOWN_IN:
        add_photo(fingers)
        fingers.press("Tab", key="photos")
        fingers.until(lambda: fingers.sees("PhotoCard") and fingers.find("PhotoCard").bitmap, "the picture")
        shoot("photos")
        make_minutes(work)
        shoot("minutes")
        fingers.find("MinutesSheet").dismiss()
    work.go("outreach")
    press_first(fingers, "ListRow")
    shoot("outreach")
    work.go("sync")
    shoot("sync")


def add_photo(fingers: Fingers) -> None:
    """Keep a photo of the room for the item that is not met."""
    from field178_mobile.ui.language import language as _

    fingers.press("Btn", text=_("Add a photo"))
    fingers.press("FileCard", title=ROOM)
    fingers.press("ChoiceRow", key="photo_premises")
    fingers.press("ChoiceRow", is_multiple=True)
    fingers.press("Btn", text=_("Keep the photo"))
    # The button changes its word while the photo is sealed: only the page that closes says that it is kept.
    fingers.until(lambda: not fingers.sees("PhotoPage"), "the kept photo")


def make_minutes(work: Work) -> None:
    """Make the minutes of the visit with violations, which is filed and approved."""
    from field178_mobile.ui.language import language as _

    fingers = work.fingers
    if not fingers.sees("SearchField"):  # one pane alone shows the visit of the picture before
        fingers.press("IconBtn", hint=_("Back"))
    work.search(**FILED)
    fingers.press("Tab", key="info")
    press_first(fingers, "VisitRow")  # of tonight; below it are those of other years, without a number
    fingers.press("Tab", key="conclusion")
    fingers.press("Btn", text=_("Minutes and commitment"))
    fingers.press("Btn", text=_("Make the minutes"))
    fingers.until(lambda: fingers.sees("Btn", text=_("Open")), "the minutes")


def press_first(fingers: Fingers, kind: str) -> None:
    """Tap the uppermost row of a class: the newest."""
    rows = [widget for widget in fingers.everything() if type(widget).__name__ == kind]
    fingers.tap(max(rows, key=lambda row: row.to_window(*row.pos)[1]))


def draw_room(folder: Path) -> None:
    """Draw a room as a camera might see it, with nobody in it."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (1600, 1200), (196, 184, 164))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 800, 1600, 1200), fill=(120, 92, 70))
    draw.rectangle((560, 260, 900, 860), fill=(88, 62, 44))
    draw.rectangle((590, 150, 870, 230), fill=(20, 120, 60))
    draw.text((650, 158), "EXIT", fill="white", font_size=60)
    for left, top in ((470, 620), (640, 560), (820, 640)):
        draw.rectangle(
            (left, top, left + 230, top + 300), fill=(176, 130, 74), outline=(120, 84, 40), width=6
        )
    folder.mkdir()
    image.save(folder / ROOM, "JPEG", quality=90)


def unlock(fingers: Fingers) -> None:
    """Give the PIN, and wait for the list."""
    from scripts.tablet_player.__main__ import PIN

    fingers.until(lambda: fingers.sees("PinKey"), "the PIN")
    for digit in PIN:
        fingers.press("PinKey", digit=digit)
    fingers.until(lambda: fingers.sees("ListRow"), "the list")


def shoot_console(url: str) -> None:
    """Sign in to the office's desk and take it in each size and mode."""
    from playwright.sync_api import sync_playwright
    from scripts.demo.play import PASSWORD

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
