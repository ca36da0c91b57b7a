"""Tablet of the demo as a process of its own, played by script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from scripts.demo.server_process import DemoClock, last_lines
from scripts.demo.words import _
from scripts.tablet_player import file_keyring

# Ending a program with a window takes time on a busy machine.
TABLET_STOP_WITHIN_S = 60.0
ROOT = Path(__file__).resolve().parents[2]
PLAYER = "scripts.tablet_player"


class Tablet:
    """The real tablet application, controlled through its screens by the player script."""

    def __init__(self, folder: Path, clock: DemoClock, screen: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        own = {
            "FIELD178_TABLET_DIR": str(folder),
            "FIELD178_CLOCK_START": clock.setting(),
            # The demo must not ask to unlock the key store of the machine.
            "PYTHON_KEYRING_BACKEND": file_keyring.NAME,
        }
        self._log_file = folder / "tablet.log"
        self._log = self._log_file.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", PLAYER],
            cwd=ROOT,
            env={**os.environ, **own, **screen},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def ask(self, do: str, **given: object) -> dict[str, object]:
        """Run one command of the player; return what the screens show afterwards.

        Raises ChildProcessError with the last lines of the tablet's log.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # A tablet that has ended does not read; its log contains the reason.
        with suppress(BrokenPipeError):
            print(json.dumps({"do": do, **given}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            text = _("the tablet ended at “{do}”. The last lines of {log}:")
            raise ChildProcessError(self._failure(text, do))
        answer: dict[str, object] = json.loads(line)
        if "error" in answer:
            text = _("the tablet could not do “{do}”. The last lines of {log}:")
            raise ChildProcessError(self._failure(text, do))
        return answer

    def close(self) -> None:
        """Close the application."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait(TABLET_STOP_WITHIN_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()

    def _failure(self, text: str, do: str) -> str:
        return f"{text.format(do=do, log=self._log_file)}\n{last_lines(self._log_file)}"
