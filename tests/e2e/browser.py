"""A real Chromium for tests, and a watch over what it says and whom it asks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect, sync_playwright

# The engine without windows of its own; the whole browser, where only that is, does the same with more work.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 320, "height": 700}
WAIT_MS = 20_000

expect.set_options(timeout=WAIT_MS)


@dataclass
class Watched:
    """A page, and everything about it that a careful visitor would complain about."""

    page: Page
    home: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._check(request.url))

    def press(self, key: str) -> None:
        """Press a key on a page that has finished loading, as people do: its script listens then."""
        self.page.wait_for_load_state("load")
        self.page.keyboard.press(key)

    def decide(self, key: str) -> None:
        """Press a key that decides, once the record has been before the eyes long enough."""
        self.page.locator("[data-record][data-seen]").wait_for()
        self.press(key)

    def go(self, path: str) -> None:
        """Open a page and wait until it is as wide as it will be: its own fonts change every line."""
        self.page.goto(path)
        self.page.evaluate("document.fonts.ready.then(() => true)")

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def _check(self, url: str) -> None:
        if not url.startswith((self.home, "data:", f"blob:{self.home}")):
            self.complaints.append(f"asked elsewhere: {url}")


@dataclass
class HeldLine:
    """Keeps the requests of one address back until it is let go, whenever they come."""

    page: Page
    address: str
    is_free: bool = False
    held: list[Route] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route(self.address, lambda route: self._take(route))

    def let_go(self) -> None:
        self.is_free = True
        for route in self.held:
            route.continue_()

    def _take(self, route: Route) -> None:
        if self.is_free:
            route.continue_()
        else:
            self.held.append(route)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a running browser (Chromium); without one the test is skipped, which CI refuses."""
    if shutil.which(CHROMIUM) is None:
        pytest.skip("no chromium")
    with sync_playwright() as playwright:
        # Under a shifted clock (tests/prove/dates.py) the browser keeps the machine's: its waits take many
        # times as long with libfaketime, and no script of the pages reads a clock.
        environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, env=environment)
        yield browser
        browser.close()


@contextmanager
def watched_page(browser: Browser, home: str, **options: Any) -> Iterator[Watched]:
    """Give a page of a fresh profile; it MUST end without a complaint."""
    context: BrowserContext = browser.new_context(base_url=home, **({"viewport": DESK} | options))
    context.set_default_timeout(WAIT_MS)
    watched = Watched(context.new_page(), home)
    yield watched
    context.close()
    assert watched.complaints == []
