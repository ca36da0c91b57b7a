"""One real Kivy app per test process, offscreen; the environment is set before Kivy is first imported."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

HOME = Path(tempfile.mkdtemp(prefix="field178-kivy-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
# The offscreen surface keeps its first size: large enough for both windows. A lifted finger presses nothing.
(HOME / "config.ini").write_text(
    "[graphics]\nwidth = 1280\nheight = 1280\nmultisamples = 0\nmin_state_time = 0\n", "ascii"
)
os.environ.update(
    SDL_VIDEODRIVER="offscreen",
    KIVY_NO_ARGS="1",
    KIVY_LOG_MODE="PYTHON",
    KIVY_HOME=str(HOME),
    KIVY_NO_FILELOG="1",
    KIVY_CLIPBOARD="dummy",
    # The picture is drawn by this thread: its helpers would only wait for the other tests' cores.
    LP_NUM_THREADS="0",
)

if TYPE_CHECKING:
    from tests.mobile.screens.scene import Stage
    from tests.mobile.screens.tablets import Tablets


# More objects than a test makes.
MANY, NEVER = 3_000_000, 1_000_000_000


@pytest.fixture(autouse=True, scope="module")
def _collected_between_tests(_stage: Stage) -> Iterator[None]:
    """Leave what a screen test makes to the next `strike`.

    Objects of other modules are frozen first: otherwise each test would wait seconds for their collection.
    The threshold stays for a whole module: put back after a test, it would start a look of its own.
    """
    before = gc.get_threshold()
    _stage.freeze()
    gc.set_threshold(MANY, 10, NEVER)
    yield
    gc.set_threshold(*before)


@pytest.fixture(scope="session")
def _stage() -> Stage:
    from tests.mobile.screens.scene import start

    return start()


@pytest.fixture
def stage(_stage: Stage) -> Iterator[Stage]:
    """The stage, empty, landscape, light, font scale 1.0."""
    _stage.strike()
    yield _stage
    _stage.clear()
    _speak_vietnamese()


@pytest.fixture(scope="module")
def tablets(
    _stage: Stage, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Tablets]:
    """The tablets of a module, in the language that it SPEAKS and the SCALE of its letters."""
    from tests.mobile.screens.tablets import Tablets

    made = Tablets(_stage, tmp_path_factory, request.module.SPEAKS, request.module.SCALE)
    yield made
    made.end()
    _speak_vietnamese()


def _speak_vietnamese() -> None:
    """Put the language back, which belongs to the process, for tests that need no stage."""
    from field178_mobile.kit.language import language

    language.switch("vi")


@pytest.fixture(params=[(1280, 800), (800, 1280)], ids=["landscape", "portrait"])
def window_size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Both window sizes the screens are made for."""
    size: tuple[int, int] = request.param
    return size


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder as needing the real app; states that share a tablet follow each other."""
    modules: dict[Path, int] = {}
    for item in items:
        modules.setdefault(item.path, len(modules))
        if "/tests/mobile/screens/" in str(item.path):
            item.add_marker(pytest.mark.tablet)
    # After the shuffle, within each module: opening a tablet anew takes longer than going through a state.
    items.sort(key=lambda item: (modules[item.path], _tablet_of(item)))


def _tablet_of(item: pytest.Item) -> tuple[bool, tuple[str, ...]]:
    state = getattr(getattr(item, "callspec", None), "params", {}).get("state")
    return (True, state.tablet) if getattr(state, "is_shared", False) else (False, ())


@pytest.fixture
def navigator(stage: Stage, tmp_path: Path):
    from tests.mobile.screens.fakes import StillRunner, fake_house

    from field178_mobile.kit.preferences import Preferences
    from field178_mobile.shell.navigator import Navigator

    opened = []

    def make(is_set_up: bool = True, has_read_notice: bool = True):
        runner = StillRunner()
        made = Navigator(fake_house(tmp_path, runner, is_set_up, has_read_notice), Preferences(tmp_path))
        made.runner = runner
        opened.append(made)
        stage.mount(made)
        return made

    yield make
    for made in opened:
        made.shut()


@pytest.fixture
def door(navigator):
    """The application of a tablet that its officer has opened with the PIN."""
    from tests.mobile.screens.fakes import PIN
    from tests.mobile.screens.scene import enter, until

    made = navigator()
    made.meet()
    enter(PIN)
    until(lambda: made.session_view is not None)
    return made
