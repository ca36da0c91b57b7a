"""Rows of the register and of filed records for data feeds, written straight into a store."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert

from field178_server.database.models import (
    EstablishmentProjection,
    FiledFacet,
    FiledRecord,
    FollowUpProjection,
    Record,
    SanctionRow,
)

UNIT = "unit:c11629_v1"
START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 1, 5)
STATES = ("approved", "approved", "waiting", "approved", "returned", "approved", "void")
RESULTS = ("compliant", None, "violation", "compliant", None)
NO_DAY = date(9999, 12, 31)


def record_id(kind: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}-{number}"))


def fill_feeds(engine: Engine, tenant_id: str, scope: str = UNIT, count: int = 60) -> None:
    """Write so many establishments and visits; each third visit has a finding, a decision and a follow-up."""
    with engine.begin() as connection:
        for model, rows in _tables(tenant_id, scope, range(count)):
            connection.execute(insert(model), list(rows))


def _tables(tenant_id: str, scope: str, numbers: Sequence[int]) -> Iterable[tuple[Any, Iterable[Any]]]:
    own = {"tenant_id": tenant_id, "scope": scope}
    places = [record_id("place", number) for number in numbers]
    visits = [record_id("visit", number) for number in numbers]
    records = [("establishment", place) for place in places] + [("inspection", visit) for visit in visits]
    first = 100_000
    yield (
        Record,
        (
            {**own, "record_id": id_, "type": kind, "rev": 1, "seq": first + place, "deleted": False}
            | {"h": "0" * 32, "body": _body(kind, place), "subject_id": None}
            for place, (kind, id_) in enumerate(records)
        ),
    )
    yield (
        EstablishmentProjection,
        (
            {**own, "record_id": id_, "unit_id": "c11629_v1", "establishment_type_id": "karaoke"}
            | {"operating_status_id": "operating", "name": _name(number), "address": "Thôn Trung"}
            | {"folded": "", "sort_key": f"{number:05}", "rev": 1, "changed_at": START}
            for number, id_ in zip(numbers, places, strict=True)
        ),
    )
    yield FiledRecord, (_visit(own, number) for number in numbers)
    beside = [number for number in numbers if number % 3 == 0]
    yield (
        FiledFacet,
        (
            {"tenant_id": tenant_id, "record_id": visits[number], "kind": "violation", "value": "kd_hours"}
            for number in beside
        ),
    )
    place = {**own, "unit_id": "c11629_v1", "team_id": None, "visited_on": FIRST_DAY}
    yield (
        FollowUpProjection,
        (
            {**place, "visit_id": visits[number], "line": "decision", "kind": "decision", "key": ""}
            | {"establishment_id": places[number], "title": "", "due_on": NO_DAY if number % 2 else FIRST_DAY}
            | {"own_closed_on": None, "closed_on": FIRST_DAY if number % 2 else None}
            | {"amount_vnd": None, "paid_vnd": None}
            for number in beside
        ),
    )
    yield (
        SanctionRow,
        (
            {**place, "visit_id": visits[number], "number_key": f"{number}qd", "decision_id": places[number]}
            | {"establishment_id": places[number], "document_number": f"{number}/QĐ"}
            | {"document_date": FIRST_DAY, "agency_id": "dist_labour_office", "sanction_id": "fine"}
            | {"amount_vnd": 3_000_000_000_000 + number, "paid_vnd": 0, "is_of_field": True}
            for number in beside
        ),
    )


def _body(kind: str, number: int) -> str:
    """Return what is stored of a record: each fifth visit answered nothing."""
    if kind != "inspection" or number % 5 == 0:
        return "{}"
    answers: dict[str, object] = {
        "workers_total": {"v": number % 7},
        "biz_registration": {"v": ("yes", "no", "na")[number % 3], "note": "Gọi 0912345678"},
        "cc_fix_deadline": {"v": f"2026-04-{number % 20 + 1:02}"},
    }
    if number % 6 == 0:
        # An answer of the time when the question required a word.
        answers["workers_total"] = {"v": "nhiều"}
    body = {
        "trigger": ("annual_plan", "tip_off")[number % 2],
        "decision_number": f"{number}/QĐ-UBND",
        "decision_date": f"2026-01-{number % 28 + 1:02}",
        "started_at": f"2026-01-{number % 28 + 1:02}T02:00:00.000Z",
        "local_escort_agencies": ["commune_police", "commune_health"][: number % 3],
        "findings": {f"f{index}": {"violation_id": "kd_hours"} for index in range(number % 4)},
        "answers": answers,
        "recommendation": "Gọi 0912345678",
    }
    return json.dumps(body, ensure_ascii=False)


def _visit(own: dict[str, str], number: int) -> dict[str, object]:
    return {
        **own,
        "record_id": record_id("visit", number),
        "type": "inspection",
        "unit_id": "c11629_v1",
        "establishment_id": record_id("place", number),
        "register_type_id": "karaoke",
        "register_unit_id": "c11629_v1",
        # Several on one day, so that the order needs the key.
        "occurred_on": None if number % 11 == 10 else FIRST_DAY + timedelta(days=number // 3),
        "kind": "planned",
        "outcome": RESULTS[number % len(RESULTS)],
        "title": f"{number}/QĐ-UBND",
        "rev": 1,
        "received_at": START + timedelta(minutes=number, microseconds=number * 1001),
        "changed_at": START,
        "review_state": STATES[number % len(STATES)],
    }


def _name(number: int) -> str:
    names = ("Nhà nghỉ Hoa Phượng", "Karaoke 100% Sao_Mai", "KARAOKE O'Hara", "Quán Đá")
    return f"{names[number % len(names)]} {number}"
