"""Records as different from one another as those of real visits, the same on every run."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from tests.e2e.foreign_client import ForeignClient, Json
from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.ids import IdSource
from field178_shared.records.number_block import minutes_number
from field178_shared.rules.findings import frame_snapshot
from field178_shared.time.clock import SystemClock, local_date

ANSWERS = 20
# Serials of minutes have six digits at most; no visit has the last.
_SERIALS = 999_998
_BEGAN = datetime(2026, 1, 5, 1, tzinfo=UTC)
# As a tablet makes them: half of a time-ordered id is as in the one before.
IDS = IdSource(SystemClock())
_LISTS = load()
# Violations with a verified fine frame that "no" to an item of these visits offers.
_VIOLATIONS = {
    "fire_exits_clear": "fire_exit_obstructed",
    "fire_exit_unlocked": "fire_exit_locked",
    "fire_extinguishers": "fire_equipment_substandard",
    "fire_emergency_lights": "fire_signs_missing",
    "fire_training": "fire_no_training",
    "kd_rooms_match": "kd_licence_not_adjusted",
}
_NOTE = (
    "cơ sở đã treo biển niêm yết giá tại quầy lễ tân lối thoát nạn tầng hai còn để vật dụng "
    "đề nghị dọn trước ngày kiểm tra lại sổ lưu trú ghi đủ khách trong tuần nhân viên mới chưa ký cam kết "
    "bình chữa cháy đã hết hạn"
)
_WORDS = _NOTE.split()


class StoredVisit(NamedTuple):
    """A stored visit that can be edited."""

    record_id: str
    minutes_number: str


def team_of(client: ForeignClient) -> str:
    """Return the scope of the client's team."""
    return next(scope for scope in client.cursors if scope.startswith("team:"))


def unit_of(client: ForeignClient) -> str:
    """Return the scope of the first commune of the client's team."""
    return min(scope for scope in client.cursors if scope.startswith("unit:"))


def record(number: int, team: str, unit: str = "unit:c11629_v1") -> tuple[str, str, Json]:
    """Return type, scope and data of a valid record: four visits with 20 answers to one outreach session.

    Half of the visits have violations with fines and corrections. A visit has about 2.35 kB of canonical JSON
    on average, a session 0.9 kB.
    """
    randomness, unit_id = random.Random(number), unit.partition(":")[2]
    if number % 5 == 4:
        return "outreach_session", unit, _session(randomness, unit_id, number)
    return "inspection", team, _visit(randomness, unit_id, team.partition(":")[2], number)


def _visit(randomness: random.Random, unit_id: str, team_id: str, number: int) -> Json:
    began = _BEGAN + timedelta(minutes=number)
    ended = began + timedelta(minutes=randomness.randint(25, 110))
    data = builders.inspection(
        unit_id=unit_id,
        team_id=team_id,
        establishment_id=_uuid(randomness),
        decision_number=f"{randomness.randint(1, 400)}/QĐ-UBND",
        started_at=_instant(began),
        ended_at=_instant(ended),
        captured_at=_instant(began),
        check_in={**_position(randomness), "captured_at": _instant(began)},
        local_escort_agencies=None,
        recommendation=_text(randomness, 6),
        minutes_number=minutes_number(number % _SERIALS + 1),
        record_code=f"AL-T01-26-{number:04d}",
        filed_at=_instant(ended + timedelta(minutes=5)),
    )
    data["answers"] = dict(list(data["answers"].items())[:ANSWERS])
    has_violations = number % 2 == 1
    if has_violations:
        data |= _violations(randomness, local_date(began), number)
        for finding in data["findings"].values():
            answer = {"v": "no", "note": _text(randomness, 6)}
            data["answers"][finding["checklist_item_id"]] = answer
    data["attachments"] = {_uuid(randomness): _photo(randomness, began) for _ in range(1 + has_violations)}
    return data


def _violations(randomness: random.Random, day: date, number: int) -> Json:
    """Return the fields of a visit with one or two violations: a warning or a fine, and corrections."""
    items = randomness.sample(sorted(_VIOLATIONS), 1 if randomness.random() < 0.8 else 2)
    return {
        "overall_result": "violation_recorded",
        "representative_opinion": _text(randomness, 6),
        "findings": {f"{item}-{_VIOLATIONS[item]}": _finding(item, day) for item in items},
        "measures": {
            "admin_minutes": {"measure_id": "admin_minutes"},
            "fine_money": {
                "measure_id": "fine_money",
                "violation_ids": sorted(_VIOLATIONS[item] for item in items),
                "document_number": f"{number + 1}/QĐ-XPHC",
                "document_date": (day + timedelta(days=randomness.randint(1, 7))).isoformat(),
                "agency_id": "commune_people_committee",
                "amount_vnd": randomness.randint(20, 150) * 100_000,
            },
        },
        "follow_ups": {
            item: {
                "text": _text(randomness, 6),
                "due_on": (day + timedelta(days=randomness.randint(7, 30))).isoformat(),
                "status": "open",
            }
            for item in items
        },
    }


def _finding(item: str, day: date) -> Json:
    violation_id = _VIOLATIONS[item]
    return {
        "violation_id": violation_id,
        "checklist_item_id": item,
        "occurred_on": day.isoformat(),
        "frame": frame_snapshot(_LISTS.frame_on(violation_id, day)),
    }


def _session(randomness: random.Random, unit_id: str, number: int) -> Json:
    return builders.outreach_session(
        unit_id=unit_id,
        duration_minutes=30 + number % 60,
        establishments={_uuid(randomness): {"attendance_count": 5, "first_time_count": 3}},
        summary=_text(randomness, 12),
        record_code=f"AL-T01-26-{number:04d}",
    )


def _photo(randomness: random.Random, taken: datetime) -> Json:
    return {
        "sha256": randomness.randbytes(32).hex(),
        "size": randomness.randint(180_000, 420_000),
        "content_type": "image/jpeg",
        "evidence_kind": "photo_premises",
        "taken_at": _instant(taken + timedelta(seconds=randomness.randint(60, 900))),
        "screened": True,
    }


def _position(randomness: random.Random) -> Json:
    return {
        "lat": 208_100_000 + randomness.randint(0, 200_000),
        "lon": 1_065_400_000 + randomness.randint(0, 200_000),
        "accuracy_m": randomness.randint(4, 40),
        "fix_age_s": randomness.randint(0, 20),
    }


def _uuid(randomness: random.Random) -> str:
    return str(uuid.UUID(int=randomness.getrandbits(128), version=4))


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def new_changes(client: ForeignClient, numbers: range) -> list[Json]:
    """Return creates of records with these numbers."""
    made = (record(number, team_of(client), unit_of(client)) for number in numbers)
    return [
        client.change(IDS.time_ordered(), kind, scope, data, create=True, change_id=IDS.time_ordered())
        for kind, scope, data in made
    ]


def edits(client: ForeignClient, visits: Sequence[StoredVisit]) -> list[Json]:
    """Return one small edit of each visit that nobody has edited yet: the number of its minutes."""
    return [
        client.change(
            visit.record_id,
            "inspection",
            team_of(client),
            {"minutes_number": minutes_number(_SERIALS + 1)},
            was={"minutes_number": visit.minutes_number},
            base_rev=1,
            change_id=IDS.time_ordered(),
        )
        for visit in visits
    ]


def _text(randomness: random.Random, count: int) -> str:
    return " ".join(randomness.choices(_WORDS, k=count)).capitalize()
