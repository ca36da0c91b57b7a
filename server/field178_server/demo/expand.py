"""Expands the demo data set's totals into dated records: establishments, visits, outreach sessions.

Pure and deterministic: the same data set gives the same records. Every name carries "(GL-nnn)".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from field178_server.demo.places import DemoPlace, places_of
from field178_shared.codelists import CodeLists
from field178_shared.codelists.checklist import AnswerKind, ChecklistItem
from field178_shared.codelists.conditions import ConditionContext
from field178_shared.rules.findings import frame_snapshot
from field178_shared.time.clock import VIETNAM, to_wire

NAMESPACE = uuid.UUID("0197c3a8-178a-7000-8000-000000000178")
FIRST_VISIT = date(2024, 1, 8)
VISIT_SPACING = timedelta(days=4)
FORMS = ("conference", "integrated_meeting", "thematic_talk", "club_session")
TOPICS = ("prostitution_law", "harms", "stigma_reduction", "drug_prevention", "hiv_aids", "trafficking")

Row = Mapping[str, object]
Data = dict[str, object]


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """One record as a user would have filed it at `at`."""

    id: str
    type: str
    scope: str
    data: Data
    at: datetime


@dataclass(frozen=True, slots=True)
class DemoTeam:
    """A team that files records of the demo."""

    id: str
    members: tuple[str, ...]


def demo_id(name: str) -> str:
    """Return the stable id of a demo record by its name in the data set."""
    return str(uuid.uuid5(NAMESPACE, name))


def expand(dataset: Row, lists: CodeLists, team: DemoTeam) -> Iterator[DemoRecord]:
    """Yield every record of the data set, establishments first, then what happened there in order of date."""
    rows = _rows(dataset, "establishments")
    for row in rows:
        yield _establishment(row, lists)
    events = [*_visits(rows, lists, team), *_sessions(dataset, lists)]
    yield from sorted(events, key=lambda record: (record.at, record.id))


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
    return DemoRecord(demo_id(_text(row, "id")), "establishment", f"unit:{unit}", data, at)


def _visits(rows: list[Row], lists: CodeLists, team: DemoTeam) -> Iterator[DemoRecord]:
    count = 0
    for row in rows:
        for visit in range(_count(row, "visits")):
            # The last visit of an establishment is the newest one: it has the violation and the outreach.
            last = visit == _count(row, "visits") - 1
            day = FIRST_VISIT + VISIT_SPACING * count
            yield _visit(row, lists, team, day, last)
            count += 1


def _visit(row: Row, lists: CodeLists, team: DemoTeam, day: date, last: bool) -> DemoRecord:
    started = datetime(day.year, day.month, day.day, 19, 30, tzinfo=VIETNAM)
    violation = row["violation"] if last else None
    answers = _answers(row, lists, violation, last)
    data: Data = {
        "inspection_kind": "planned",
        "trigger": "annual_plan",
        "decision_number": "GL-12/QĐ-UBND",
        "decision_date": f"{day.year}-01-05",
        "members": {f"m{n}": {"user": user, "position": "member"} for n, user in enumerate(team.members, 1)},
        "establishment_id": demo_id(_text(row, "id")),
        "unit_id": _text(row, "unit"),
        "team_id": team.id,
        "started_at": to_wire(started),
        "ended_at": to_wire(started + timedelta(minutes=35)),
        "check_in": {"no_point_reason": "indoor"},
        "access_result": "inspected",
        "representative_role": "manager",
        "answers": answers,
        "findings": {},
        "measures": {"k1": {"measure_id": "reminder"}},
        "overall_result": "compliant",
    }
    if isinstance(violation, str):
        item = _item_of(lists, row, violation)
        data["findings"] = {"f1": _finding(lists, violation, item, day)}
        data["measures"] = {"k1": {"measure_id": "admin_minutes"}}
        data["overall_result"] = "violation_recorded"
    answers["cc_overall"] = {"v": data["overall_result"]}
    scope = f"team:{team.id}"
    return DemoRecord(demo_id(f"visit {row['id']} {day}"), "inspection", scope, data, started.astimezone(UTC))


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
    """Return the item whose "no" offers the violation: of the place's checklist, else of any."""
    asked = [item for _, items in lists.checklist_of(_text(row, "type"), None) for item in items]
    return next(item.id for item in (*asked, *lists.items.values()) if violation in item.violations)


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
    communes = dataset["per_commune"]
    assert isinstance(communes, Mapping)
    unvisited = [row for row in _rows(dataset, "establishments") if not row["visits"]]
    for unit, commune in communes.items():
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
    unit: str, when: tuple[int, int], attendances: int, rows: list[Row], lists: CodeLists
) -> DemoRecord:
    quarter, number = when
    day = date(2024, quarter * 3 + 1 + number % 3, 6 + number * 5 % 20)
    form = "onsite_establishment" if rows else FORMS[(quarter + number) % len(FORMS)]
    workers = sum(_count(row, "worker_attendances") for row in rows)
    first = sum(_count(row, "worker_first_time") for row in rows)
    audiences: Data = {}
    if workers:
        audiences["workers_at_risk"] = {"attendance_count": workers, "first_time_count": first}
    if attendances > workers:
        rest = attendances - workers
        audiences["general_public"] = {"attendance_count": rest, "first_time_count": rest * 3 // 4}
    data: Data = {
        "outreach_form_id": form,
        "session_date": day.isoformat(),
        "start_time": "19:30",
        "duration_minutes": 90,
        "unit_id": unit,
        "venue": f"Nhà văn hóa {lists.units[unit].vi}",
        "host_agency_id": "commune_people_committee",
        "audiences": audiences,
        "topic_ids": [TOPICS[0], TOPICS[1 + (quarter + number) % (len(TOPICS) - 1)]],
        "materials": {"leaflet": {"quantity": attendances}},
    }
    if rows:
        data["establishments"] = {demo_id(_text(row, "id")): _reached(row) for row in rows}
    at = datetime(day.year, day.month, day.day, 21, tzinfo=VIETNAM).astimezone(UTC)
    return DemoRecord(
        demo_id(f"session {unit} {quarter} {number}"), "outreach_session", f"unit:{unit}", data, at
    )


def _at_place(place: DemoPlace, day: date, attended: int, first_time: int) -> DemoRecord:
    """Return a session held at a school or zone: everybody there is of its audience."""
    unit = str(place.row["unit_id"])
    data: Data = {
        "outreach_form_id": place.form,
        "session_date": day.isoformat(),
        "start_time": "08:00",
        "duration_minutes": 60,
        "unit_id": unit,
        place.field: place.row["id"],
        "venue": place.row["vi"],
        "host_agency_id": "commune_people_committee",
        "audiences": {place.audience: {"attendance_count": attended, "first_time_count": first_time}},
        "topic_ids": list(TOPICS[:2]),
        "materials": {"leaflet": {"quantity": attended}},
    }
    at = datetime(day.year, day.month, day.day, 10, tzinfo=VIETNAM).astimezone(UTC)
    name = f"session {place.row['id']} {day}"
    return DemoRecord(demo_id(name), "outreach_session", f"unit:{unit}", data, at)


def _reached(row: Row) -> Data:
    return {
        "attendance_count": row["worker_attendances"],
        "first_time_count": row["worker_first_time"],
    }


def _rows(dataset: Row, name: str) -> list[Row]:
    found = dataset[name]
    assert isinstance(found, list)
    return [row for row in found if isinstance(row, Mapping)]


def _text(row: Row, name: str) -> str:
    found = row[name]
    assert isinstance(found, str)
    return found


def _count(row: Row, name: str) -> int:
    found = row[name]
    assert isinstance(found, int)
    return found


def _counts(row: Row, name: str) -> list[int]:
    found = row[name]
    assert isinstance(found, list)
    return [number for number in found if isinstance(number, int)]


def _position(degrees: object) -> int:
    assert isinstance(degrees, float)
    return round(degrees * 10_000_000)
