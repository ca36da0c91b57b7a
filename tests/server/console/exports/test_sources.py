"""What an export holds of the store: whose records, of which days and states, and which of their fields."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session
from tests.server.console.exports.test_personal_data import TOLD, planted
from tests.server.office_scene import MovedClock, Office
from tests.shared import builders

from field178_server.accounts.officers import OfficerContext
from field178_server.audit.operation_context import OperationContext
from field178_server.console.exports.sources import EXPORT_SOURCES
from field178_server.database.models import EstablishmentProjection, FiledRecord, FollowUpProjection, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.exports.kinds import RECORD_KINDS
from field178_server.office.exports.operations import ExportQuestion
from field178_server.office.exports.table_files import Cell
from field178_shared.codelists import load
from field178_shared.indicators.suppression import counts_people
from field178_shared.merge import Data
from field178_shared.records.returns import RETURN_TYPES
from field178_shared.schemas.fields.columns import record_columns
from field178_shared.wire.protocol import ERASED_AT

HERE, ELSEWHERE = "c11632_v1", "c11647_v1"
Rows = list[dict[str, Cell]]
Reads = Callable[..., Rows]


@pytest.fixture
def reads(district: Office) -> Reads:
    """Return the rows of an export by column; `scopes`: those named for the officer, none for a reviewer."""

    def rows_of(what: str, *scopes: str, role: str = "reviewer", now: str = "", **arguments: str) -> Rows:
        officer = OfficerContext("main", "x", "x", "X", "focal", role, "vi", frozenset(scopes))
        clock = MovedClock(datetime.fromisoformat(now)) if now else district.clock
        context = OperationContext("main", clock, district.runtime.ids, load())
        with snapshot(district.engine) as session:
            table = EXPORT_SOURCES[what](session, ExportQuestion(officer, context, arguments))
            rows = [dict(zip(table.names, cells, strict=True)) for cells, _ in table.rows]
            assert table.count in (0, len(rows)) or what in {*RECORD_KINDS, "figures"}
        return rows

    return rows_of


def label(unit_id: str) -> str:
    return load().units[unit_id].vi


@pytest.fixture(scope="module")
def entered(district: Office) -> Office:
    """The district with four records of each type alone: in two communes, a deleted and an erased one."""

    def work(session: Session) -> None:
        session.execute(delete(Record).where(Record.type.in_(RECORD_KINDS)))
        for number, record_type in enumerate(sorted(RECORD_KINDS)):
            for place, (unit_id, is_deleted, is_erased) in enumerate(STORED):
                data: Data = planted(record_type, getattr(builders, record_type)())
                if "unit_id" in data:
                    data["unit_id"] = unit_id
                body: Data = {ERASED_AT: "2026-11-24T08:00:00Z"} if is_erased else data
                row = _record(record_type, body, unit_id, len(STORED) * number + place)
                row.deleted = is_deleted
                session.add(row)

    run_write(district.engine, work)
    return district


# Unit, whether the record is deleted, and whether it is erased.
STORED = ((HERE, False, False), (ELSEWHERE, False, False), (HERE, True, False), (HERE, False, True))


def _record(record_type: str, data: Data, unit_id: str, number: int) -> Record:
    return Record(
        tenant_id="main",
        record_id=builders.record_id(f"entered-{number}"),
        type=record_type,
        # No tablet has returns: they lie where all agencies enter them.
        scope=f"unit:{HERE if record_type in RETURN_TYPES else unit_id}",
        rev=1,
        seq=20_000 + number,
        h="0" * 32,
        body=json.dumps(data, ensure_ascii=False, separators=(",", ":")),
        subject_id=None,
    )


@pytest.mark.parametrize("what", sorted(RECORD_KINDS))
def test_records_are_those_within_the_access_of_the_officer(entered: Office, reads: Reads, what: str) -> None:
    assert len(reads(what)) == 2, "a deleted or erased record is in no export"
    assert len(reads(what, f"unit:{HERE}")) == 1
    here = reads(what, f"unit:{HERE}")[0]
    assert here.get("unit_id", label(HERE)) == label(HERE)
    assert reads(what, "unit:nowhere") == []
    assert reads(what, role="team_lead") == []
    text = "\n".join(str(cell) for row in reads(what) for cell in row.values())
    assert [phrase for phrase in TOLD if phrase in text] == []


# The first day of the period that a record is about, and the day before it.
DAYS = {
    "worker_census": "counted_on",
    "media_post": "published_on",
    "risk_group_count": "half_year",
    "agency_return": "month",
    "pilot_model": "started_on",
    "sanction_decision": "document_date",
    "payment": "paid_on",
}


@pytest.mark.parametrize("what", [*DAYS, "budget_line"])
def test_first_and_last_day_are_within_an_export(entered: Office, reads: Reads, what: str) -> None:
    made = getattr(builders, what)()
    day = str(made[DAYS[what]]) if what in DAYS else f"{made['year']}-01-01"
    assert len(reads(what, since=day, until=day)) == 2
    assert len(reads(what, since=day)) == len(reads(what, until=day)) == 2
    assert reads(what, since="2026-12-01" if day < "2026-12-01" else "2027-01-01") == []
    assert reads(what, until="2025-12-31" if day > "2025-12-31" else "2020-01-01") == []


def test_record_without_a_day_is_in_no_narrowed_export(entered: Office, reads: Reads) -> None:
    assert len(reads("follow_up_closure")) == 2

    def work(session: Session) -> None:
        for row in session.scalars(select(Record).where(Record.type == "follow_up_closure")):
            if not row.body.startswith(f'{{"{ERASED_AT}"'):
                row.body = json.dumps({**json.loads(row.body), "closed_on": None})

    run_write(entered.engine, work)
    assert len(reads("follow_up_closure")) == 2
    assert reads("follow_up_closure", since="2000-01-01") == []
    assert reads("follow_up_closure", until="2100-01-01") == []


@pytest.mark.parametrize("what", ["establishments", "visits", "sessions", "follow_ups"])
def test_lists_hold_the_scopes_of_the_officer_alone(district: Office, reads: Reads, what: str) -> None:
    with snapshot(district.engine) as session:
        scopes = session.scalars(_SCOPES[what]).all()
    assert len(reads(what)) == len(scopes) > 5
    for scope in set(scopes):
        assert len(reads(what, scope)) == scopes.count(scope)
    assert reads(what, "unit:nowhere") == []
    assert reads(what, role="team_lead") == []


_SCOPES: Mapping[str, Select[Any]] = {
    "establishments": select(EstablishmentProjection.scope),
    "visits": select(FiledRecord.scope).where(FiledRecord.type == "inspection"),
    "sessions": select(FiledRecord.scope).where(FiledRecord.type == "outreach_session"),
    "follow_ups": select(FollowUpProjection.scope),
}


@pytest.mark.parametrize("what", ["establishments", "visits", "sessions"])
def test_commune_filters_each_list_that_has_the_filter(reads: Reads, what: str) -> None:
    column = "unit_id" if what == "establishments" else "unit"
    every, here = reads(what), reads(what, unit=HERE)
    assert {row[column] for row in here} == {label(HERE)}
    assert len(here) == [row[column] for row in every].count(label(HERE))


@pytest.mark.parametrize("what", ["visits", "sessions"])
def test_first_and_last_day_of_lists_are_within(reads: Reads, what: str) -> None:
    every = [row["day"] for row in reads(what)]
    day = every[0]
    assert isinstance(day, date)
    assert len(reads(what, since=str(day), until=str(day))) == every.count(day) > 0
    before = str(day - timedelta(days=1))
    assert len(reads(what, until=before)) == len(
        [filed_on for filed_on in every if isinstance(filed_on, date) and filed_on < day]
    )


def test_visits_of_every_state_are_exported_with_their_state(district: Office, reads: Reads) -> None:
    states = {row["state"] for row in reads("visits")}
    assert len(states) == 2
    with snapshot(district.engine) as session:
        visits = session.scalars(_SCOPES["visits"].add_columns(FiledRecord.review_state)).all()
    assert len(visits) == len(reads("visits"))


def test_columns_of_visits_and_sessions_name_no_officer_and_hold_no_free_text(reads: Reads) -> None:
    visit, session = reads("visits")[0], reads("sessions")[0]
    assert list(visit)[:9] == [
        "day",
        "place",
        "place_kind",
        "address",
        "unit",
        "kind",
        "team",
        "outcome",
        "violations",
    ]
    assert list(session)[:6] == ["day", "unit", "form", "attendance", "first_time", "state"]
    inside = {"officer", "note", "recommendation", "representative_opinion", "venue", "summary"}
    inside |= {"check_in", "protocols", "protocols_count", "answers.workers_under18", "members"}
    assert (set(visit) | set(session)) & inside == set()


def test_visits_leave_with_every_field_answer_and_count(district: Office, reads: Reads) -> None:
    rows = reads("visits")
    columns = {column.name for column in record_columns("inspection", load())}
    with snapshot(district.engine) as session:
        bodies = [
            json.loads(body)
            for body in session.scalars(
                select(Record.body).where(Record.type == "inspection", Record.deleted.is_(False))
            )
        ]
    answered = {f"answers.{key}" for body in bodies for key in body.get("answers", ())} & columns
    assert len(answered) > 30
    assert {name for row in rows for name, cell in row.items() if cell is not None} >= answered
    for name in ("workers_total", "workers_female"):
        stored = [body.get("answers", {}).get(name, {}).get("v") for body in bodies]
        assert Counter(row[f"answers.{name}"] for row in rows) == Counter(stored)
    assert Counter(row["findings_count"] for row in rows) == Counter(
        len(body.get("findings", {})) for body in bodies
    )
    started = {row["started_at"] for row in rows}
    assert started == {datetime.fromisoformat(str(body["started_at"])) for body in bodies}
    assert {row["trigger"] for row in rows} <= {
        trigger.vi for trigger in load().choices["inspection_trigger"]
    }
    assert {row["answers.biz_registration"] for row in rows} - {None} <= {"Đạt", "Không đạt", "Không áp dụng"}


def test_visits_leave_with_the_members_of_their_entries(district: Office, reads: Reads) -> None:
    rows = [row for row in reads("visits") if row["findings_count"]]
    assert rows
    for row in rows:
        for name in ("findings.violation_id", "findings.occurred_on"):
            assert str(row[name]).count("; ") == int(str(row["findings_count"])) - 1


def test_register_leaves_with_every_field_after_the_columns_of_the_list(
    district: Office, reads: Reads
) -> None:
    (row, *_) = rows = reads("establishments")
    listed = ["name", "establishment_type_id", "unit_id", "address_line", "registration_number"]
    assert list(row)[:8] == [*listed, "operating_status_id", "lat", "lon"]
    fields = {column.name for column in record_columns("establishment", load())}
    assert set(row) == fields
    with snapshot(district.engine) as session:
        stored = session.scalars(
            select(Record.body).where(Record.type == "establishment", Record.deleted.is_(False))
        )
        rooms = Counter(json.loads(body).get("rooms_total") for body in stored)
    assert {count for count in rooms if count} <= {row["rooms_total"] for row in rows}


def test_sessions_leave_with_the_counts_of_each_audience(reads: Reads) -> None:
    rows = reads("sessions")
    parts = [name for name in rows[0] if name.startswith("audiences.") and name.endswith("attendance_count")]
    assert len(parts) == len(load().audiences)
    for row in rows:
        assert sum(int(str(row[name] or 0)) for name in parts) == int(str(row["attendance"] or 0))


def test_points_of_the_register_have_six_decimals_and_visits_lie_there(
    district: Office, reads: Reads
) -> None:
    with snapshot(district.engine) as session:
        place = session.scalars(
            select(FiledRecord.establishment_id).where(FiledRecord.type == "inspection")
        ).first()
        name = session.scalars(
            select(EstablishmentProjection.name).where(EstablishmentProjection.record_id == place)
        ).one()
    moved = update(EstablishmentProjection).where(EstablishmentProjection.record_id == place)
    run_write(
        district.engine, lambda session: session.execute(moved.values(lat=208_173_449, lon=1_065_554_251))
    )
    (row,) = [row for row in reads("establishments") if row["name"] == name]
    assert (row["lat"], row["lon"]) == (20.817345, 106.555425)


def test_correction_without_a_due_day_is_exported_unless_days_are_filtered(
    district: Office, reads: Reads
) -> None:
    every = reads("follow_ups")

    def work(session: Session) -> None:
        row = session.scalars(select(FollowUpProjection).limit(1)).one()
        row.due_on = date(9999, 12, 31)

    run_write(district.engine, work)
    assert len(reads("follow_ups")) == len(every)
    assert [row["due_on"] for row in reads("follow_ups")].count(None) == 1
    assert len(reads("follow_ups", since="2000-01-01")) == len(every) - 1
    assert len(reads("follow_ups", until="2100-01-01")) == len(every) - 1
    day = max(str(row["due_on"]) for row in reads("follow_ups", since="2000-01-01"))
    last = reads("follow_ups", since=day, until=day)
    assert {str(row["due_on"]) for row in last} == {day}


def test_city_reads_rounded_numbers_and_no_commune_while_the_year_lasts(reads: Reads) -> None:
    lists, november = load(), "2024-11-15T02:00:00+00:00"
    office = reads("figures", now=november, year="2024")
    city = reads("figures", "unit:c11632_v1", role="city_viewer", now=november, year="2024")
    people = {indicator.id for indicator in lists.indicators.values() if counts_people(lists, indicator)}
    seen = [row for row in city if row["indicator"] in people and row["num"] is not None]
    assert len(seen) > 5
    assert [row["num"] for row in seen if float(str(row["num"])) % 5] == []
    assert len({row["area_code"] for row in seen}) == 1, "communes of a running year are not shown"
    exact = {row["indicator"]: row["num"] for row in office if not str(row["area_code"]).startswith("c1")}
    assert any(row["num"] != exact[str(row["indicator"])] for row in seen)
    assert {row["pending"] for row in city} == {None}


def test_indicator_about_a_few_has_no_row_of_a_commune_for_anybody(reads: Reads) -> None:
    lists = load()
    private = {indicator.id for indicator in lists.indicators.values() if indicator.privacy}
    assert private
    rows = reads("figures", year="2024")
    assert {row["indicator"] for row in rows} >= private
    of_communes = {row["indicator"] for row in rows if str(row["area_code"]) in lists.units}
    assert of_communes & private == set()
    assert len(of_communes) > 10


def test_hidden_figure_has_no_number_in_any_column(reads: Reads) -> None:
    numbers = ("num", "den", "value", "low", "high", "target", "pending", "counted", "countable")
    lists, few = load(), set[tuple[Cell, Cell]]()
    people = {indicator.id for indicator in lists.indicators.values() if counts_people(lists, indicator)}
    query = {"year": "2024", "period": "quarter1"}
    for row in reads("figures", **query):
        if row["indicator"] in people and isinstance(row["num"], int | float) and 0 < row["num"] < 5:
            few.add((row["indicator"], row["area_code"]))
    city = {
        (row["indicator"], row["area_code"]): row for row in reads("figures", role="city_viewer", **query)
    }
    hidden = [city[key] for key in few & set(city)]
    assert hidden
    for row in hidden:
        assert {name: row[name] for name in numbers if row[name] is not None} == {}
        assert str(row["note"]).startswith("Không hiện")
