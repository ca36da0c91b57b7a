"""Expansion of the demo data set into dated records: establishments, visits, outreach sessions.

Pure and deterministic: the same data set gives the same records. Every name contains "(GL-nnn)".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from field178_server.demo.places import DemoPlace, places_of
from field178_shared.codelists import CodeLists
from field178_shared.codelists.checklist import AnswerKind, ChecklistItem
from field178_shared.codelists.conditions import ConditionContext
from field178_shared.record_type import RecordType
from field178_shared.records.follow_ups import answer_key
from field178_shared.rules.findings import frame_snapshot
from field178_shared.time.clock import VIETNAM, to_wire

NAMESPACE = uuid.UUID("0197c3a8-178a-7000-8000-000000000178")
FIRST_VISIT = date(2024, 1, 8)
VISIT_SPACING = timedelta(days=4)
# Times of visits by type of establishment: by day, in the evening, late in the evening.
_BY_DAY = (time(9, 10), time(10, 40), time(14, 20), time(16, 5))
_EVENING = (time(19, 20), time(20, 15), time(21, 30), time(22, 45))
_LATE = (time(20, 50), time(21, 40), time(22, 35), time(23, 45))
_HOURS = {
    **dict.fromkeys(("karaoke", "massage", "sauna", "beer_house"), _EVENING),
    **dict.fromkeys(("hotel", "guesthouse", "bar_pub"), _LATE),
}
_ROLES = ("manager", "owner", "staff_on_duty", "manager")
_REASONS = ("tip_off", "peak_period", "leader_direction")
_BEGINNINGS = (time(19, 30), time(8, 0), time(14, 0))
# Days from a visit to the due day of its correction; the next visit checks it.
_TIME_TO_FIX = timedelta(days=30)
# Training sessions: commune, quarter and number in the quarter.
_TRAININGS = frozenset({("c11629_v1", 0, 3), ("c11656_v1", 1, 2), ("c11641_v1", 3, 1)})
FORMS = ("conference", "integrated_meeting", "thematic_talk", "club_session")
TOPICS = ("prostitution_law", "harms", "stigma_reduction", "drug_prevention", "hiv_aids", "trafficking")

Row = Mapping[str, object]
Data = dict[str, object]


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """A record filed at `at`."""

    id: str
    type: str
    scope: str
    data: Data
    at: datetime


@dataclass(frozen=True, slots=True)
class DemoTeam:
    """A team of the demo with its members; `beside`: other teams by the commune that they visit."""

    id: str
    members: tuple[str, ...]
    beside: Mapping[str, DemoTeam] = field(default_factory=dict)

    def of(self, unit: str) -> DemoTeam:
        """Return the team that visits a commune."""
        return self.beside.get(unit, self)


def demo_id(name: str) -> str:
    """Return the stable id of a demo record by its name in the data set.

    The id has the version of random ids, because tablets may not create records with computed ids.
    """
    return str(uuid.UUID(bytes=uuid.uuid5(NAMESPACE, name).bytes, version=4))


def expand(dataset: Row, lists: CodeLists, team: DemoTeam) -> Iterator[DemoRecord]:
    """Yield all records of the data set: the establishments, then visits and sessions by date."""
    rows = _rows(dataset, "establishments")
    for row in rows:
        yield _establishment(row, lists)
    attempts = _attempts(dataset, lists, team)
    events = [*_visits(rows, lists, team), *attempts, *_sessions(dataset, lists)]
    yield from sorted(events, key=lambda record: (record.at, record.id))


def expand_newest(dataset: Row, lists: CodeLists, team: DemoTeam, today: date) -> list[DemoRecord]:
    """Return the records of the first weeks of the next year before `today`, by date."""
    rows = [row for row in _rows(dataset, "establishments") if row["visits"] and not row["violation"]]
    first, weeks = (date(2025, 1, 6) - FIRST_VISIT) // VISIT_SPACING, (today - FIRST_VISIT) // VISIT_SPACING
    records = [
        _visit(row, lists, team, number, last=number % 2 == 0)
        for number, row in zip(range(first + 1, weeks), reversed(rows), strict=False)
    ]
    for number, unit in enumerate(list(_mapping(dataset, "per_commune"))[:4]):
        records.append(_session(unit, (0, 0), 40 + 7 * number, [], lists, year=2025))
    return sorted(
        (record for record in records if record.at.date() < today), key=lambda record: (record.at, record.id)
    )


def _establishment(row: Row, lists: CodeLists) -> DemoRecord:
    unit = _text(row, "unit")
    data: Data = {
        "name": _text(row, "name"),
        "establishment_type_id": _text(row, "type"),
        "unit_id": unit,
        "address_line": "Thôn GL-1",
        "lat": _position(row["lat"]),
        "lon": _position(row["lon"]),
        "point_source": "map",
        "operating_status_id": "operating",
        "first_seen_on": "2023-12-20",
    }
    if row["antt_certificate"] is not None:
        data["certificates"] = {"antt": {"status": "valid" if row["antt_certificate"] else "missing"}}
    at = datetime(2023, 12, 20, 2, tzinfo=UTC)
    return DemoRecord(demo_id(_text(row, "id")), RecordType.ESTABLISHMENT, f"unit:{unit}", data, at)


def _visits(rows: list[Row], lists: CodeLists, team: DemoTeam) -> Iterator[DemoRecord]:
    """Yield the visits by date; a second visit to an establishment checks the correction of the first.

    The last visit of an establishment has the violation and the outreach.
    """
    visited = [row for row in rows if row["visits"]]
    turns = sorted(
        (place + visit * (5.5 + place % 9), place, visit)
        for place, row in enumerate(visited)
        for visit in range(_count(row, "visits"))
    )
    earlier: dict[int, DemoRecord] = {}
    for number, (_, place, visit) in enumerate(turns):
        row = visited[place]
        made = _visit(row, lists, team, number, visit == _count(row, "visits") - 1)
        if (before := earlier.get(place)) is not None:
            made.data.update(_looking_at(before))
        earlier[place] = made
        yield made


def _visit(row: Row, lists: CodeLists, team: DemoTeam, number: int, last: bool) -> DemoRecord:
    day = FIRST_VISIT + VISIT_SPACING * number
    violation = row["violation"] if last else None
    answers = _answers(row, lists, violation, last)
    minutes = 25 + 5 * (number % 5) + (30 if violation else 0)
    data: Data = {
        **_head(row, team, number, day, minutes),
        **({"inspection_kind": "unannounced", "trigger": _REASONS[number % 3]} if number % 6 == 4 else {}),
        "access_result": "inspected",
        "representative_role": _ROLES[number % len(_ROLES)],
        "answers": answers,
        "findings": {},
        "measures": {"k1": {"measure_id": "reminder"}},
        "overall_result": "compliant",
        "paper_signed": "yes",
    }
    if isinstance(violation, str):
        item = _item_of(lists, row, violation)
        data["findings"] = {"f1": _finding(lists, violation, item, day)}
        data["measures"] = {"k1": {"measure_id": "admin_minutes"}}
        data["follow_ups"] = {"u1": _correction(lists.items[item].vi, day)}
        data["overall_result"] = "violation_recorded"
    elif not last:
        data["measures"] = {"k1": {"measure_id": "fix_by_date"}}
        data["follow_ups"] = {"u1": _correction("Lập sổ theo dõi người lao động", day)}
        data["overall_result"] = "minor_shortcomings"
    answers["cc_overall"] = {"v": data["overall_result"]}
    return _filed(data, demo_id(f"visit {row['id']} {day}"))


def _head(row: Row, team: DemoTeam, number: int, day: date, minutes: int) -> Data:
    """Return the members, times, reason and place of a visit."""
    team = team.of(_text(row, "unit"))
    hours = _HOURS.get(_text(row, "type"), _BY_DAY)
    started = datetime.combine(day, hours[number % len(hours)], VIETNAM)
    return {
        "inspection_kind": "planned",
        "trigger": "annual_plan",
        "decision_number": "GL-12/QĐ-UBND",
        "decision_date": f"{day.year}-01-05",
        "members": _members(team, number),
        "local_escort_agencies": ["commune_police"],
        "establishment_id": demo_id(_text(row, "id")),
        "unit_id": _text(row, "unit"),
        "team_id": team.id,
        "started_at": to_wire(started),
        "ended_at": to_wire(started + timedelta(minutes=minutes)),
        "check_in": _check_in(row, number, started),
    }


def _filed(data: Data, record_id: str) -> DemoRecord:
    """Return the record of a visit, filed ten minutes after its end."""
    ended = datetime.fromisoformat(str(data["ended_at"]))
    data["filed_at"] = to_wire(ended + timedelta(minutes=10))
    started = datetime.fromisoformat(str(data["started_at"]))
    return DemoRecord(record_id, RecordType.INSPECTION, f"team:{data['team_id']}", data, started)


def _members(team: DemoTeam, number: int) -> Data:
    """Return the members of a visit: the leader and two or three other officers, in rotation."""
    leader, *others = team.members
    coming = [others[(number + n) % len(others)] for n in range(min(len(others), 2 + number % 2))]
    positions = ("secretary", "member", "member")
    return {
        "m1": {"user": leader, "position": "team_leader"},
        **{
            f"m{n}": {"user": user, "position": position}
            for n, (user, position) in enumerate(zip(coming, positions, strict=False), 2)
        },
    }


def _check_in(row: Row, number: int, at: datetime) -> Data:
    """Return the position of the team at check-in, or that there was none indoors."""
    if number % 3 == 1:
        return {"no_point_reason": "indoor"}
    return {
        "lat": _position(row["lat"]) + 90 * (number % 7),
        "lon": _position(row["lon"]) - 70 * (number % 5),
        "accuracy_m": 5 + number % 14,
        "fix_age_s": number % 9,
        "captured_at": to_wire(at),
    }


def _correction(text: str, day: date) -> Data:
    return {"text": text[:200], "due_on": (day + _TIME_TO_FIX).isoformat(), "status": "open"}


def _looking_at(before: DemoRecord) -> Data:
    """Return the fields of a second visit: a recheck whose answer is that the correction was made."""
    (correction,) = before.data["follow_ups"].values()  # type: ignore[attr-defined]
    answer = {"visit_id": before.id, "follow_up_id": "u1", "status": "fixed", "text": correction["text"]}
    answers = {answer_key(before.id, "u1"): answer | {"due_on": correction["due_on"]}}
    return {"inspection_kind": "recheck", "trigger": "follow_up_due", "follow_up_answers": answers}


def _attempts(dataset: Row, lists: CodeLists, team: DemoTeam) -> Iterator[DemoRecord]:
    """Yield the visits without access to the establishment."""
    rows = {row["id"]: row for row in _rows(dataset, "establishments")}
    for number, attempt in enumerate(_rows(dataset, "attempts")):
        row, day = rows[attempt["establishment"]], date.fromisoformat(_text(attempt, "on"))
        data: Data = {
            **_head(row, team, number, day, 10),
            "inspection_kind": attempt["kind"],
            "trigger": "annual_plan" if attempt["kind"] == "planned" else "tip_off",
            "access_result": attempt["result"],
            "representative_role": "staff_on_duty" if attempt["result"] == "refused" else "none",
            "overall_result": "not_inspected",
            "paper_signed": "not_made",
        }
        yield _filed(data, demo_id(f"attempt {row['id']} {day}"))


def _answers(row: Row, lists: CodeLists, violation: object, last: bool) -> dict[str, Data]:
    failed = {_item_of(lists, row, violation)} if isinstance(violation, str) else set()
    if row["antt_certificate"] is False:
        failed.add("antt_certificate")
    bare: dict[str, object] = {}
    for _, items in lists.checklist_of(_text(row, "type"), None):
        for item in items:
            if item.show_if is not None and not item.show_if.evaluate(bare, ConditionContext()):
                continue
            value = _answer(item, row, last, failed)
            if value is not None:
                bare[item.id] = value
    return {item: {"v": value} for item, value in bare.items()}


def _item_of(lists: CodeLists, row: Row, violation: str) -> str:
    """Return the checklist item whose "no" offers the violation: of the type's checklist, else any."""
    of_type = [item for _, items in lists.checklist_of(_text(row, "type"), None) for item in items]
    return next(item.id for item in (*of_type, *lists.items.values()) if violation in item.violations)


