"""Command `demo --data-only`, and the figures of its records."""

from __future__ import annotations

from typing import Any

from tests.server.cli.command import Command

from field178_shared.codelists import demo


def test_the_golden_figures_come_out_of_the_records_that_it_makes(command: Command) -> None:
    """What waits for review changes none of the fourteen either: it is of the year after."""
    totals, golden = demo()["totals"], demo()["golden_indicators"]
    lines = command("demo", "--data-only", stdin="gia-lap-an-lao-178\n").splitlines()
    assert f"establishment: {totals['establishments']}" in lines
    assert f"media_post: {totals['media_items']}" in lines
    assert not [line for line in lines if line.startswith("password")]
    figures: dict[str, Any] = command.json("indicators", "--year", "2024", "--profile", "an_lao_2024")
    assert len(golden) == 14
    assert {name: {key: figures[name][key] for key in ("num", "den", "value")} for name in golden} == golden
    assert {name: figures[name]["pending"] for name in golden} == golden
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
