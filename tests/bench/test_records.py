import json
from statistics import mean

import pytest
from sqlalchemy import Engine
from tests.bench.records import ANSWERS, record
from tests.stores import sqlite_engine, sqlite_template
from tests.world import TEAM, UNIT, World

from field178_server.records.typed_value import decoded
from field178_server.replication.policy.record_validation import declared_types
from field178_shared import rules
from field178_shared.codelists import load
from field178_shared.rules import Context
from field178_shared.time.clock import SystemClock
from field178_shared.wire.canonical import canonical

__all__ = ["sqlite_engine", "sqlite_template"]

RECORDS = [record(number, TEAM, UNIT) for number in range(500)]
VISITS = [data for kind, _, data in RECORDS if kind == "inspection"]


def test_every_record_passes_schema_and_rules_without_a_problem() -> None:
    types, lists, context = declared_types(), load(), Context(SystemClock().now())
    for kind, _, data in RECORDS:
        assert decoded(kind, canonical(data)) is not None
        assert types.problem(kind, data) is None
        assert rules.filing_problems(kind, data, lists, context) == ()


def test_the_server_applies_every_record(sqlite_engine: Engine) -> None:
    tablet = World(sqlite_engine).tablet(TEAM, UNIT)
    changes = [
        {**tablet.create(), "type": kind, "scope": scope, "set": data} for kind, scope, data in RECORDS[:50]
    ]
    receipts = tablet.push(*changes)
    assert [receipt for receipt in receipts if receipt["status"] != "applied"] == []


def test_half_of_the_visits_have_violations_with_fines_and_corrections() -> None:
    fined = [data for data in VISITS if data.get("findings")]
    assert len(fined) == len(VISITS) / 2
    for data in fined:
        assert data["measures"]["fine_money"]["amount_vnd"] > 0
        assert data["follow_ups"].keys() == {
            finding["checklist_item_id"] for finding in data["findings"].values()
        }
    numbers = [data["measures"]["fine_money"]["document_number"] for data in fined]
    assert len(set(numbers)) == len(numbers)


def test_visits_have_the_stated_size_and_answers() -> None:
    assert mean(len(canonical(data)) for data in VISITS) == pytest.approx(2350, rel=0.03)
    assert {len(data["answers"]) for data in VISITS} == {ANSWERS}
    assert len({json.dumps(data["attachments"]) for data in VISITS}) == len(VISITS)
