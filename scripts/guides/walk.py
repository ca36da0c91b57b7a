"""Walk through pages of the console: it collects the visible words, and takes pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, FloatRect, Page, ViewportSize
from scripts.demo.store import PASSWORD

# Wide enough for the rail, narrow enough to be read as a picture within a page.
SIZE: ViewportSize = {"width": 1120, "height": 640}
# The menu is others' work too: a new entry of it leaves the pictures as they are.
BESIDE_THE_MENU: FloatRect = {"x": 100, "y": 0, "width": 1020, "height": 640}
TALLEST, MARGIN = 640, 24
# Visible words of a page: every visible text, and the complete text of each control and heading.
WORDS = """() => {
  const found = new Set();
  const add = text => found.add((text || "").replace(/\\s+/g, " ").trim());
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode())
    if (texts.currentNode.parentElement.checkVisibility()) add(texts.currentNode.data);
  const named = "a, button, summary, label, legend, h1, h2, h3, th, option, [aria-label], [placeholder]";
  for (const one of document.querySelectorAll(named))
    if (one.checkVisibility()) [one.innerText, one.getAttribute("aria-label"), one.placeholder].forEach(add);
  return [...found];
}"""
IN_THE_MIDDLE = "one => one.scrollIntoView({block: 'center', behavior: 'instant'})"
RING = "one => { one.style.outline = '3px solid #c2410c'; one.style.outlineOffset = '3px'; }"
NO_RING = "one => { one.style.outline = one.style.outlineOffset = ''; }"


@dataclass(frozen=True, slots=True)
class Day:
    """Login and walk function of a role."""

    login: str
    walk: Callable[[Walk], None]


@dataclass
class Walk:
    """An officer's walk through the console; `taken` is the folder of pictures, None without pictures.

    `acts`: decisions are really made. Pictures are taken of a store that stays unchanged.
    """

    page: Page
    taken: Path | None = None
    acts: bool = False
    words: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _task: str = ""

    def open(self, address: str, shows: str = "") -> None:
        """Begin the task at an address of the guide; `shows` are filters behind it."""
        self._task = address
        self.page.goto(address + shows)
        self.look()

    def go(self, selector: str) -> None:
        """Click a link to another page, or a control that opens a part of this page."""
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state("load")
        self.look()

    def act(self, selector: str, effect: str, confirm: str = "") -> None:
        """Click a deciding button and wait for its effect; `confirm`: a question in between."""
        assert not self.page.locator(effect).count(), effect
        self.page.locator(selector).first.click()
        if confirm:
            self.page.locator(f"{confirm}, {effect}").first.wait_for()
            if (confirmation := self.page.locator(confirm)).count():
                confirmation.first.click()
        self.page.locator(effect).first.wait_for()
        self.look()

    def confirm_with_password(self, selector: str, effect: str) -> None:
        """Do an action that needs the officer's password again, unless it was just entered."""
        if self.page.locator("main [name=password]").count():
            self.fill(password=PASSWORD)
        self.act(selector, effect)

    def record(self) -> tuple[str, str]:
        """Return id and title of the record in sight."""
        seen = self.page.locator("[data-record][data-seen]")
        return seen.get_attribute("data-record") or "", self.page.locator("#record-title").inner_text()

    def sees(self, address: str, effect: str) -> None:
        """Check the effect of an action on another page."""
        self.page.goto(address)
        self.page.locator(effect).first.wait_for()

    def open_all(self) -> None:
        """Unfold all folded parts of this page."""
        folded = self.page.locator("main details:not([open]) > summary")
        while folded.count():
            folded.first.click()
        self.look()

    def fill(self, **values: str) -> None:
        """Type values into the fields of these names."""
        for name, value in values.items():
            self.page.locator(f"[name='{name}']:visible").first.fill(value)

    def pick(self, name: str, index: int = 1) -> None:
        """Choose an entry of a list."""
        self.page.locator(f"select[name='{name}']").first.select_option(index=index)

    def look(self) -> None:
        """Collect the visible words; a record page is complete after it has been visible for a moment."""
        if self.page.locator("[data-record]").count():
            self.page.locator("[data-record][data-seen]").wait_for()
        self.words[self._task].update(self.page.evaluate(WORDS))

    def picture(self, name: str, of: str = "", press: str = "") -> None:
        """Take a picture of the page or a part of it; a ring marks the control to click."""
        self.look()
        marked = self.page.locator(press).first if press else None
        if marked is not None:
            marked.evaluate(IN_THE_MIDDLE)
        if self.taken is None:
            return
        self.page.evaluate("document.fonts.ready.then(() => true)")
        if marked is not None:
            marked.evaluate(RING)
        shot = self.page.locator(of).first.screenshot() if of else self.page.screenshot(clip=BESIDE_THE_MENU)
        save_picture(shot, self.taken / f"{name}.webp")
        if marked is not None:
            marked.evaluate(NO_RING)


def save_picture(png: bytes, target: Path, tallest: int = TALLEST) -> None:
    """Save a picture losslessly in few bytes, cropped to its content and to a maximum height."""
    from PIL import Image, ImageChops

    with Image.open(BytesIO(png)) as image:
        whole = image.convert("RGB")
    ground = Image.new("RGB", whole.size, whole.getpixel((0, whole.height - 1)))
    content = ImageChops.difference(whole, ground).getbbox()
    height = min(whole.height, tallest, content[3] + MARGIN if content else tallest)
    whole.crop((0, 0, whole.width, height)).save(target, "WEBP", lossless=True, quality=100, method=4)


def sign_in(page: Page, login: str) -> None:
    """Sign in as an officer, replacing any earlier session."""
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("button.button-primary")
    page.locator(".today").wait_for()


def walk_in(page: Page, language: str, day: Day, taken: Path | None = None, *, acts: bool = False) -> Walk:
    """Walk the day of the signed-in officer in a language; return the collected words."""
    page.context.add_cookies(
        [{"name": "field178_language", "value": language, "url": urljoin(page.url, "/")}]
    )
    walk = Walk(page, taken, acts)
    day.walk(walk)
    return walk


def page_for_walks(browser: Browser, url: str) -> Page:
    """Return the page for all walks, so that the browser caches static files once."""
    return browser.new_page(base_url=url, viewport=SIZE, color_scheme="light", reduced_motion="reduce")
