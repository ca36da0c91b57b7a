"""Command `demo --data-only`, and the figures of its records."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.postgres import Cluster
from tests.server.cli.command import Command
from tests.stores import POSTGRES, SQLITE

from field178_shared.codelists import demo


@pytest.fixture(params=[SQLITE, POSTGRES])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The settings of a store that is not there yet, once on each engine."""
    settings = {"FIELD178_DATA_DIR": str(tmp_path / "data"), "FIELD178_PASSWORD_COST": "test"}
    if request.param == "postgres":
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        settings["FIELD178_DATABASE_URL"] = cluster.new_database()
    return settings


def answer_of(store: dict[str, str], *arguments: str) -> dict[str, dict[str, object]]:
    """Run a command as a process of its own; return its answer."""
    done = subprocess.run(
        [sys.executable, "-m", "field178_server.cli", *arguments, "--json"],
        env={**os.environ, **store},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    output = json.loads(done.stdout)
    assert isinstance(output, dict)
    return output


def test_the_golden_figures_come_out_of_the_records_that_it_makes(store: dict[str, str]) -> None:
    """What waits for review changes none of the fourteen either: it is of the year after."""
    made = answer_of(store, "demo", "--data-only")
    totals, golden = demo()["totals"], demo()["golden_indicators"]
    assert made["establishment"] == totals["establishments"]
    assert made["media_post"] == totals["media_items"]
    figures = answer_of(store, "indicators", "--year", "2024", "--profile", "an_lao_2024")
    assert len(golden) == 14
    assert {name: {key: figures[name][key] for key in ("num", "den", "value")} for name in golden} == golden
    assert {name: figures[name]["pending"] for name in golden} == golden
    assert set(figures["workers_reached_pct"]) == {
        "num",
        "den",
        "value",
        "low",
        "high",
        "counted",
        "target",
        "met",
        "verdict",
        "pending",
    }
    assert (figures["workers_reached_pct"]["target"], figures["workers_reached_pct"]["met"]) == (60, True)
    assert figures["iz_workers_reached_pct"]["met"] is False


def test_a_store_with_records_is_left_alone(field178: Command) -> None:
    refused = field178.run("demo", "--data-only")
    assert refused.exit_code == 1
    assert "đã có bản ghi" in refused.output
    assert [row[1] for row in field178.rows("user", "list")] == ["an"]


def test_the_play_itself_needs_a_checkout(command: Command) -> None:
    refused = command.run("demo")
    assert refused.exit_code == 2
    assert "make demo" in refused.output
    assert not command.folder.exists()


def test_people_read_how_much_was_made_and_sign_in_with_the_password_they_gave(command: Command) -> None:
    lines = command("demo", "--data-only", stdin="gia-lap-an-lao-178\n").splitlines()
    assert f"establishment: {demo()['totals']['establishments']}" in lines
    assert not [line for line in lines if line.startswith("password")]
