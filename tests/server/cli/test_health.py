"""Command `health`, as a monitor runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.server.cli.command import Command


def test_exit_code_follows_the_checks_and_each_is_printed(field178: Command, tmp_path: Path) -> None:
    before = field178.run("health")
    assert before.exit_code == 1
    assert "[Không ổn] Bản sao lưu gần nhất: Chưa có bản nào đã kiểm chứng" in before.stdout
    field178("backup", "--to", str(tmp_path / "usb"))
    after = field178.run("health", "--json")
    assert after.exit_code == 0, after.stdout
    answer = json.loads(after.stdout)
    assert answer["is_healthy"] is True
    checks = {check["name"]: check for check in answer["checks"]}
    assert checks["backup"]["level"] == "ok"
    assert checks["backup"]["folder"].startswith(str(tmp_path / "usb"))
    assert checks["backup"]["age_hours"] == 0


def test_server_that_is_not_set_up_is_a_fault_not_a_crash(command: Command) -> None:
    result = command.run("health", "--json")
    assert result.exit_code == 1
    [check] = json.loads(result.stdout)["checks"]
    assert (check["name"], check["level"], check["reason"]) == ("version", "fault", "not_installed")
    assert not command.folder.exists()
