from __future__ import annotations

from datetime import date

import pytest
from tests.world import ESTABLISHMENT, OTHER_UNIT, SESSION, TEAM, TENANT, UNIT, Tablet, World

from field178_server.database.models import ChangeHistory
from field178_server.database.unit_of_work import snapshot
from field178_server.office.reviews.record import RecordPage, record_page
from field178_server.records.access import AccessFilter
from field178_shared.records.repeat_violations import EarlierViolation, Repetition
from field178_shared.wire.canonical import short_hash

ALL = AccessFilter(None)
VISIT = {
    "inspection_kind": "guidance",
    "trigger": "annual_plan",
    "members": {
        "m1": {"user": "u1", "position": "team_leader"},
        "m2": {"user": "u2", "position": "member"},
    },
    "unit_id": "c11629_v1",
    "team_id": TEAM.removeprefix("team:"),
    "access_result": "inspected",
    "representative_role": "owner",
    "overall_result": "compliant",
}


@pytest.fixture
def tablet(world: World) -> Tablet:
    return world.tablet(UNIT, TEAM, "ref")


def page_of(world: World, record_id: str, access: AccessFilter = ALL) -> RecordPage | None:
    with snapshot(world.engine) as session:
        return record_page(session, TENANT, access, record_id)


def shown(world: World, record_id: str) -> RecordPage:
    page = page_of(world, record_id)
    assert page is not None
    return page


def visit(tablet: Tablet, place: str, day: int, **more: object) -> str:
    times = {
        "started_at": f"2025-03-{day:02d}T07:00:00Z",
        "ended_at": f"2025-03-{day:02d}T08:00:00Z",
    }
    data = VISIT | times | {"establishment_id": place} | more
    return tablet.created(data, type="inspection", scope=TEAM)


def test_record_outside_the_reach_is_as_absent_as_an_unknown_one(world: World, tablet: Tablet) -> None:
    filed = tablet.created(SESSION, type="outreach_session")
    assert page_of(world, filed, AccessFilter(frozenset({OTHER_UNIT}))) is None
    assert page_of(world, "01900000-0000-7000-8000-00000000dead") is None
    assert page_of(world, filed, AccessFilter(frozenset({UNIT}))) is not None


def test_deleted_record_has_no_page(world: World, tablet: Tablet) -> None:
    filed = tablet.created(SESSION, type="outreach_session")
    stored = world.stored(filed)
    assert stored is not None
    tablet.push(tablet.delete(filed, short_hash(stored.data), type="outreach_session"))
    assert page_of(world, filed) is None


def test_history_contains_every_revision_field_by_field(world: World, tablet: Tablet) -> None:
    filed = tablet.created(SESSION, type="outreach_session")
    tablet.push(
        tablet.change(
            filed,
            {"audiences.general_public.attendance_count": 45},
            was={"audiences.general_public.attendance_count": 40},
            type="outreach_session",
        )
    )
    history = shown(world, filed).history
    assert history.is_complete
    assert [revision.rev for revision in history.revisions] == [1, 2]
    step = history.revisions[1].differences
    assert [(difference.path, difference.before, difference.after) for difference in step] == [
        ("audiences.general_public.attendance_count", 40, 45)
    ]


def test_conflicting_value_is_not_shown_as_a_change(world: World, tablet: Tablet) -> None:
    filed = tablet.created(SESSION | {"venue": "A"}, type="outreach_session")
    clash = {"venue": "B", "summary": "Mới"}
    tablet.push(tablet.change(filed, clash, was={"venue": "Z"}, type="outreach_session"))
    page = shown(world, filed)
    assert page.history.is_complete
    assert [step.path for step in page.history.revisions[1].differences] == ["summary"]
    assert page.open_conflicts == 1


def test_changes_since_the_last_review_are_all_and_only_the_later_ones(world: World, tablet: Tablet) -> None:
    filed = tablet.created(SESSION, type="outreach_session")
    tablet.push(tablet.change(filed, {"venue": "A"}, type="outreach_session"))
    world.review(filed, "returned")
    tablet.push(tablet.change(filed, {"venue": "B"}, was={"venue": "A"}, type="outreach_session"))
    tablet.push(tablet.change(filed, {"summary": "Ngắn"}, type="outreach_session"))
    page = shown(world, filed)
    assert page.state == "corrected"
    assert [(difference.path, difference.before, difference.after) for difference in page.changed] == [
        ("summary", None, "Ngắn"),
        ("venue", "A", "B"),
    ]


