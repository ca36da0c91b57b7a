"""Files of the conformance checks: cases or reasons for each rule, days that replay without a server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.contract.protocol_document import PROTOCOL

from field178_server.conformance import files
from field178_server.conformance.client import ForeignClient
from field178_server.conformance.office import Office
from field178_server.conformance.player import Player, recorded
from field178_server.conformance.sender import Answer

Json = dict[str, Any]
FRAMES = {"hello", "res", "rec", "leave", "ck", "resync", "repair", "salvaged", "end"}
DAYS = list(files.days())


def test_each_rule_has_a_case_or_the_reason_why_not() -> None:
    with_case = {rule for case in files.cases() for rule in case["rules"]}
    assert with_case.isdisjoint(files.unseen())
    assert with_case | files.unseen().keys() == set(PROTOCOL.rules())


def test_cases_have_names_of_their_own() -> None:
    names = [(case["file"], case["name"]) for case in files.cases()]
    assert len(set(names)) == len(names)


def test_recorded_days_contain_every_frame() -> None:
    exchanges = [exchange for day in DAYS for exchange in files.recording(day["file"])["exchanges"]]
    answers = [exchange["answer"] for exchange in exchanges if exchange["request"].endswith("/sync")]
    assert {frame["frame"] for answer in answers for frame in answer} == FRAMES


@dataclass
class RecordedServer:
    """Server that returns recorded answers, and compares requests with those recorded."""

    exchanges: list[Json]
    client: list[ForeignClient] = field(default_factory=list)

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        exchange = self.exchanges.pop(0)
        answer = exchange["answer"]
        is_stream = isinstance(answer, list)
        kind = "application/x-ndjson" if is_stream else "application/json"
        lines = [json.dumps(line) for line in answer] if is_stream else [json.dumps(answer)]
        found_headers = {"content-type": kind, "f178-protocol": "1"}
        result = Answer(exchange["status"], found_headers, "\n".join(lines).encode())
        assert recorded(exchange["client"], f"{method} {path}", body, result) == exchange
        return result


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day["file"])
def test_a_recorded_day_replays_without_a_server(day: Json) -> None:
    exchanges = list(files.recording(day["file"])["exchanges"])
    server = RecordedServer(exchanges)
    codes = [exchange["body"]["code"] for exchange in exchanges if exchange["request"].endswith("/devices")]

    def operator(arguments: tuple[str, ...], _: str) -> str:
        return codes.pop(0) if arguments[0] == "enrol-code" else ""

    class ReplayedClient(ForeignClient):
        def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
            return server.send(method, path, body, headers)

    player = Player(lambda: ReplayedClient(""), Office(operator, login="an"), dict(day["variables"]))
    player.restore = lambda _: None
    player.play(day)
    assert exchanges == []