def _answer(item: ChecklistItem, row: Row, last: bool, failed: set[str]) -> object:
    if item.answer in {AnswerKind.YES_NO, AnswerKind.YES_NO_PARTIAL}:
        if item.id == "ou_done":
            return "yes" if last and _count(row, "worker_attendances") else "no"
        return "no" if item.id in failed else "yes"
    if item.answer is AnswerKind.COUNT:
        return _counted(item.id, row)
    return None


def _counted(item: str, row: Row) -> object:
    attended = min(_count(row, "worker_attendances"), _count(row, "workers_total"))
    counts: dict[str, object] = {
        "workers_sex_unstated": 0,
        "workers_present": row["workers_total"],
        "workers_under18": 0,
        "ou_workers_attended": attended,
        "ou_workers_first_time": min(_count(row, "worker_first_time"), attended),
        "ou_owners_attended": 1,
        "lodging_guests_unnotified": 2,
    }
    return counts.get(item, row.get(item))


def _finding(lists: CodeLists, violation: str, item: str, day: date) -> Data:
    return {
        "violation_id": violation,
        "checklist_item_id": item,
        "occurred_on": day.isoformat(),
        "frame": frame_snapshot(lists.frame_on(violation, day)),
    }


def _sessions(dataset: Row, lists: CodeLists) -> Iterator[DemoRecord]:
    communes = _mapping(dataset, "per_commune")
    unvisited = [row for row in _rows(dataset, "establishments") if not row["visits"]]
    for unit in communes:
        commune = _mapping(communes, unit)
        rows = [row for row in unvisited if row["unit"] == unit and row["worker_attendances"]]
        largest = max(range(4), key=lambda quarter: _counts(commune, "attendances_q")[quarter])
        for quarter, sessions in enumerate(_counts(commune, "sessions_q")):
            attendances = _counts(commune, "attendances_q")[quarter]
            for number in range(sessions):
                share = attendances // sessions + (attendances % sessions if number == 0 else 0)
                reached_rows = rows if (quarter, number) == (largest, 0) else []
                yield _session(unit, (quarter, number), share, reached_rows, lists)
    for number, place in enumerate(places_of(dataset)):
        for season, (attended, first_time) in enumerate(place.sessions):
            yield _at_place(place, date(2024, (3, 10)[season], 4 + number * 3), attended, first_time)


