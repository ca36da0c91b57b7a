"""One real Kivy app per test process, offscreen; the environment is set before Kivy is first imported."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

HOME = Path(tempfile.mkdtemp(prefix="field178-kivy-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
# The offscreen surface keeps its first size: large enough for both windows. A lifted finger presses nothing any more.
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
)

if TYPE_CHECKING:
    from tests.mobile.screens.scene import Stage
    from tests.mobile.screens.tablets import Tablets


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


@pytest.fixture(scope="module")
def tablets(
    _stage: Stage, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Tablets]:
    """The tablets of a module, in the language that it SPEAKS."""
    from tests.mobile.screens.tablets import Tablets

    made = Tablets(_stage, tmp_path_factory, request.module.SPEAKS)
    yield made
    made.end()


@pytest.fixture(params=[(1280, 800), (800, 1280)], ids=["landscape", "portrait"])
def window_size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Both window sizes the screens are made for."""
    size: tuple[int, int] = request.param
    return size


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder as needing the real app."""
    for item in items:
        if "/tests/mobile/screens/" in str(item.path):
            item.add_marker(pytest.mark.tablet)