def test_erased_payload_marks_the_history_as_incomplete(world: World, tablet: Tablet) -> None:
    filed = tablet.created(SESSION, type="outreach_session")
    world.change_rows(ChangeHistory, payload=None)
    assert not shown(world, filed).history.is_complete


def test_previous_visit_is_the_latest_earlier_one_at_the_same_place(world: World, tablet: Tablet) -> None:
    place, elsewhere = tablet.created(), tablet.created(ESTABLISHMENT | {"name": "Khác"})
    visit(tablet, place, 1)
    before = visit(tablet, place, 5)
    visit(tablet, elsewhere, 8)
    void = visit(tablet, place, 9)
    world.review(void, "void")
    page = shown(world, visit(tablet, place, 10))
    assert page.previous is not None
    assert page.previous.record_id == before
    assert page.establishment is not None
    assert page.establishment.data["name"] == ESTABLISHMENT["name"]


def test_correction_stays_open_on_both_pages_until_a_visit_finds_it_made(
    world: World, tablet: Tablet
) -> None:
    place = tablet.created()
    follow_ups = {"f1": {"text": "Dọn lối thoát nạn", "due_on": "2025-03-04", "status": "open"}}
    first = visit(tablet, place, 1, follow_ups=follow_ups)
    silent = visit(tablet, place, 5)
    for page in (shown(world, place), shown(world, silent)):
        assert [(follow_up.visit_id, follow_up.text) for follow_up in page.open_follow_ups] == [
            (first, "Dọn lối thoát nạn")
        ]
    elsewhere = page_of(world, place, AccessFilter(frozenset({UNIT})))
    assert elsewhere is not None
    assert elsewhere.open_follow_ups == ()
    answer = {"a": {"visit_id": first, "follow_up_id": "f1", "status": "fixed", "text": "Dọn lối thoát nạn"}}
    void = visit(tablet, place, 6, follow_up_answers=answer)
    assert shown(world, place).open_follow_ups == ()
    world.review(void, "void")
    assert len(shown(world, place).open_follow_ups) == 1
    visit(tablet, place, 7, follow_up_answers=answer)
    assert shown(world, silent).open_follow_ups == ()


def test_violation_of_an_earlier_visit_is_shown(world: World, tablet: Tablet) -> None:
    place = tablet.created()
    findings = {"f1": {"violation_id": "kd_door_latch", "occurred_on": "2025-03-01"}}
    recorded = {"findings": findings, "overall_result": "violation_recorded"}
    visit(tablet, place, 1, **recorded)
    page = shown(world, visit(tablet, place, 5, **recorded))
    earlier = EarlierViolation(date(2025, 3, 1), Repetition.REPEATED)
    assert page.earlier_violations == {"kd_door_latch": earlier}
    assert shown(world, visit(tablet, place, 6)).earlier_violations == {}
    assert shown(world, place).earlier_violations == {}


def test_visit_of_an_unknown_establishment_is_shown_without_it(world: World, tablet: Tablet) -> None:
    page = shown(world, visit(tablet, "01900000-0000-7000-8000-00000000cafe", 1))
    assert (page.establishment, page.previous) == (None, None)


def test_names_of_people_tablets_and_places_come_with_the_page(world: World, tablet: Tablet) -> None:
    page = shown(world, tablet.created(SESSION, type="outreach_session"))
    assert "An" in page.names.people.values()
    assert tablet.device in page.names.devices


def test_visits_to_a_merged_establishment_are_those_of_its_merge_target(world: World, tablet: Tablet) -> None:
    first, second, last = (
        tablet.created({**ESTABLISHMENT, "name": f"Nhà nghỉ {number}"}) for number in range(3)
    )
    follow_ups = {"f1": {"text": "Dọn lối thoát nạn", "due_on": "2025-03-20", "status": "open"}}
    early = visit(tablet, first, 1, follow_ups=follow_ups)
    late = visit(tablet, last, 6)
    world.merge(first, second)
    world.merge(second, last)
    for shown_id in (last, late, early):
        assert [row.visit_id for row in shown(world, shown_id).open_follow_ups] == [early], shown_id
    previous = shown(world, late).previous
    assert previous is not None
    assert previous.record_id == early
