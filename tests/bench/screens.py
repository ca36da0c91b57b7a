"""T: what the screens cost: unlocking, resting, the list, the look, search and paper.

python -m tests.bench.screens [SIZE]: with a size only what depends on the number of records held.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scripts.tablet_player import file_keyring
from tests.bench.figures import figure, percentile
from tests.bench.processes import memory_mb

if TYPE_CHECKING:
    from scripts.tablet_player.fingers import Fingers

FRAMES = 200
SCREEN_FPS = 60
FLING_DP = 40
SWITCHES = 6
QUIET_S = 10
MEMORY_MB = {10_000: 180, 50_000: 210}
SEARCHED = 50_000
QUERIES = ("hong phuc", "anh duong 4", "thien duong an lao", "khong co")


def main(sizes: Sequence[str]) -> None:
    """Print each budget of the screens."""
    for size in map(int, sizes) if sizes else MEMORY_MB:
        with tempfile.TemporaryDirectory() as folder:
            # Separate processes: the memory of filling or of another size would stay in this process.
            _run("tests.bench.stocked", folder, str(size))
            _run("tests.bench.screens", folder, str(size), "in this process")
    if not sizes:
        _measure_search()
        _measure_paper()


def _run(module: str, *arguments: str) -> None:
    own = {
        "PYTHON_KEYRING_BACKEND": file_keyring.NAME,
        "FIELD178_TABLET_DIR": arguments[0],
        "FIELD178_OFFSCREEN": "1",
    }
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, env={**os.environ, **own})


def measure_screens(folder: str, size: int) -> None:
    """Print what a tablet that was filled costs from its unlocking on."""
    # The application's own words must not mix with the figures.
    logging.getLogger().addHandler(logging.NullHandler())
    os.environ.update(KIVY_CLIPBOARD="dummy")
    # Late: what comes with it must not be imported before the application has prepared Kivy.
    from scripts.tablet_player.stage import Stage
    from tests.mobile.screens.fakes import PIN, StillRunner

    stage = Stage(os.environ, lambda _store, _enrolment, _key: StillRunner())
    with _pace_of_a_screen():
        _measure_unlock(stage.fingers, PIN, size)
        _measure_rest(stage.fingers, size)
    _measure_list(stage.fingers, size)
    if size == min(MEMORY_MB):
        stage.fingers.press("ListRow")
        stage.fingers.rest(0.5)
        _measure_look(stage.fingers)
    stage.close()


@contextmanager
def _pace_of_a_screen() -> Iterator[None]:
    from kivy.clock import Clock

    # As on a screen: without the pause between two frames the drawing thread would draw for nothing, and
    # take the lock of the interpreter from the one that opens the store.
    fastest, Clock._max_fps = Clock._max_fps, SCREEN_FPS
    yield
    Clock._max_fps = fastest


def _measure_unlock(fingers: Fingers, pin: str, size: int) -> None:
    fingers.until(lambda: fingers.sees("PinKey") and fingers.find("UnlockScreen").can_type, "the PIN")
    for digit in pin[:-1]:
        fingers.press("PinKey", digit=digit)
    began, whole = time.perf_counter(), time.process_time()
    drawing = _spent(lambda: _open_list(fingers, pin[-1]))
    wall = time.perf_counter() - began
    # Beside it every thread: the PIN is guessed beside the drawing thread, and so are the pixels here.
    figure("T", f"unlock to list of {size:,}, on the clock", wall, "s", 1.5)
    figure(
        "T",
        f"unlock to list of {size:,}",
        drawing / 1000,
        "CPU-s",
        1,
        all_threads=time.process_time() - whole,
    )


def _measure_rest(fingers: Fingers, size: int) -> None:
    for name in ("first", "next"):
        began, drawing = time.process_time(), time.thread_time()
        fingers.rest(QUIET_S)
        figure(
            "T",
            f"{name} {QUIET_S} quiet seconds with {size:,}",
            time.process_time() - began,
            "CPU-s",
            0.3,
            drawing=time.thread_time() - drawing,
        )
        if name == "first":
            held = memory_mb(os.getpid())
            figure("T", f"memory {QUIET_S} s after the unlock of {size:,}", held, "MB", MEMORY_MB[size])


def _open_list(fingers: Fingers, digit: str) -> None:
    fingers.press("PinKey", digit=digit)
    fingers.until(lambda: fingers.sees("ListRow"), "the list")


def _measure_list(fingers: Fingers, size: int) -> None:
    rows = fingers.find("ListRow").parent.parent

    def scroll() -> None:
        # As far as a thumb flings it from one frame to the next.
        rows.scroll_y -= FLING_DP / (rows.children[0].height - rows.height)
        fingers.frames(1)

    spent = [_spent(scroll) for _frame in range(FRAMES)]
    figure("T", f"list frame p50 while scrolling {size:,}", percentile(spent, 0.5), "CPU-ms")
    figure("T", f"list frame p95 while scrolling {size:,}", percentile(spent, 0.95), "CPU-ms", 10)
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
    from tests.shared.documents.test_inspection_minutes_pdf import FINDINGS, LISTS, source

    from field178_shared.documents.inspection_minutes_pdf import inspection_minutes_pdf

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
    if sys.argv[3:]:
        measure_screens(sys.argv[1], int(sys.argv[2]))
    else:
        main(sys.argv[1:])
