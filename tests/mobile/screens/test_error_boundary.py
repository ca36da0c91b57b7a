"""Error boundary: a refusal of the store that no screen handles is shown, and the application goes on."""

from __future__ import annotations

import subprocess
import sys

import pytest

APP = """
import sys
from kivy.base import EventLoop, ExceptionManager, runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.button import Button
from kivy.tests.common import UnitTestTouch
from field178_mobile.kit import kit
from field178_mobile.shell.application import ErrorBoundary
from field178_shared.errors import AppError, ErrorCode

raised = AppError(ErrorCode.STORE_UNWRITABLE) if sys.argv[1] == "refused" else KeyError("a defect")
ExceptionManager.add_handler(ErrorBoundary())


def refuse(button):
    Clock.schedule_once(look, 0.2)
    raise raised


def look(_dt):
    print([child.text for child in Window.children if isinstance(child, kit.Toast)], flush=True)
    stopTouchApp()


def press(_dt):
    touch = UnitTestTouch(*button.center)
    touch.touch_down()
    touch.touch_up()


button = Button(on_press=refuse)
Clock.schedule_once(press, 0.1)
runTouchApp(button)
"""


@pytest.mark.parametrize(("kind", "goes_on"), [("refused", True), ("defect", False)])
def test_a_refusal_is_said_and_a_defect_ends_the_program(kind: str, goes_on: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", APP, kind], capture_output=True, text=True, timeout=60, check=False
    )
    assert ("Máy không ghi được" in done.stdout) is goes_on, done.stderr
    assert (done.returncode == 0) is goes_on
