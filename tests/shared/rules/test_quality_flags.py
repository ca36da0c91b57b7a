from datetime import UTC, datetime, timedelta

import pytest
from tests.shared import builders
from tests.shared.places import PLACES

from field178_shared.codelists import load, put_in_force
from field178_shared.codelists.loading import released_files
from field178_shared.list_packs import TABLES, ListPack, lists_with
from field178_shared.rules.quality_flags import CODES, FlagContext, quality_flags

RECEIVED_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PLACE = builders.establishment()
NORTH_1_KM = 90_000


def flags(data: builders.Data, type_name: str = "inspection", **context: object) -> dict[str, dict]:
    flag_context = FlagContext(RECEIVED_AT, **({"establishment": PLACE} | context))
    problems = quality_flags(type_name, data, load(), flag_context)
    return {problem.code.value: dict(problem.details) for problem in problems}


def check_in(**over: object) -> builders.Data:
    return builders.inspection()["check_in"] | over


def test_usual_record_has_no_flag() -> None:
    assert flags(builders.inspection()) == {}
    assert flags(builders.outreach_session(), "outreach_session", establishment={}) == {}


def test_visit_far_from_the_registered_point_is_flagged_with_distance_and_accuracy() -> None:
    data = builders.inspection(check_in=check_in(lat=PLACE["lat"] + NORTH_1_KM, accuracy_m=20, fix_age_s=90))
    assert flags(data) == {"far_from_point": {"metres": 1002, "accuracy_m": 20, "fix_age_s": 90}}


def test_inaccurate_fix_is_not_called_far() -> None:
    data = builders.inspection(check_in=check_in(lat=PLACE["lat"] + NORTH_1_KM, accuracy_m=900))
    assert flags(data) == {}


@pytest.mark.parametrize("gone", [{"check_in": None}, {"check_in": {"no_point_reason": "no_signal"}}])
def test_visit_without_a_point_is_not_called_far(gone: builders.Data) -> None:
    assert flags(builders.inspection(**gone)) == {}


def test_two_visits_of_one_day_name_each_other() -> None:
    other = builders.inspection(started_at="2026-11-20T01:00:00Z", ended_at="2026-11-20T02:00:00Z")
    assert flags(builders.inspection(), others={"a": other}) == {"visited_twice": {"records": ["a"]}}


def test_two_visits_that_overlap_across_midnight_are_the_same() -> None:
    late = {"started_at": "2026-11-20T16:30:00Z", "ended_at": "2026-11-20T17:30:00Z"}
    early = {"started_at": "2026-11-20T17:10:00Z", "ended_at": "2026-11-20T18:00:00Z"}
    flags_found = flags(builders.inspection(**late), others={"a": builders.inspection(**early)})
    assert "visited_twice" in flags_found


def test_visit_of_another_establishment_or_day_is_another_visit() -> None:
    elsewhere = builders.inspection(establishment_id=builders.record_id("other"))
    earlier = builders.inspection(started_at="2026-11-19T07:00:00Z", ended_at="2026-11-19T08:00:00Z")
    assert flags(builders.inspection(), others={"a": elsewhere, "b": earlier}) == {}


def test_session_entered_twice_is_flagged() -> None:
    flags_found = flags(
        builders.outreach_session(), "outreach_session", others={"a": builders.outreach_session()}
    )
    assert flags_found == {"already_recorded": {"records": ["a"]}}


def test_photos_that_have_not_come_are_counted() -> None:
    flags_found = flags(builders.inspection(), files_named=3, files_come=1)
    assert flags_found == {"missing_photos": {"come": 1, "named": 3}}


def test_start_after_it_was_received_and_480_workers_are_flagged() -> None:
    tomorrow = (RECEIVED_AT + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    later = (RECEIVED_AT + timedelta(days=1, hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answers = builders.answers() | {"workers_total": {"v": 480}}
    data = builders.inspection(started_at=tomorrow, ended_at=later, answers=answers)
    assert list(flags(data)) == ["in_future", "unusual_count"]


def test_text_with_an_identity_number_is_flagged_once_a_field() -> None:
    data = builders.inspection(recommendation="CCCD 052198001234, gọi 0912345678")
    flag_context = FlagContext(RECEIVED_AT, establishment=PLACE)
    flagged = [
        (flag.path, flag.code.value) for flag in quality_flags("inspection", data, load(), flag_context)
    ]
    assert flagged == [("recommendation", "personal_data")]


def test_codes_are_named_once() -> None:
    assert len(set(CODES)) == len(CODES)


def test_value_not_in_force_on_the_day_is_flagged() -> None:
    topic = TABLES["outreach.topics"].rows(released_files())["harms"] | {"valid_to": "2020-01-01"}
    put_in_force(lists_with(ListPack().with_rows({"outreach.topics": {"harms": topic}})))
    session = builders.outreach_session(topic_ids=["harms"])
    raised = quality_flags("outreach_session", session, load(), FlagContext(RECEIVED_AT))
    assert "not_in_force" in {flag.code for flag in raised}
    assert {flag.code for flag in raised} <= set(CODES)


def test_session_of_99_999_and_a_school_with_fewer_pupils_are_flagged() -> None:
    crowd = {"audiences": {"upper_secondary_students": {"attendance_count": 99_999}}}
    session = builders.outreach_session(**crowd)
    assert flags(session, "outreach_session", establishment={}) == {
        "unusual_count": {"of": "session", "most": 5000}
    }
    put_in_force(lists_with(ListPack().with_rows(PLACES)))
    at_school = builders.outreach_session(school_id="thpt_gl_1", **crowd)
    assert flags(at_school, "outreach_session", establishment={}) == {
        "unusual_count": {"of": "school", "most": 1480}
    }


def test_conclusion_that_contradicts_findings_is_flagged() -> None:
    violation = {"violation_id": "noise", "occurred_on": "2026-11-20"}
    three = {f"f{number}": violation for number in range(3)}
    assert list(flags(builders.inspection(findings=three, overall_result="compliant"))) == [
        "compliant_with_findings"
    ]
    unmet = builders.answers() | {"fire_exits_clear": {"v": "no"}}
    assert list(flags(builders.inspection(answers=unmet, overall_result="compliant"))) == [
        "compliant_with_shortcomings"
    ]
    assert flags(builders.inspection(answers=unmet, overall_result="minor_shortcomings")) == {}


@pytest.mark.parametrize(
    ("tier", "without_contract", "is_flagged"),
    [("1_10", 10, False), ("1_10", 11, True), ("11_50", 3, True), ("11_50", 11, False)],
)
def test_tier_of_contracts_is_flagged_against_the_counts(
    tier: str, without_contract: int, is_flagged: bool
) -> None:
    answers = builders.answers() | {
        "lb_contracts": {"v": "no"},
        "workers_total": {"v": 12},
        "workers_contract": {"v": 12 - without_contract},
    }
    finding = {"violation_id": f"lb_no_contract_{tier}", "checklist_item_id": "lb_contracts"}
    data = builders.inspection(answers=answers, findings={"f": finding}, overall_result="violation_recorded")
    assert ("wrong_tier" in flags(data)) is is_flagged
    stated = {"f": finding | {"quantity": 12 if tier == "11_50" else 4}}
    assert "wrong_tier" not in flags(data | {"findings": stated}), "some are not a month there yet"
