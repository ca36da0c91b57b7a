"""Days of the conformance package on a fresh server; `python -m tests.e2e.recorded_days` records them."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess, running_server

from field178_server.conformance import files
from field178_server.conformance.office import Office
from field178_server.conformance.player import Player

Json = dict[str, Any]
FOLDER = Path(files.__file__).parent / "recorded"
# Members with values of their own on each server or at each moment.
_FREE = {"now", "at", "server", "sig", "hash", "token", "nonce", "signature", "receipt_key"} | {
    "sealing_key",
    "tenant",
    "code",
    "notices",
}


def office_of(server: ServerProcess, **login: str) -> Office:
    """Return the office of a test server; commands run in this process."""

    def operator(arguments: Sequence[str], stdin: str) -> str:
        return server.command(*arguments, stdin=stdin)

    return Office(operator, **login)


@dataclass
class Backup:
    """Copy of the store of a server, for the days with a restore."""

    server: ServerProcess

    def __call__(self, action: str) -> None:
        """Save the store, or restore it as an operator does."""
        port, store = self.server.port, self.server.folder / "field178.sqlite"
        backup = self.server.folder / "backup.sqlite"
        self.server.stop()
        if action == "save":
            _copy(store, backup)
        else:
            _copy(backup, store)
            self.server.command("new-epoch")
        self.server.start(port)


def play(day: Json, folder: Path) -> list[Json]:
    """Play a day on a fresh server and return its exchanges."""
    with running_server(folder) as server:
        office = office_of(server, login="an")
        office.add_user("an", "team_lead", "--team", "Đội 178")
        player = Player(lambda: ForeignClient(server.url), office, dict(day["variables"]))
        player.restore, player.recording = Backup(server), []
        player.play(day)
        return player.recording


def differences(played: Any, stored: Any, names: dict[str, str], place: str = "") -> list[str]:
    """Return the places at which two recordings differ; ids of the server may be others."""
    if isinstance(played, dict) and isinstance(stored, dict):
        renamed = _rename(played, stored, names)
        if renamed.keys() != stored.keys():
            return [f"{place}: {sorted(renamed)} {sorted(stored)}"]
        return [
            difference
            for name in stored.keys() - _FREE
            for difference in differences(renamed[name], stored[name], names, f"{place}/{name}")
        ]
    if isinstance(played, list) and isinstance(stored, list) and len(played) == len(stored):
        return [
            difference
            for number, pair in enumerate(zip(played, stored, strict=True))
            for difference in differences(*pair, names, f"{place}/{number}")
        ]
    if isinstance(played, str) and isinstance(stored, str):
        return [] if names.setdefault(played, stored) == stored else [f"{place}: {played} {stored}"]
    return [] if played == stored else [f"{place}: {played} {stored}"]


def _rename(played: Json, stored: Json, names: dict[str, str]) -> Json:
    """Return the played members under their recorded names; a single other name is that of an id."""
    renamed = {names.get(name, name): value for name, value in played.items()}
    other, missing = sorted(renamed.keys() - stored.keys()), sorted(stored.keys() - renamed.keys())
    if len(other) == len(missing) == 1:
        renamed[missing[0]] = renamed.pop(other[0])
    return renamed


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def _write() -> None:
    for day in files.days():
        with tempfile.TemporaryDirectory() as folder:
            exchanges = play(day, Path(folder))
        lines = ",\n  ".join(json.dumps(exchange, ensure_ascii=False) for exchange in exchanges)
        head = {"name": day["name"], "about": day["about"], "variables": day["variables"]}
        text = json.dumps(head, ensure_ascii=False)[:-1] + f', "exchanges": [\n  {lines}\n]}}\n'
        (FOLDER / f"{day['file']}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _write()
