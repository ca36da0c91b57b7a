"""A SQLite store has one server process, beside which commands run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("the lock is that of POSIX", allow_module_level=True)

from tests.e2e.server_process import ServerProcess
from tests.office_keys import give_office_key
from tests.server.cli.command import Command
from tests.server.serving.test_server import set_up

from field178_server.database.single_server import AlreadyServedError, claim_store
from field178_server.settings import Settings
from field178_server.wsgi import application_of

LOOPBACK = "http://127.0.0.1:8178"


def test_second_server_is_refused_until_the_first_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = set_up(tmp_path, LOOPBACK)
    first = ServerProcess(tmp_path)
    first.start()
    own = {**os.environ, "FIELD178_DATA_DIR": str(tmp_path), "FIELD178_LANGUAGE": "en"}
    serving = [sys.executable, "-m", "field178_server.cli", "serve", "--port", "0"]
    second = subprocess.run(serving, env=own, capture_output=True, text=True)
    refusal = f"Error: A server serves {tmp_path} already; one SQLite store has one server. Stop it first.\n"
    assert (second.returncode, second.stderr) == (1, refusal)
    with pytest.raises(AlreadyServedError):
        application_of(settings)
    give_office_key(settings.key_dir)
    command = Command(tmp_path, monkeypatch)
    for beside in (("user", "add", "an", "--role", "admin", "--generate"), ("backup",), ("tidy",)):
        command(*beside)
    first.kill()
    third = ServerProcess(tmp_path)
    third.start()
    assert third.end() == 0


def test_another_engine_needs_no_claim(tmp_path: Path) -> None:
    for url in ("postgresql+psycopg://field178@localhost/field178", "sqlite://"):
        settings = Settings(data_dir=tmp_path, database_url=url)
        claim_store(settings)
        claim_store(settings)


def test_two_data_folders_on_one_store_are_one_claim(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    claim_store(Settings(data_dir=tmp_path / "a", database_url=url))
    with pytest.raises(AlreadyServedError):
        claim_store(Settings(data_dir=tmp_path / "b", database_url=url))
