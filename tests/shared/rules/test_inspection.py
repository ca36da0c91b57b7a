from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import builders
from tests.shared.rules.contradictions import contradictions_of

from field178_shared import rules
from field178_shared.codelists import load
from field178_shared.merge import write_path
from field178_shared.records.reading import answers_of
from field178_shared.rules import Context, Problem
from field178_shared.rules.findings import frame_snapshot
from field178_shared.rules.inspection import opened_protocols
from field178_shared.time.clock import to_wire

LISTS = load()
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
CONTEXT = Context(NOW, "karaoke")
BANNED = sorted(kind.id for kind in LISTS.types.values() if kind.ban_under18)
UNDER18 = "protocols.child_protection.referred_to"


def _codes(problems: Iterable[Problem]) -> dict[str, str]:
    return {problem.path: problem.code.value for problem in problems}


def _errors(data: dict[str, object]) -> dict[str, list[str]]:
    return contradictions_of("inspection", data)


def _filing(data: dict[str, object], context: Context = CONTEXT) -> dict[str, str]:
    return _codes(rules.filing_problems("inspection", data, LISTS, context))


def _warnings(data: dict[str, object], context: Context = CONTEXT) -> dict[str, str]:
    return _codes(rules.warnings("inspection", data, LISTS, context))


@st.composite
def visits(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A visit whose fields belong together, of any kind, with or without a violation."""
    type_id = draw(st.sampled_from(sorted(LISTS.types)))
    female, male = draw(st.integers(0, 20)), draw(st.integers(0, 20))
    started = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 1_500_000)))
    answers = builders.answers(type_id)
    answers |= {name: {"v": 0} for name in answers if name.startswith(("workers_", "ou_workers_"))}
    answers |= {"workers_female": {"v": female}, "workers_male": {"v": male}}
    answers["workers_total"] = {"v": female + male}
    data = builders.inspection(
        type_id,
        started_at=to_wire(started),
        ended_at=to_wire(started + timedelta(minutes=draw(st.integers(0, 600)))),
        answers=answers,
    )
    if draw(st.booleans()):
        local_day = (started + timedelta(hours=7)).date()
        frame = frame_snapshot(LISTS.frame_on("biz_scope_mismatch", local_day))
        data["findings"] = {
            "f1": {"violation_id": "biz_scope_mismatch", "occurred_on": local_day.isoformat(), "frame": frame}
        }
        data["overall_result"] = "violation_recorded"
    return type_id, data


@given(visits())
def test_a_consistent_visit_of_any_kind_is_filed_without_a_problem(
    visit: tuple[str, dict[str, object]],
) -> None:
    type_id, data = visit
    assert _filing(data, Context(NOW, type_id)) == {}
    assert _errors(data) == {}


ONE_BROKEN = [
    ("ended_at", "2023-12-31T23:59:59Z", "ended_at", "end_before_start"),
    ("members", {"m1": {"user": "u1", "position": "member"}, "m2": {}}, "members", "too_few_members"),
    ("decision_number", None, "decision_number", "required"),
    ("decision_date", None, "decision_date", "required"),
    ("overall_result", "not_inspected", "overall_result", "result_contradicts_access"),
    ("answers.cc_overall.v", "handed_to_police", "answers.cc_overall.v", "result_contradicts_checklist"),
    ("answers.workers_contract.v", 100, "answers.workers_contract.v", "exceeds_total"),
    ("answers.ou_workers_first_time.v", 100, "answers.ou_workers_first_time.v", "exceeds_attendance"),
    ("answers.workers_sex_unstated.v", 1, "answers.workers_total.v", "sum_mismatch"),
]


@pytest.mark.parametrize(("path", "value", "at", "code"), ONE_BROKEN)
@given(visit=visits())
def test_breaking_one_rule_gives_exactly_its_code(
    visit: tuple[str, dict[str, object]], path: str, value: object, at: str, code: str
) -> None:
    type_id, data = visit
    broken = write_path(data, path, value)
    assert _errors(broken) == {at: [code]}
    assert _filing(broken, Context(NOW, type_id)) == {at: code}


def test_a_guidance_visit_needs_no_decision() -> None:
    data = builders.inspection(inspection_kind="guidance", decision_number=None, decision_date=None)
    assert _errors(data) == {}


def test_visit_without_access_has_no_answers() -> None:
    assert _filing(builders.not_inspected()) == {}
    checked = builders.not_inspected(answers={"kd_hours": {"v": "yes"}})
    assert _errors(checked) == {"answers": ["not_when_not_inspected"]}
    assert _errors(builders.not_inspected(overall_result="compliant")) == {
        "overall_result": ["result_contradicts_access"]
    }


def test_a_refused_visit_may_record_the_obstruction() -> None:
    finding = {"violation_id": "obstruct_inspection", "occurred_on": "2026-11-20"}
    assert _errors(builders.not_inspected(access_result="refused", findings={"f1": finding})) == {}


def test_required_items_of_the_kind_must_be_answered_before_filing() -> None:
    data = write_path(builders.inspection(), "answers.kd_no_latch", None)
    assert _filing(data) == {"answers.kd_no_latch.v": "required"}
    assert _errors(data) == {}


def test_people_reached_on_site_need_their_attendances_before_filing() -> None:
    outreach_answers = {"ou_done": {"v": "yes"}, "ou_workers_first_time": {"v": 3}}
    answers = {**builders.answers("karaoke"), **outreach_answers}
    answers.pop("ou_workers_attended", None)
    data = builders.inspection(answers=answers)
    assert _filing(data).get("answers.ou_workers_attended.v") == "required"
    assert _errors(data) == {}


def test_without_the_kind_of_establishment_completeness_is_not_judged() -> None:
    assert _filing(builders.inspection(answers={}), Context(NOW)) == {}
    assert _filing(builders.inspection(answers={}), Context(NOW, "kind_of_next_year")) == {}


def test_empty_draft_lists_each_required_field_once() -> None:
    problems = rules.filing_problems("inspection", {}, LISTS, CONTEXT)
    assert len({(problem.path, problem.code) for problem in problems}) == len(problems)
    assert {"members", "started_at", "overall_result"} <= {problem.path for problem in problems}


@pytest.mark.parametrize("type_id", BANNED)
def test_an_under_18_worker_in_a_banned_kind_needs_a_referral(type_id: str) -> None:
    data = write_path(builders.inspection(type_id), "answers.workers_under18.v", 1)
    context = Context(NOW, type_id)
    assert _filing(data, context) == {UNDER18: "referral_required"}
    assert _filing(write_path(data, UNDER18, "hotline_111"), context) == {}


def test_referral_is_not_required_where_under_18s_may_work() -> None:
    data = write_path(builders.inspection("cafe"), "answers.workers_under18.v", 1)
    assert _filing(data, Context(NOW, "cafe")) == {}
    assert opened_protocols(answers_of(data), LISTS, "cafe") == ()


def test_a_kept_identity_paper_opens_the_trafficking_protocol_and_forces_nothing() -> None:
    data = write_path(builders.inspection(), "answers.lb_no_paper_keeping.v", "no")
    assert opened_protocols(answers_of(data), LISTS, "karaoke") == ("trafficking_sign",)
    assert _filing(data) == {}


def test_a_karaoke_visit_after_midnight_with_hours_kept_is_doubted() -> None:
    data = builders.inspection(started_at="2026-11-19T17:30:00Z", ended_at="2026-11-19T18:30:00Z")
    assert _warnings(data) == {"answers.kd_hours.v": "closed_hours"}
    unmet = write_path(data, "answers.kd_hours.v", "no")
    assert _warnings(write_path(unmet, "overall_result", "minor_shortcomings")) == {}
    assert _errors(data) == {}


def test_a_discotheque_may_still_be_open_half_an_hour_after_midnight() -> None:
    data = builders.inspection(
        "discotheque", started_at="2026-11-19T17:30:00Z", ended_at="2026-11-19T18:30:00Z"
    )
    assert "answers.kd_hours.v" not in _warnings(data, Context(NOW, "discotheque"))


def test_a_visit_across_midnight_is_no_error_and_a_long_one_is_doubted() -> None:
    night = builders.inspection("bar_pub", started_at="2026-11-19T16:00:00Z", ended_at="2026-11-19T18:00:00Z")
    assert _warnings(night, Context(NOW, "bar_pub")) == {}
    assert _warnings(builders.inspection(started_at="2026-11-20T02:09:59Z")) == {"ended_at": "long_visit"}
    assert _warnings(builders.inspection(started_at="2026-11-20T02:10:00Z")) == {}


def test_a_visit_in_the_future_is_doubted() -> None:
    early = Context(NOW - timedelta(hours=5), "karaoke")
    assert _warnings(builders.inspection(), early) == {"started_at": "in_future", "ended_at": "in_future"}
    five_minutes_behind = Context(datetime(2026, 11, 20, 8, 5, tzinfo=UTC), "karaoke")
    assert _warnings(builders.inspection(), five_minutes_behind) == {}


def test_a_unit_that_does_not_exist_on_the_day_is_doubted() -> None:
    before = builders.inspection(started_at="2025-06-30T07:00:00Z", ended_at="2025-06-30T08:00:00Z")
    assert _warnings(before) == {"unit_id": "unit_not_valid"}
    assert _warnings({**before, "unit_id": "c11629_v1"}) == {}
    assert _warnings({**before, "unit_id": None}) == {}


def test_a_result_that_sits_oddly_beside_the_findings_is_doubted() -> None:
    finding = {"violation_id": "noise", "occurred_on": "2026-11-20"}
    assert _warnings(builders.inspection(findings={"f1": finding})) == {
        "overall_result": "compliant_with_findings"
    }
    assert _warnings(builders.inspection(overall_result="violation_recorded")) == {
        "findings": "result_without_findings"
    }


def test_an_unusual_number_of_workers_is_doubted_with_the_usual_ones() -> None:
    data = write_path(builders.inspection(), "answers.workers_total.v", 26)
    (doubt,) = rules.warnings("inspection", data, LISTS, CONTEXT)
    assert (doubt.code, doubt.details) == ("unusual_count", {"least": 1, "most": 25})
    for usual in (1, 25):
        assert _warnings(write_path(data, "answers.workers_total.v", usual)) == {}