def _session(
    unit: str, when: tuple[int, int], attendances: int, rows: list[Row], lists: CodeLists, year: int = 2024
) -> DemoRecord:
    quarter, number = when
    place = list(lists.units).index(unit)
    day = date(year, quarter * 3 + 1 + number % 3, 4 + (number * 5 + place * 3) % 22)
    started = datetime.combine(day, _BEGINNINGS[(quarter + number + place) % len(_BEGINNINGS)], VIETNAM)
    minutes = 60 + 15 * ((place + number) % 4)
    form = "onsite_establishment" if rows else FORMS[(quarter + number + place) % len(FORMS)]
    is_training = (unit, quarter, number) in _TRAININGS and not rows
    data: Data = {
        "outreach_form_id": "training_class" if is_training else form,
        "session_date": day.isoformat(),
        "start_time": f"{started:%H:%M}",
        "duration_minutes": minutes,
        "unit_id": unit,
        "venue": f"Nhà văn hóa {lists.units[unit].vi}",
        "host_agency_id": "commune_people_committee",
        "audiences": _trained(attendances) if is_training else _audiences(attendances, rows),
        "topic_ids": [TOPICS[0], TOPICS[1 + (quarter + number) % (len(TOPICS) - 1)]],
        "materials": {"leaflet": {"quantity": attendances}},
    }
    if rows:
        data["establishments"] = {demo_id(_text(row, "id")): _reached(row) for row in rows}
    name = f"session {unit} {quarter} {number}" + (f" {year}" if year != FIRST_VISIT.year else "")
    return _session_record(data, name, started + timedelta(minutes=minutes))


