"""Take the pictures of docs/img and of the guides from the running product: tablet and console.

`shots.py` plays the demo first; `shots.py tablet FOLDER` is its tablet process. The clock of every process is
fixed, the fonts are the product's own, and everything is drawn by software, so the same product gives visibly
equal pictures. Pictures without a visible difference are not replaced.
"""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.tablet_player import file_keyring

from field178_shared.time.clock import duration_clock

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from scripts.tablet_player.fingers import Fingers
    from scripts.tablet_player.work import Work

IMAGES = ROOT / "docs" / "img"
# Pictures of both the console and the documents.
GUIDE_IMAGES = ROOT / "server" / "field178_server" / "console" / "static" / "guides"
STILL_CLOCK = ROOT / "scripts" / "still_clock"
PLACE = ("moc diep", "Karaoke Mộc Diệp (GL-016)")
# The demo filed a visit there, and the office approved it.
FILED = {"words": "ngan uyen", "title": "Karaoke Ngân Uyên (GL-017)"}
ROOM = "loi-thoat-nan.jpg"
# Places of the tablet whose pictures are the guides'.
OF_GUIDES = ("list", "outreach")
REST_S = 8.0
TABLET_SIZE = "1280x800"
TABLET_PICTURE = "tablet-landscape-{place}.png"
CONSOLE_SIZE = {"width": 1440, "height": 900}
SOFTWARE = {"LIBGL_ALWAYS_SOFTWARE": "1", "GALLIUM_DRIVER": "llvmpipe"}
# Drawings of the same content differ by less than this at the edges of letters.
LEVELS = 64
PIXELS = 20
CHROMIUM = [
    "--disable-lcd-text",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    """Play the demo with a fixed clock, then take all pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The existing path is kept, so that the pictures show the requested source tree.
        path = os.pathsep.join([str(STILL_CLOCK), *filter(None, [os.environ.get("PYTHONPATH")])])
        os.environ.update(SOFTWARE, PYTHONPATH=path, FIELD178_OFFSCREEN="1")
        still = runpy.run_path(str(STILL_CLOCK / "sitecustomize.py"))
        # This process fills the store; its approvals are older than tonight's visits.
        still["stop"](still["START"] - timedelta(hours=1))
        from scripts.demo import play
        from scripts.guides.days import WHEN

        url = play.play(folder, print, {})
        try:
            draw_room(folder / "photos")
            taken = folder / "img"
            taken.mkdir()
            own = {
                "FIELD178_PHOTO_DIR": str(folder / "photos"),
                "FIELD178_TABLET_DIR": str(folder / "tablet"),
                "PYTHON_KEYRING_BACKEND": file_keyring.NAME,
                # Training mode: the tablet shows the demo banner.
                "FIELD178_CLOCK_START": still["START"].isoformat(),
                "FIELD178_WINDOW": TABLET_SIZE,
            }
            arguments = [sys.executable, __file__, "tablet", str(taken)]
            subprocess.run(arguments, env={**os.environ, **own}, check=True)
            shoot_console(url, taken / "console-light.png")
            shoot_report(taken / "report-first-page.png")
            give_to_guides(taken, folder / "guides" / "vi")
            keep(taken, IMAGES)
            os.environ[still["SETTING"]] = WHEN.isoformat()
            still["stop"](WHEN - timedelta(hours=1))
            shoot_guides(folder / "guides")
            keep(folder / "guides", GUIDE_IMAGES)
        finally:
            play.stop(folder)


def keep(taken: Path, kept: Path) -> None:
    """Copy the visibly changed pictures into a folder, and delete the pictures that no longer exist."""
    fresh = pictures_in(taken)
    for name in pictures_in(kept).keys() - fresh.keys():
        (kept / name).unlink()
    for name, path in sorted(fresh.items()):
        target = kept / name
        is_same = target.is_file() and looks_the_same(target, path)
        if not is_same:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        print(f"{name}: {'as before' if is_same else 'drawn anew'}")


def give_to_guides(taken: Path, guides: Path) -> None:
    """Move the tablet's pictures that only guides show; the tablet speaks Vietnamese in both languages."""
    from scripts.guides.walk import save_picture

    _width, _, height = TABLET_SIZE.partition("x")
    guides.mkdir(parents=True)
    for place in OF_GUIDES:
        picture = taken / TABLET_PICTURE.format(place=place)
        save_picture(picture.read_bytes(), guides / f"tablet-{place}.webp", int(height))
        picture.unlink()


def pictures_in(folder: Path) -> dict[str, Path]:
    """Return the pictures below a folder by their place in it."""
    pictures = (path for path in folder.rglob("*") if path.suffix in {".png", ".webp"})
    return {path.relative_to(folder).as_posix(): path for path in pictures}


def looks_the_same(before: Path, after: Path) -> bool:
    """Return whether two pictures look equal: hardly a pixel differs by more than some levels."""
    from PIL import Image, ImageChops

    with Image.open(before) as old, Image.open(after) as other:
        if old.size != other.size:
            return False
        difference = ImageChops.difference(old.convert("RGB"), other.convert("RGB"))
    bands = difference.split()
    largest = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    return sum(largest.histogram()[LEVELS:]) <= PIXELS


def shoot_tablet(taken: Path) -> None:
    """Unlock the demo's tablet and take a picture of each screen."""
    from scripts.tablet_player.stage import Stage

    stage = Stage(os.environ)
    from kivy.core.window import Window
    from scripts.tablet_player.work import Work

    from field178_mobile.kit.theme import theme

    fingers, work = stage.fingers, Work(stage.fingers)

    def shoot(place: str) -> None:
        # Scroll bars fade and short notices go by the second, not by the frame.
        rested_at = duration_clock() + REST_S
        fingers.until(lambda: duration_clock() >= rested_at, "rest")
        target = taken / TABLET_PICTURE.format(place=place)
        Path(Window.screenshot(name=str(target))).replace(target)

    theme.apply("light")
    shoot("unlock")
    unlock(fingers)
    shoot("list")
    tour(work, shoot)
    stage.close()


def tour(work: Work, shoot: Callable[[str], None]) -> None:
    """Go from place to place of the unlocked tablet."""
    fingers = work.fingers
    work.search(*PLACE)
    work.begin()
    shoot("sections")
    work.foot("next")
    fingers.press("Seg", key="no")
    shoot("items")
    add_photo(fingers)
    fingers.press("Tab", key="photos")
    fingers.until(lambda: fingers.sees("PhotoCard") and fingers.find("PhotoCard").bitmap, "the picture")
    shoot("photos")
    open_minutes(work)
    shoot("minutes")
    fingers.find("MinutesSheet").dismiss()
    work.go("sync")
    shoot("sync")
    work.go("outreach")
    shoot("outreach")


def add_photo(fingers: Fingers) -> None:
    """Keep a photo of the room for the item that is not met."""
    from field178_mobile.kit.language import language as _

    fingers.press("Btn", text=_("Add a photo"))
    fingers.press("FileCard", title=ROOM)
    fingers.press("ChoiceRow", key="photo_premises")
    fingers.press("ChoiceRow", is_multiple=True)
    fingers.press("Btn", text=_("Keep the photo"))
    # The button changes its text while the photo is being encrypted; only the closed page shows that it is
    # stored.
    fingers.until(lambda: not fingers.sees("PhotoPage"), "the kept photo")


def open_minutes(work: Work) -> None:
    """Open the minutes of the approved visit with violations, as a preview.

    Not the finished file: its hash contains identifiers, which differ in each run.
    """
    from field178_mobile.kit.language import language as _

    fingers = work.fingers
    work.search(**FILED)
    fingers.press("Tab", key="info")
    press_newest_visit(fingers)  # tonight's: those of earlier years have no number
    fingers.press("Tab", key="conclusion")
    fingers.press("Btn", text=_("Minutes and commitment"))
    fingers.until(lambda: fingers.sees("Btn", text=_("Make the minutes")), "the minutes")


def press_newest_visit(fingers: Fingers) -> None:
    """Tap the uppermost visit of the Info tab: visits are listed newest first."""
    rows = fingers.find("InfoPane").ids.history.children
    fingers.tap(max(rows, key=lambda row: row.to_window(*row.pos)[1]))


def draw_room(folder: Path) -> None:
    """Draw an empty room like a camera picture."""
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


def chromium() -> str:
    """Return the path of the browser for pictures."""
    browser = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if browser is None:
        sys.exit("no chromium")
    return browser


def shoot_console(url: str, target: Path) -> None:
    """Take the picture of an approved visit in the console."""
    from playwright.sync_api import sync_playwright
    from scripts.demo.store import PASSWORD

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=CHROMIUM)
        context = browser.new_context(viewport=CONSOLE_SIZE, color_scheme="light", reduced_motion="reduce")
        page = context.new_page()
        page.goto(f"{url}/sign-in")
        page.fill("#login", "gl07")
        page.fill("#password", PASSWORD)
        page.click("button.button-primary")
        page.goto(f"{url}/reviews?state=approved&type=inspection")
        page.click(f"a.list-item:has-text('{FILED['title']}')")
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=target)
        browser.close()


