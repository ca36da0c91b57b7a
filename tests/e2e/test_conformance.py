"""Conformance cases against real servers, the report of a faulty server, and the operator's command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests import postgres
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.foreign_office import server
from tests.e2e.recorded_days import office_of
from tests.e2e.server_process import ServerProcess, running_server
from tests.stores import POSTGRES, SQLITE, postgres_cluster

from field178_server.cli import conformance as command
from field178_server.cli import main
from field178_server.conformance import client as conformance
from field178_server.conformance import files
from field178_server.conformance.player import Player
from field178_server.conformance.report import FAILED, PASSED, UNSEEN, RuleResult, run
from field178_server.conformance.sender import Answer

__all__ = ["postgres_cluster", "server"]

Json = dict[str, Any]
Fault = Callable[[Json], Json]
CASES = list(files.cases())


def played(server: ServerProcess, cases: list[Json], maker: type = ForeignClient) -> dict[str, RuleResult]:
    office = office_of(server)
    office.begin()
    return {outcome.rule: outcome for outcome in run(Player(lambda: maker(server.url), office), cases)}


@pytest.mark.parametrize("engine", [SQLITE, POSTGRES])
def test_server_passes_every_case(request: pytest.FixtureRequest, tmp_path: Path, engine: str) -> None:
    environment = {}
    if engine == "postgres":
        cluster: postgres.Cluster = request.getfixturevalue("postgres_cluster")
        environment["FIELD178_DATABASE_URL"] = cluster.new_database()
    with running_server(tmp_path, **environment) as server:
        outcomes = played(server, CASES)
    assert [outcome.line() for outcome in outcomes.values() if outcome.result not in (PASSED, UNSEEN)] == []


def faulty(fault: Fault) -> type[conformance.ForeignClient]:
    """Return clients of a server with a fault in the frames of its answers."""

    class FaultyClient(conformance.ForeignClient):
        def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
            answer = super().send(method, path, body, headers)
            if answer.headers.get("content-type") != "application/x-ndjson":
                return answer
            frames = [fault(json.loads(line)) for line in answer.text.splitlines()]
            return Answer(answer.status_code, answer.headers, "\n".join(map(json.dumps, frames)).encode())

    return FaultyClient


def frame(kind: str, **members: object) -> Fault:
    return lambda received: received | members if received["frame"] == kind else received


FAULTS = {
    "R2.15": frame("rec", h="0" * 32),
    "R2.19": lambda received: received | {"digest": [0, "1" * 32]} if "digest" in received else received,
    "R6.23": frame("end", frames=1),
    "R5.16": frame("res", status="unchanged"),
    "R5.17": frame("res", reason="locked"),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_planted_fault_is_reported_under_its_rule(server: ServerProcess, rule: str) -> None:
    cases = [case for case in CASES if case["name"] == "verdicts path by path"]
    outcomes = played(server, cases, faulty(FAULTS[rule]))
    assert outcomes[rule].result == FAILED
    assert "expected" in outcomes[rule].reason


def test_command_prints_a_line_for_each_rule(server: ServerProcess) -> None:
    printed = server.command("conformance", server.url, "--yes", "--rule", "R2.9", "--rule", "R12.3")
    assert printed.splitlines() == ["R2.9 passed", "R12.3 not seen from outside: binds the client alone"]


def test_command_with_a_code_plays_the_cases_that_need_no_operator(server: ServerProcess) -> None:
    code = json.loads(server.command("enrol-code", "--user", "an", "--json"))["code"]
    arguments = ["conformance", server.url, "--yes", "--code", code, "an", "--json"]
    printed = server.command(*arguments, stdin="con-trau-gam-co-an-1\n")
    results = {row["rule"]: row["result"] for row in json.loads(printed)}
    assert (results["R2.3"], results["R12.11"]) == (PASSED, "not played")
    assert FAILED not in results.values()


def test_command_ends_with_1_after_a_failure(server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "ForeignClient", faulty(FAULTS["R6.23"]))
    environment = {"FIELD178_DATA_DIR": str(server.folder), "FIELD178_PASSWORD_COST": "test"}
    done = CliRunner().invoke(main, ["conformance", server.url, "--yes", "--rule", "R6.23"], env=environment)
    assert done.exit_code == 1
    assert done.stdout.startswith("R6.23 failed: 06-exchange/")


def test_command_asks_before_it_writes(server: ServerProcess) -> None:
    done = CliRunner().invoke(main, ["conformance", server.url], input="n\n")
    assert done.exit_code == 1
    assert server.url in done.stderr
