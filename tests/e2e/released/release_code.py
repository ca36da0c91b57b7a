"""Code of a released version, taken from the history, and its processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.server_process import READY, START_S

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
_PARTS = ("server", "mobile", "shared", "tests", "pyproject.toml")


@dataclass(frozen=True)
class ReleaseCode:
    """The files of a released version in a folder of their own."""

    version: str
    folder: Path

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment in which Python imports the release and not this version."""
        paths = (self.folder / part for part in ("mobile", "server", "shared", "."))
        own = {
            "PYTHONPATH": os.pathsep.join(str(path) for path in paths),
            "FIELD178_PASSWORD_COST": "test",
            "FIELD178_SECOND_FACTOR": "optional",
        }
        return {**os.environ, **own, **(extra or {})}

    def run(self, *arguments: str, extra: Mapping[str, str] | None = None, stdin: str = "") -> str:
        """Run Python with the release and return what it prints; a failure shows its output."""
        done = self.attempt(*arguments, extra=extra, stdin=stdin)
        assert done.returncode == 0, f"{self.version} {arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def attempt(
        self, *arguments: str, extra: Mapping[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run Python with the release, whatever its exit code."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.environment(extra),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def command(self, *arguments: str, extra: Mapping[str, str], stdin: str = "") -> str:
        """Run one `field178` command of the release."""
        return self.run("-c", _COMMAND, *arguments, extra=extra, stdin=stdin)

    @contextmanager
    def serving(self, folder: Path, extra: Mapping[str, str]) -> Iterator[str]:
        """Serve a store by the release in the block; give its address."""
        output = folder / "server.release.out"
        with output.open("w") as stream:
            process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND, "serve", "--host", "127.0.0.1", "--port", "0"],
                cwd=self.folder,
                env=self.environment(extra),
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        try:
            end = time.monotonic() + START_S
            while (address := READY.search(output.read_text())) is None:
                assert time.monotonic() < end, output.read_text()
                assert process.poll() is None, output.read_text()
                time.sleep(0.02)
            yield address.group()
        finally:
            process.terminate()
            process.wait(timeout=20)


_COMMAND = "from field178_server.command import main; main()"


def newest_release(folder: Path) -> ReleaseCode | None:
    """Write the files of the newest release into a folder; None if the history here does not reach it."""
    release = tomllib.loads((HERE / "releases.toml").read_text("utf-8"))["release"][-1]
    archive = subprocess.run(
        ["git", "archive", "--format=tar", release["commit"], *_PARTS],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if archive.returncode:
        return None
    subprocess.run(["tar", "x", "-C", str(folder)], input=archive.stdout, check=True)
    return ReleaseCode(release["version"], folder)
