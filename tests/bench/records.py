"""Records as different from one another as those of real visits, the same on every run."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta

from tests.e2e.foreign_client import ForeignClient, Json
from tests.shared import builders

from field178_shared.ids import IdSource
from field178_shared.records.number_block import minutes_number
from field178_shared.time.clock import SystemClock

ANSWERS = 20
_PHOTOS = 2
_BEGAN = datetime(2026, 1, 5, 1, tzinfo=UTC)
# As a tablet makes them: half of a time-ordered id is as in the one before.
IDS = IdSource(SystemClock())
_WORDS = (
    "cơ",
    "sở",
    "đã",
    "treo",
    "biển",
    "niêm",
    "yết",
    "giá",
    "tại",
    "quầy",
    "lễ",
    "tân",
    "lối",
    "thoát",
    "nạn",
    "tầng",
    "hai",
    "còn",
    "để",
    "vật",
    "dụng",
    "đề",
    "nghị",
    "dọn",
    "trước",
    "ngày",
    "kiểm",
    "tra",
    "lại",
    "sổ",
    "lưu",
    "trú",
    "ghi",
    "đủ",
    "khách",
    "trong",
    "tuần",
    "nhân",
    "viên",
    "mới",
    "chưa",
    "ký",
    "cam",
    "kết",
    "bình",
    "chữa",
    "cháy",
    "đã",
    "hết",
    "hạn",
)


def team_of(client: ForeignClient) -> str:
    """Return the scope of the client's team."""
    return next(scope for scope in client.cursors if scope.startswith("team:"))


def unit_of(client: ForeignClient) -> str:
    """Return the scope of the first commune of the client's team."""
    return min(scope for scope in client.cursors if scope.startswith("unit:"))


def record(number: int, team: str, unit: str = "unit:c11629_v1") -> tuple[str, str, Json]:
    """Return type, scope and data of a record: four visits with 20 answers to one outreach session.

    A visit has about 2.3 kB of canonical JSON, a session 0.9 kB: notes in Vietnamese, photos by their hash,
    times and a position of its own. In batches of 500 a record takes 300 bytes on the line, ids included.
    """
    words, unit_id = random.Random(number), unit.partition(":")[2]
    if number % 5 == 4:
        return "outreach_session", unit, _session(words, unit_id, number)
    return "inspection", team, _visit(words, unit_id, team.partition(":")[2], number)


def _visit(words: random.Random, unit_id: str, team_id: str, number: int) -> Json:
    began = _BEGAN + timedelta(minutes=number)
    ended = began + timedelta(minutes=words.randint(25, 110))
    data = builders.inspection(
        unit_id=unit_id,
        team_id=team_id,
        establishment_id=_uuid(words),
        decision_number=f"{words.randint(1, 400)}/QĐ-UBND",
        started_at=_instant(began),
        ended_at=_instant(ended),
        check_in={**_position(words), "captured_at": _instant(began)},
        recommendation=_text(words, 10),
        representative_opinion=_text(words, 6),
        record_code=f"AL-T01-26-{number:04d}",
        filed_at=_instant(ended + timedelta(minutes=5)),
        attachments={_uuid(words): _photo(words, began) for _ in range(_PHOTOS)},
    )
    data["answers"] = dict(list(data["answers"].items())[:ANSWERS])
    for item in words.sample(sorted(data["answers"]), 2):
        data["answers"][item] = {"v": "no", "note": _text(words, 6)}
    return data


def _session(words: random.Random, unit_id: str, number: int) -> Json:
    return builders.outreach_session(
        unit_id=unit_id,
        duration_minutes=30 + number % 60,
        establishments={_uuid(words): {"attendance_count": 5, "first_time_count": 3}},
        summary=_text(words, 12),
        record_code=f"AL-T01-26-{number:04d}",
    )


def _photo(words: random.Random, taken: datetime) -> Json:
    return {
        "sha256": words.randbytes(32).hex(),
        "size": words.randint(180_000, 420_000),
        "content_type": "image/jpeg",
        "evidence_kind": "photo_premises",
        "taken_at": _instant(taken + timedelta(seconds=words.randint(60, 900))),
        "screened": True,
    }


def _position(words: random.Random) -> Json:
    return {
        "lat": 208_100_000 + words.randint(0, 200_000),
        "lon": 1_065_400_000 + words.randint(0, 200_000),
        "accuracy_m": words.randint(4, 40),
        "fix_age_s": words.randint(0, 20),
    }


def _uuid(words: random.Random) -> str:
    return str(uuid.UUID(int=words.getrandbits(128), version=4))


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def new_changes(client: ForeignClient, numbers: range) -> list[Json]:
    """Return creates of records with these numbers."""
    made = (record(number, team_of(client), unit_of(client)) for number in numbers)
    return [
        client.change(IDS.time_ordered(), kind, scope, data, create=True, change_id=IDS.time_ordered())
        for kind, scope, data in made
    ]


def edits(client: ForeignClient, record_ids: list[str], number: int) -> list[Json]:
    """Return one small edit of each inspection that nobody has edited yet: the number of its minutes."""
    seen = {"minutes_number": "07/BB-ĐKT178"}
    return [
        client.change(
            record_id,
            "inspection",
            team_of(client),
            {"minutes_number": minutes_number(number)},
            was=seen,
            base_rev=1,
            change_id=IDS.time_ordered(),
        )
        for record_id in record_ids
    ]


def _text(words: random.Random, count: int) -> str:
    return " ".join(words.choices(_WORDS, k=count)).capitalize()
