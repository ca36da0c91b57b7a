import os
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.demo import play, processes
from scripts.demo.processes import DemoClock, ServerProcess, Tablet

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


def test_a_tablet_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PLAYER", "scripts.no_such_module")
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
    monkeypatch.setattr(play, "_tell_store", lambda _stage: None)
    with pytest.raises(type(error)):
        play.play(tmp_path, print, {})
    assert not served.pid_file.exists()
    assert play.stop(tmp_path) is False
