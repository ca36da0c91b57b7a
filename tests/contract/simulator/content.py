"""Small records of the real types and the edits people make to them; few values, so that people collide."""

from __future__ import annotations

import random
from collections.abc import Mapping

from tests.shared import builders

from field178_shared.merge import Data, passes_non_object, read_path, write_path

UNITS = ("c11629_v2", "c11635_v2", "c11647_v2")
TEAMS = ("5f0b1a3e-0000-4000-8000-000000000001", "5f0b1a3e-0000-4000-8000-000000000002")
KINDS = ("establishment", "outreach_session", "inspection")
SCOPES = ("ref", *(f"unit:{unit}" for unit in UNITS), *(f"team:{team}" for team in TEAMS))
MOVES_TO = {
    "establishment": SCOPES[1:4],
    "outreach_session": SCOPES[1:4],
    "inspection": SCOPES[4:],
}
_LONG = "Ghi chú dài hơn sáu mươi bốn byte để giá trị đã thấy đi bằng mã băm: lần "
_FOLLOW_UP = {"text": "Niêm yết giá", "due_on": "2026-12-01", "status": "open"}

Edits = Mapping[str, tuple[object, ...]]

# None removes. A few values are wrong on purpose: they end in quarantine by schema or rule.
EDITS: Mapping[str, Edits] = {
    "establishment": {
        "opening_hours": ("08:00-20:00", "08:00-22:00", "09:00-23:00", None),
        "name": ("Karaoke Mộc Diệp", "Karaoke Ánh Sao", "Karaoke Hoa Ban"),
        "certificates.antt.status": ("valid", "expired", "missing"),
        "certificates.antt": ({"number": "GL-1", "status": "valid"}, None),
        "certificates.fire": ({"number": "PC-2"}, {"number": "PC-3", "expires_on": "2027-01-01"}, None),
        "note": (_LONG + "1", _LONG + "2", "ngắn", None),
        "rooms_total": (1, 2, 3, -1),
        "inspection_priority_id": ("high", "normal"),
        "later_version": ({"a": 1}, {"a": 2, "b": [1, 2]}, None),
    },
    "outreach_session": {
        "venue": ("Hội trường 1", "Hội trường 2", "Sân thôn"),
        "duration_minutes": (30, 45, 60, 99_999),
        "audiences.general_public.attendance_count": (5, 40, 41),
        "audiences.general_public.first_time_count": (0, 5, 39),
        "audiences.youth": ({"attendance_count": 3}, {"attendance_count": 4, "first_time_count": 1}, None),
        "topic_ids": (["prostitution_law"], ["harms", "prostitution_law"], ["harms"]),
        "summary": (_LONG + "1", _LONG + "2", None),
    },
    "inspection": {
        "minutes_number": ("01/BB-ĐKT178", "02/BB-ĐKT178", None),
        "representative_opinion": ("Đồng ý.", _LONG + "1", _LONG + "2", None),
        "follow_ups.f1": (_FOLLOW_UP, None),
        "follow_ups.f1.text": ("Niêm yết giá", "Bổ sung hợp đồng"),
        "members.m3": ({"user": builders.USERS[0], "position": "member"}, None),
        "ended_at": ("2026-11-20T08:10:00Z", "2026-11-20T08:20:00Z", "2026-11-20T06:00:00Z"),
        "recommendation": ("Thăm lại.", None),
    },
}


def fresh(kind: str, number: int, scope: str) -> Data:
    """Return a new record of a kind that belongs into a scope."""
    owner = scope.partition(":")[2]
    if kind == "establishment":
        return _only(builders.establishment(unit_id=owner), _ESTABLISHMENT) | {"name": f"Cơ sở {number}"}
    if kind == "outreach_session":
        return _only(builders.outreach_session(unit_id=owner), _SESSION) | {
            "outreach_form_id": "conference",
            "audiences": {"general_public": {"attendance_count": 40, "first_time_count": 3}},
        }
    return _only(builders.not_inspected(team_id=owner), _INSPECTION)


def edited(kind: str, data: Data, rng: random.Random, *, hot: bool) -> Data:
    """Return the record as a user leaves it after one to three edits."""
    paths = list(EDITS[kind])
    chosen = paths[:1] if hot else rng.sample(paths, rng.choice((1, 1, 2, 3)))
    for path in chosen:
        data = with_edit(data, path, rng.choice(EDITS[kind][path]))
    return data


def with_edit(data: Data, path: str, value: object) -> Data:
    """Return the record with one path set, where the path leads through objects."""
    parent = path.rpartition(".")[0]
    if passes_non_object(data, path) or (parent and read_path(data, parent) is None):
        return data
    return write_path(data, path, value)


def _only(data: Data, names: tuple[str, ...]) -> Data:
    return {name: data[name] for name in names if name in data}


_ESTABLISHMENT = (
    "name",
    "establishment_type_id",
    "unit_id",
    "address_line",
    "operating_status_id",
    "opening_hours",
    "certificates",
)
_SESSION = ("session_date", "unit_id", "host_agency_id", "topic_ids", "duration_minutes")
_INSPECTION = (
    "inspection_kind",
    "trigger",
    "decision_number",
    "decision_date",
    "members",
    "establishment_id",
    "unit_id",
    "team_id",
    "started_at",
    "ended_at",
    "access_result",
    "representative_role",
    "overall_result",
)
