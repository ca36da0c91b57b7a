"""Records as different from one another as those of real visits, the same on every run."""

from __future__ import annotations

import random
import uuid

from tests.e2e.foreign_client import ForeignClient, Json
from tests.shared import builders

from field178_shared.ids import IdSource
from field178_shared.time.clock import SystemClock

ANSWERS = 20
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
    """Return type, scope and data of a record: four inspections of 20 answers to one outreach session."""
    words, unit_id = random.Random(number), unit.partition(":")[2]
    if number % 5 == 4:
        data = builders.outreach_session(
            unit_id=unit_id, duration_minutes=30 + number % 60, summary=_text(words, 20)
        )
        return "outreach_session", unit, data
    data = builders.inspection(
        unit_id=unit_id,
        team_id=team.partition(":")[2],
        establishment_id=str(uuid.UUID(int=words.getrandbits(128), version=4)),
        recommendation=_text(words, 25),
        representative_opinion=_text(words, 15),
    )
    data["answers"] = dict(list(data["answers"].items())[:ANSWERS])
    return "inspection", team, data


def new_changes(client: ForeignClient, numbers: range) -> list[Json]:
    """Return creates of records with these numbers."""
    made = (record(number, team_of(client), unit_of(client)) for number in numbers)
    return [
        client.change(IDS.time_ordered(), kind, scope, data, create=True, change_id=IDS.time_ordered())
        for kind, scope, data in made
    ]


def edits(client: ForeignClient, record_ids: list[str], number: int) -> list[Json]:
    """Return one small edit of each inspection that nobody has edited yet: the number of its minutes."""
    seen = {"minutes_number": "07/BB-KT"}
    return [
        client.change(
            record_id,
            "inspection",
            team_of(client),
            {"minutes_number": f"{number}/BB-KT"},
            was=seen,
            base_rev=1,
            change_id=IDS.time_ordered(),
        )
        for record_id in record_ids
    ]


def _text(words: random.Random, count: int) -> str:
    return " ".join(words.choices(_WORDS, k=count)).capitalize()