def _audiences(attendances: int, rows: list[Row]) -> Data:
    workers = sum(_count(row, "worker_attendances") for row in rows)
    first = sum(_count(row, "worker_first_time") for row in rows)
    audiences: Data = {}
    if workers:
        audiences["workers_at_risk"] = {"attendance_count": workers, "first_time_count": first}
    if attendances > workers:
        rest = attendances - workers
        audiences["general_public"] = {"attendance_count": rest, "first_time_count": rest * 3 // 4}
    return audiences


def _trained(attendances: int) -> Data:
    team, staff = min(6, attendances), min(12, max(0, attendances - 6))
    return {
        "team_178_members": {"attendance_count": team, "first_time_count": team // 3},
        "commune_staff": {"attendance_count": staff, "first_time_count": staff * 3 // 4},
        "officials": {"attendance_count": attendances - team - staff},
    }


def _session_record(data: Data, name: str, ended: datetime) -> DemoRecord:
    """Return the record of a session, filed twenty minutes after its end."""
    filed_at = (ended + timedelta(minutes=20)).astimezone(UTC)
    data["filed_at"] = to_wire(filed_at)
    return DemoRecord(demo_id(name), RecordType.OUTREACH_SESSION, f"unit:{data['unit_id']}", data, filed_at)


def _at_place(place: DemoPlace, day: date, attended: int, first_time: int) -> DemoRecord:
    """Return the record of a session at a school or zone, with one audience."""
    data: Data = {
        "outreach_form_id": place.form,
        "session_date": day.isoformat(),
        "start_time": "08:00",
        "duration_minutes": 60,
        "unit_id": place.row["unit_id"],
        place.field: place.row["id"],
        "venue": place.row["vi"],
        "host_agency_id": "commune_people_committee",
        "audiences": {place.audience: {"attendance_count": attended, "first_time_count": first_time}},
        "topic_ids": list(TOPICS[:2]),
        "materials": {"leaflet": {"quantity": attended}},
    }
    return _session_record(
        data, f"session {place.row['id']} {day}", datetime.combine(day, time(9, 0), VIETNAM)
    )


def _reached(row: Row) -> Data:
    return {
        "attendance_count": row["worker_attendances"],
        "first_time_count": row["worker_first_time"],
    }


def _rows(dataset: Row, name: str) -> list[Row]:
    rows = dataset[name]
    assert isinstance(rows, list)
    return [row for row in rows if isinstance(row, Mapping)]


def _mapping(row: Row, name: str) -> Row:
    value = row[name]
    assert isinstance(value, Mapping)
    return value


def _text(row: Row, name: str) -> str:
    value = row[name]
    assert isinstance(value, str)
    return value


def _count(row: Row, name: str) -> int:
    value = row[name]
    assert isinstance(value, int)
    return value


def _counts(row: Row, name: str) -> list[int]:
    numbers = row[name]
    assert isinstance(numbers, list)
    return [number for number in numbers if isinstance(number, int)]


def _position(degrees: object) -> int:
    assert isinstance(degrees, float)
    return round(degrees * 10_000_000)
