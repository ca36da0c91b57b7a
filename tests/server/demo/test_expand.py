from collections import Counter
from datetime import datetime

from field178_server.demo.expand import DemoTeam, demo_id, expand
from field178_server.demo.places import places_of
from field178_shared import rules
from field178_shared.codelists import demo, load
from field178_shared.list_packs import ListPack, Row, lists_with
from field178_shared.schemas import validate
from field178_shared.time.clock import VIETNAM

TEAM = DemoTeam(
    demo_id("team"), ("0197c3a8-0000-4000-8000-000000000001", "0197c3a8-0000-4000-8000-000000000002")
)
RECORDS = list(expand(demo(), load(), TEAM))


def test_the_counts_are_those_of_the_data_set() -> None:
    totals = demo()["totals"]
    counted = Counter(record.type for record in RECORDS)
    assert counted == {
        "establishment": totals["establishments"],
        "inspection": totals["visits"] + totals["attempts"],
        "outreach_session": totals["sessions"],
    }
    assert len({record.id for record in RECORDS}) == len(RECORDS)


def test_attendances_of_sessions_add_up_to_the_data_set_s() -> None:
    sessions = [record.data["audiences"] for record in RECORDS if record.type == "outreach_session"]
    attended = sum(row["attendance_count"] for audiences in sessions for row in audiences.values())
    assert attended == demo()["totals"]["attendances"]


def test_every_record_is_one_that_a_tablet_could_have_filed() -> None:
    lists = load()
    types = {
        record.id: record.data["establishment_type_id"]
        for record in RECORDS
        if record.type == "establishment"
    }
    for record in RECORDS:
        assert validate(record.type, record.data) == {}, record
        kind = types.get(str(record.data.get("establishment_id")))
        context = rules.Context(now=record.at, establishment_type=kind)
        assert rules.filing_problems(record.type, record.data, lists, context) == (), record.data


def test_records_follow_their_establishment_in_time_order() -> None:
    events = [record.at for record in RECORDS if record.type != "establishment"]
    assert events == sorted(events)
    assert max(record.at for record in RECORDS if record.type == "establishment") < events[0]


def test_every_made_up_name_is_marked() -> None:
    names = [str(record.data["name"]) for record in RECORDS if record.type == "establishment"]
    assert all("(GL-" in name for name in names)


def test_a_session_was_held_at_each_school_and_zone_with_its_own_audience() -> None:
    lists = lists_with(ListPack().with_rows(rows_of_places()))
    held = {}
    for record in RECORDS:
        for field, table in (("school_id", lists.schools), ("zone_id", lists.zones)):
            if field in record.data:
                place = table[str(record.data[field])]
                assert list(record.data["audiences"]) == [place.audience]
                assert (record.data["venue"], record.data["unit_id"]) == (place.vi, place.unit_id)
                held[place.id] = place
    assert set(held) == {*lists.schools, *lists.zones}


def rows_of_places() -> dict[str, dict[str, Row]]:
    rows: dict[str, dict[str, Row]] = {}
    for place in places_of(demo()):
        rows.setdefault(place.table, {})[str(place.row["id"])] = place.row
    return rows


def test_the_year_has_visits_of_every_kind_at_every_hour_and_by_changing_members() -> None:
    visits = [record.data for record in RECORDS if record.type == "inspection"]
    assert {visit["inspection_kind"] for visit in visits} == {"planned", "unannounced", "recheck"}
    assert {visit["access_result"] for visit in visits} == {
        "inspected",
        "closed_on_arrival",
        "no_representative",
        "refused",
        "not_found",
    }
    hours = [local_hours(visit) for visit in visits]
    assert {hour // 6 for hour, _ in hours} == {1, 2, 3}
    assert any(end < begin for begin, end in hours)  # across midnight
    assert sum("lat" in visit["check_in"] for visit in visits) > len(visits) / 2


def local_hours(visit: Row) -> tuple[int, int]:
    begin, end = (
        datetime.fromisoformat(str(visit[name])).astimezone(VIETNAM).hour
        for name in ("started_at", "ended_at")
    )
    return begin, end


def test_second_visits_answer_the_corrections_in_time_or_late() -> None:
    due_dates = {
        record.id: record.data["follow_ups"]["u1"]["due_on"]
        for record in RECORDS
        if record.data.get("follow_ups")
    }
    corrected = [
        (answer["visit_id"], str(record.data["started_at"])[:10])
        for record in RECORDS
        for answer in record.data.get("follow_up_answers", {}).values()
    ]
    assert len(corrected) == sum(place["visits"] == 2 for place in demo()["establishments"])
    assert {on <= due_dates[visit] for visit, on in corrected} == {True, False}
