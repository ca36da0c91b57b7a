"""The application starts from its environment, and light."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.mobile.canary_process import CANARY

from field178_mobile.app import WINDOW, window_size

ROOT = Path(__file__).resolve().parents[2]
FIRST_FRAME = """
import os, sys
from field178_mobile.app import build_app
app = build_app(os.environ)
from kivy.base import EventLoop, runTouchApp
app._run_prepare()
runTouchApp(embedded=True)
EventLoop.idle()
heavy = {"requests", "cryptography", "marshmallow", "field178_mobile.store", "field178_shared.codelists"}
print("heavy", sorted(heavy & set(sys.modules)))
for _ in range(6):
    EventLoop.idle()
print("shows", type(app.root.children[0]).__name__)
app.dispatch("on_stop")
"""


def start(folder: Path, script: str = FIRST_FRAME, **more: str) -> subprocess.CompletedProcess[str]:
    own = {"FIELD178_TABLET_DIR": str(folder), "FIELD178_OFFSCREEN": "1", **more}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KIVY_")}
    done = subprocess.run(
        [sys.executable, "-c", script], env={**plain, **own}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done


def test_first_frame_needs_nothing_heavy_and_a_bare_tablet_then_enrols(tmp_path):
    output = start(tmp_path / "tablet", KIVY_CLIPBOARD="dummy").stdout
    assert "heavy []" in output
    assert "shows EnrolScreen" in output


def with_canary(folder: Path) -> list[str]:
    """Return the files of a folder in which a canary can be read."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.name for path in paths if CANARY in path.read_bytes())


def test_nothing_is_readable_on_a_tablet_that_was_killed_once_it_starts_again(tmp_path):
    folder = tmp_path / "tablet"
    command = [sys.executable, "-m", "tests.mobile.canary_process", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.kill()
    assert with_canary(folder) == ["bien-ban.pdf"]
    # Only as far as the first frame: nobody has unlocked it.
    start(folder, "import os\nfrom field178_mobile.app import build_app\nbuild_app(os.environ)\n")
    assert with_canary(folder) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc/self/mem")
def test_nothing_of_keys_and_texts_is_held_in_memory_after_the_lock(tmp_path):
    # Freed memory is overwritten by these settings: what is found is still held by something.
    scrubbed = {"PYTHONMALLOC": "malloc", "MALLOC_PERTURB_": "90", "KIVY_CLIPBOARD": "dummy"}
    script = Path(__file__).with_name("memory_process.py").read_text("utf-8")
    script = script.replace("sys.argv[1]", repr(str(tmp_path / "tablet")))
    lines = start(tmp_path / "tablet", script, **scrubbed).stdout.splitlines()
    open_, locked = (json.loads(line) for line in lines[-2:])
    assert min(open_.values()) > 0
    assert locked == {"key": 0, "device": 0, "text": 0}


def test_a_desktop_without_helpers_is_started_on_in_silence(tmp_path):
    (tmp_path / "empty").mkdir()
    # No xclip, xsel or display; no folder of earlier starts.
    started = start(tmp_path / "tablet", PATH=str(tmp_path / "empty"), HOME=str(tmp_path / "none"))
    assert started.stderr == ""


def test_an_error_of_kivy_is_still_shown(tmp_path):
    fault = "from kivy.logger import Logger\nLogger.error('Window: it broke')\n"
    assert "Window: it broke" in start(tmp_path / "tablet", FIRST_FRAME + fault).stderr


def test_window_is_the_landscape_tablet_unless_told():
    assert window_size({}) == WINDOW
    assert window_size({"FIELD178_WINDOW": "800x1280"}) == (800, 1280)
    assert window_size({"FIELD178_WINDOW": "wide"}) == WINDOW
