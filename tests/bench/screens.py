"""T: what the screens cost the thread that draws them: unlocking, the list, the look, search and paper."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.figures import figure, percentile

if TYPE_CHECKING:
    from scripts.tablet_player.fingers import Fingers

FRAMES = 200
SCREEN_FPS = 60
FLING_DP = 40
SWITCHES = 6
SEARCHED = 50_000
QUERIES = ("hong phuc", "anh duong 4", "thien duong an lao", "khong co")


def main() -> None:
    """Print each budget of the screens."""
    # The application's own words must not mix with the figures.
    logging.getLogger().addHandler(logging.NullHandler())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = {"FIELD178_TABLET_DIR": str(folder), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        os.environ.update(own, FIELD178_OFFSCREEN="1", KIVY_CLIPBOARD="dummy")
        _measure_screens(folder)
    _measure_search()
    _measure_paper()


def _measure_screens(folder: Path) -> None:
    # Late: what comes with it must not be imported before the application has prepared Kivy.
    from scripts.tablet_player.stage import Stage
    from tests.bench.stocked import stock
    from tests.mobile.screens.fakes import StillRunner

    pin = stock(folder)
    stage = Stage(os.environ, lambda _store, _enrolment, _key: StillRunner())
    _measure_unlock(stage.fingers, pin)
    _measure_list(stage.fingers)
    stage.fingers.press("ListRow")
    stage.fingers.rest(0.5)
    _measure_look(stage.fingers)
    stage.close()


def _measure_unlock(fingers: Fingers, pin: str) -> None:
    fingers.until(lambda: fingers.sees("PinKey") and fingers.find("UnlockScreen").can_type, "the PIN")
    for digit in pin[:-1]:
        fingers.press("PinKey", digit=digit)
    from kivy.clock import Clock

    # As on a screen: without the pause between two frames the drawing thread would draw for nothing, and
    # take the lock of the interpreter from the one that opens the notebook.
    fastest, Clock._max_fps = Clock._max_fps, SCREEN_FPS
    began, whole = time.perf_counter(), time.process_time()
    drawing = _spent(lambda: _open_list(fingers, pin[-1]))
    wall = time.perf_counter() - began
    Clock._max_fps = fastest
    # Beside it every thread: the PIN is guessed beside the drawing thread, and so are the pixels here.
    figure(
        "T",
        "unlock to list",
        drawing / 1000,
        "CPU-s",
        1,
        all_threads=time.process_time() - whole,
        wall_s=wall,
    )


def _open_list(fingers: Fingers, digit: str) -> None:
    fingers.press("PinKey", digit=digit)
    fingers.until(lambda: fingers.sees("ListRow"), "the list")


def _measure_list(fingers: Fingers) -> None:
    fingers.rest(0.5)  # the other screens are built one a frame after the first
    rows = fingers.find("ListRow").parent.parent

    def scroll() -> None:
        # As far as a thumb flings it from one frame to the next.
        rows.scroll_y -= FLING_DP / (rows.children[0].height - rows.height)
        fingers.frames(1)

    spent = [_spent(scroll) for _frame in range(FRAMES)]
    figure("T", "list frame p50 while scrolling 10,000", percentile(spent, 0.5), "CPU-ms")
    figure("T", "list frame p95 while scrolling 10,000", percentile(spent, 0.95), "CPU-ms", 10)
    rows.scroll_y = 1
    fingers.frames()


def _measure_look(fingers: Fingers) -> None:
    for _time in range(SWITCHES):
        fingers.press("RailItem", key="mode")
    spent = fingers.pace.tap_ms[-SWITCHES:]
    figure("T", "theme switch, the slowest", max(spent), "CPU-ms", 150)


def _measure_search() -> None:
    from tests.bench.stocked import entries
    from tests.mobile.inspection_world import words

    from field178_mobile.features.register.search_index import SearchIndex, matching

    places = SearchIndex(words()).of(entries(SEARCHED))
    spent = [_spent(lambda query=query: matching(places, query)) for query in QUERIES]
    figure("T", f"search of {SEARCHED:,}, the slowest", max(spent), "CPU-ms", 150)


def _measure_paper() -> None:
    from tests.shared.documents.test_inspection_minutes import FINDINGS, LISTS, source

    from field178_shared.documents.inspection_minutes import inspection_minutes_pdf

    given = source(findings=FINDINGS)
    first = _spent(lambda: inspection_minutes_pdf(given, LISTS)) / 1000
    again = _spent(lambda: inspection_minutes_pdf(given, LISTS)) / 1000
    figure("T", "minutes as PDF, the first since the start", first, "CPU-s", 0.5)
    figure("T", "minutes as PDF, any other", again, "CPU-s", 0.5)


def _spent(work: Callable[[], object]) -> float:
    """Return the milliseconds of this thread that a piece of work took."""
    began = time.thread_time()
    work()
    return (time.thread_time() - began) * 1000


if __name__ == "__main__":
    main()