def shoot_report(target: Path) -> None:
    """Take the picture of the first page of a printed report with fictional numbers."""
    from field178_server.office.reports.report_paper import report_pdf
    from field178_server.office.reports.sample import sample_report
    from field178_shared.codelists import load

    paper = target.with_suffix(".pdf")
    paper.write_bytes(report_pdf(sample_report(load()), None))
    size = ("-r", "84", "-f", "1", "-l", "1", "-gray", "-png", "-singlefile")
    subprocess.run(("pdftoppm", *size, paper, target.with_suffix("")), check=True)
    paper.unlink()


def shoot_guides(taken: Path) -> None:
    """Walk each role's day in a separate district, in both languages, and take the pictures."""
    from playwright.sync_api import sync_playwright
    from scripts.demo.held_port import held_port
    from scripts.demo.play import command
    from scripts.demo.server_process import DemoClock, ServerProcess
    from scripts.demo.store import fill
    from scripts.guides.days import DAYS, WAITING, WHEN
    from scripts.guides.walk import page_for_walks, sign_in, walk_in

    held = held_port()
    server = ServerProcess(taken.parent / "district", DemoClock.started(WHEN), held.port, held)
    fill(server, WAITING)
    command(server, "check")  # the scheduled daily check would run during the walk
    server.start()
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium(), args=CHROMIUM)
            page = page_for_walks(browser, server.url)
            for language in ("vi", "en"):
                (taken / language).mkdir(parents=True, exist_ok=True)
                for day in DAYS.values():
                    sign_in(page, day.login)
                    walk_in(page, language, day, taken / language)
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    if sys.argv[1:2] == ["tablet"]:
        shoot_tablet(Path(sys.argv[2]))
    else:
        main()
