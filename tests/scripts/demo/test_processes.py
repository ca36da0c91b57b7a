import os
import socket
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import Mock

import pytest
from click.testing import CliRunner
from scripts.demo import play, tablet_process
from scripts.demo.__main__ import main
from scripts.demo.held_port import HeldPort, held_port
from scripts.demo.server_process import DemoClock, ServerProcess
from scripts.demo.tablet_process import Tablet

# The server is meant to outlive the process that started it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def server(tmp_path: Path) -> ServerProcess:
    return ServerProcess(tmp_path / "office", DemoClock.started(), 0)


@pytest.fixture
def served(server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> ServerProcess:
    """A server whose program only says that it is ready."""
    ready = "import time; print('ready', flush=True); time.sleep(60)"
    monkeypatch.setattr(ServerProcess, "command", lambda _self: [sys.executable, "-c", ready])
    return server


def test_a_stranger_that_got_the_number_of_an_earlier_server_lives_on(server: ServerProcess) -> None:
    server.folder.mkdir()
    with subprocess.Popen(SLEEPER) as stranger:
        server.pid_file.write_text(str(stranger.pid), "ascii")
        assert server.stop() is False
        assert stranger.poll() is None
        stranger.kill()
    assert not server.pid_file.exists()


def test_the_server_that_is_named_ends(served: ServerProcess) -> None:
    served.start()
    pid = int(served.pid_file.read_text("ascii"))
    assert ServerProcess(served.folder, served.clock, 0).stop() is True
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert served.stop() is False


def test_tablet_that_cannot_start_reports_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tablet_process, "PLAYER", "scripts.no_such_module")
    tablet = Tablet(tmp_path / "tablet", DemoClock.started(), {})
    for _try in range(2):  # the second try meets a pipe that nobody reads
        with pytest.raises(ChildProcessError, match=r"No module named scripts\.no_such_module"):
            tablet.ask("enrol")
    tablet.close()


@pytest.mark.parametrize("error", [ChildProcessError("no window"), KeyboardInterrupt()])
def test_a_play_that_breaks_off_leaves_no_server(
    tmp_path: Path, served: ServerProcess, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def broken(*_given: object) -> None:
        raise error

    monkeypatch.setattr(play, "Tablet", broken)
    monkeypatch.setattr(play, "fill", lambda _server: None)
    monkeypatch.setattr(play, "_report_store", lambda _stage: None)
    with pytest.raises(type(error)):
        play.play(tmp_path, print, {}, held_port(0))
    assert not served.pid_file.exists()
    assert play.stop(tmp_path) is False


def test_port_of_a_paused_server_is_no_other_programs(served: ServerProcess) -> None:
    served.held = held_port(0)
    served.port = served.held.port
    served.start()
    served.pause()
    with pytest.raises(OSError, match="in use"):
        socket.create_server(("0.0.0.0", served.port))
    with socket.create_connection(("127.0.0.1", served.port)) as caller:
        caller.settimeout(10)
        assert caller.recv(1) == b""
    served.stop()
    HeldPort(served.port).release()


def test_demo_names_a_port_that_another_program_has(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        result = CliRunner().invoke(main, ["--folder", str(tmp_path / "demo"), "--port", str(port)])
    assert result.exit_code == 1
    assert f"{port}" in result.output
    assert "PORT=8200" in result.output


@pytest.mark.parametrize(
    ("trouble", "is_believed"), [("unreachable", True), ("session", False), (None, False)]
)
def test_step_without_a_server_fails_when_another_program_answered(
    server: ServerProcess, monkeypatch: pytest.MonkeyPatch, trouble: str | None, is_believed: bool
) -> None:
    shown = {"taps": 1, "word": "unsent", "records": ["r"], "unsent": 5, "trouble": trouble, "line": "…"}
    tablet = Mock(Tablet, **{"ask.return_value": shown})
    monkeypatch.setattr(ServerProcess, "pause", lambda _self: None)
    seeded = Mock(**{"team.unit_ids": ["c11629_v1"]})
    stage = play.Stage(server, seeded, print)
    with nullcontext() if is_believed else pytest.raises(play.UnexpectedOutcome):
        play._work_without_network(stage, tablet)
