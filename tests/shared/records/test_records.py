from datetime import UTC, date, datetime

from tests.shared import builders

from field178_shared.records.commune import CommunePlan, MediaPost
from field178_shared.records.establishment import Establishment, Point
from field178_shared.records.inspection import Inspection, VisitMember
from field178_shared.records.outreach_session import Attendance, OutreachSession
from field178_shared.records.review import ReviewRecord


def test_an_establishment_reads_its_place_and_papers() -> None:
    read = Establishment.from_data(builders.establishment())
    assert read.point == Point(208_182_100, 1_065_467_100)
    assert read.certificates["antt"].issued_on == date(2024, 3, 4)
    assert Establishment.from_data(builders.establishment(lon=None)).point is None


def test_a_visit_reads_its_people_times_and_counts() -> None:
    read = Inspection.from_data(builders.inspection())
    assert read.members[0] == VisitMember(builders.USERS[0], "team_leader")
    assert read.started_at == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert read.count("workers_total") == 5
    assert read.count("kd_hours") is None
    assert read.answers["kd_hours"].value == "yes"


def test_a_visit_belongs_to_the_local_date_of_its_start() -> None:
    read = Inspection.from_data(builders.inspection(started_at="2025-06-30T17:30:00Z"))
    assert read.occurred_on == date(2025, 7, 1)
    assert Inspection.from_data({}).occurred_on is None


def test_visit_contains_findings_and_measures() -> None:
    read = Inspection.from_data(
        builders.inspection(
            findings={
                "f1": {"violation_id": "kd_door_latch", "occurred_on": "2026-11-20", "frame": {"min": 5}}
            },
            measures={"m1": {"measure_id": "fine_money", "amount_vnd": 15_000_000}, "m2": {}},
            follow_ups={"u1": {"text": "Tháo chốt cửa", "due_on": "2026-12-05", "status": "open"}},
        )
    )
    assert (read.findings[0].key, read.findings[0].frame["min"]) == ("f1", 5)
    assert [measure.amount_vnd for measure in read.measures] == [15_000_000]
    assert read.follow_ups[0].due_on == date(2026, 12, 5)


def test_a_session_adds_up_attendances_and_keeps_unknown_apart_from_zero() -> None:
    read = OutreachSession.from_data(builders.outreach_session())
    assert read.attendance_count == 6
    assert read.audiences["owners_managers"] == Attendance(1, 1, None)
    assert read.materials == {"leaflet": 6}


def test_review_contains_the_open_comments() -> None:
    review = builders.review()
    comments = review["comments"]
    assert isinstance(comments, dict)
    comments["c2"] = {**comments["c1"], "done_rev": 2}
    assert [comment.key for comment in ReviewRecord.from_data(review).open_comments] == ["c1"]


def test_data_of_another_shape_reads_as_empty_and_breaks_nothing() -> None:
    strange = {
        "members": ["x"],
        "answers": 5,
        "started_at": 7,
        "findings": {"f": "x"},
        "local_escort_agencies": "x",
    }
    read = Inspection.from_data(strange)
    assert (read.members, read.answers, read.started_at, read.findings) == ((), {}, None, ())
    assert read.local_escort_agencies == ()
    assert Establishment.from_data({}).name == ""


def test_posts_and_plans_of_a_commune_read_their_days() -> None:
    post = MediaPost.from_data(builders.media_post())
    assert (post.outlet_id, post.published_on, post.broadcast_times) == ("station_gl", date(2026, 11, 20), 3)
    assert MediaPost.from_data(builders.media_post(broadcast_times=None)).broadcast_times == 1
    plan = CommunePlan.from_data(builders.commune_plan())
    assert (plan.year, plan.integration_ids) == (2026, ("drugs", "hiv"))
