"""Serving without a temporary directory of the system, as a service under ProtectSystem=strict does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tests.server.serving.test_server import CHALLENGE, JSON, MEBIBYTE, READY, end, set_up

# What `tempfile` tries is read-only, the working directory included; the data folder can be written.
WITHOUT_TEMPORARY = """
set -e
mount --bind /tmp /tmp
mount -o remount,bind,ro /tmp
mount --bind /var/tmp /var/tmp
mount -o remount,bind,ro /var/tmp
mount --bind "$FIELD178_DATA_DIR" "$FIELD178_DATA_DIR"
mount -o remount,bind,rw "$FIELD178_DATA_DIR"
cd /proc
! touch /tmp/field178-test /var/tmp/field178-test 2>/dev/null
exec "$@"
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("without_tmp")
    set_up(folder, "http://127.0.0.1:8178")
    own = {"FIELD178_DATA_DIR": str(folder), "FIELD178_LANGUAGE": "vi"}
    inherited = {name: value for name, value in os.environ.items() if name not in {"TMPDIR", "TEMP", "TMP"}}
    server = [sys.executable, "-m", "field178_server.cli", "serve", "--port", "0"]
    process = subprocess.Popen(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", WITHOUT_TEMPORARY, "sh", *server],
        env=inherited | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    if not READY.fullmatch(line):
        reason = process.communicate()[1]
        if "unshare" in reason or "mount" in reason:
            pytest.skip(f"no mount namespace here: {reason.strip()}")
        pytest.fail(reason)
    yield line.split(": ")[1].strip()
    assert end(process) == 0
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()


@pytest.mark.parametrize(("size", "status"), [(MEBIBYTE, 200), (8 * MEBIBYTE, 413)])
def test_a_large_body_is_read_without_the_systems_temporary_directory(
    url: str, size: int, status: int
) -> None:
    body = json.dumps({"device": "0197a000-0000-7000-8000-000000000009"}).encode().ljust(size)
    answer = requests.post(f"{url}{CHALLENGE}", data=body, headers=JSON, timeout=20)
    assert answer.status_code == status


def test_serve_before_init_creates_no_file(tmp_path: Path) -> None:
    own = {"FIELD178_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "field178_server.cli", "serve", "--port", "0"]
    process = subprocess.run(command, env=os.environ | own, capture_output=True, timeout=60, check=False)
    assert process.returncode == 1
    assert list(tmp_path.iterdir()) == []
