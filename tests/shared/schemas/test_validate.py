import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from tests.shared import builders

from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import write_path
from field178_shared.schemas import TYPES, json_schema, validate
from field178_shared.schemas.checks import LARGEST_COUNT
from field178_shared.schemas.fields.catalogue import bounds_at
from field178_shared.text.privacy import matches_forbidden

Data = dict[str, object]

BAD: list[tuple[str, Callable[[], Data], str, object, str]] = [
    ("establishment", builders.establishment, "name", "  ", "required"),
    ("establishment", builders.establishment, "name", "x" * 121, "too_long"),
    ("establishment", builders.establishment, "establishment_type_id", "casino", "unknown_choice"),
    ("establishment", builders.establishment, "unit_id", "11629", "unknown_choice"),
    ("establishment", builders.establishment, "lat", 20.8, "not_integer"),
    ("establishment", builders.establishment, "lat", 900_000_001, "out_of_range"),
    ("establishment", builders.establishment, "certificates.antt.status", "lost", "unknown_choice"),
    ("establishment", builders.establishment, "certificates.antt.issued_on", "04/03/2024", "bad_date"),
    ("inspection", builders.inspection, "started_at", "20/11/2026 14:00", "bad_time"),
    ("inspection", builders.inspection, "establishment_id", "gl016", "bad_id"),
    ("inspection", builders.inspection, "members.m1.position", "boss", "unknown_choice"),
    ("inspection", builders.inspection, "answers.workers_total.v", "7", "not_integer"),
    ("inspection", builders.inspection, "answers.workers_total.v", True, "not_integer"),
    ("inspection", builders.inspection, "answers.kd_hours.v", "partial", "unknown_choice"),
    ("inspection", builders.inspection, "answers.kd_hours.note", "x" * 201, "too_long"),
    ("inspection", builders.inspection, "answers.kd_hours.src", "guess", "unknown_choice"),
    ("inspection", builders.inspection, "answers.cc_recommendation.v", "x" * 501, "too_long"),
    ("inspection", builders.inspection, "answers.cc_overall.v", "bad", "unknown_choice"),
    ("inspection", builders.inspection, "recommendation", "x" * 501, "too_long"),
    ("inspection", builders.inspection, "representative_opinion", "x" * 301, "too_long"),
    ("inspection", builders.inspection, "findings.f1.violation_id", "ref_buying", "unknown_choice"),
    ("inspection", builders.inspection, "follow_ups.u1.status", "overdue", "unknown_choice"),
    ("inspection", builders.inspection, "protocols.curfew.done", True, "unknown_choice"),
    ("outreach_session", builders.outreach_session, "topic_ids", [], "required"),
    ("outreach_session", builders.outreach_session, "topic_ids", ["gossip"], "unknown_choice"),
    ("outreach_session", builders.outreach_session, "start_time", "2 giờ", "bad_time"),
    (
        "outreach_session",
        builders.outreach_session,
        "audiences.workers_at_risk.attendance_count",
        -1,
        "out_of_range",
    ),
    (
        "outreach_session",
        builders.outreach_session,
        "materials.leaflet.quantity",
        1.5,
        "not_integer",
    ),
    ("review", builders.review, "state", "waiting", "unknown_choice"),
    ("review", builders.review, "comments.c1.text", "x" * 501, "too_long"),
    ("sanction_decision", builders.sanction_decision, "violation_ids", [], "required"),
    ("sanction_decision", builders.sanction_decision, "sanction_id", "reminder", "unknown_choice"),
    ("sanction_decision", builders.sanction_decision, "amount_vnd", 1.5, "not_integer"),
    ("payment", builders.payment, "document_number", " ", "required"),
    ("payment", builders.payment, "amount_vnd", -1, "out_of_range"),
    ("measure_execution", builders.measure_execution, "measure_key", "a b", "bad_id"),
    ("review", builders.review, "comments.c1.thread", "", "bad_id"),
    ("comment_answer", builders.comment_answer, "text", "x" * 301, "too_long"),
    ("comment_answer", builders.comment_answer, "record", "r1", "bad_id"),
    ("follow_up_closure", builders.follow_up_closure, "status", "open", "unknown_choice"),
    ("follow_up_closure", builders.follow_up_closure, "closed_on", "24/11/2026", "bad_date"),
    ("inspection_plan", builders.inspection_plan, "quotas.q1.count", 0, "out_of_range"),
    ("inspection_plan", builders.inspection_plan, "quotas.q2.month", 13, "out_of_range"),
    ("plan_item", builders.plan_item, "window_to", "30/11/2026", "bad_date"),
    ("plan_item", builders.plan_item, "cancelled.reason", "x" * 201, "too_long"),
    ("worker_census", builders.worker_census, "workers_total", -1, "out_of_range"),
    ("worker_census", builders.worker_census, "counted_on", "20/11/2026", "bad_date"),
    ("worker_census", builders.worker_census, "source_document", "x" * 121, "too_long"),
    ("media_post", builders.media_post, "title", " ", "required"),
    ("media_post", builders.media_post, "title", "x" * 201, "too_long"),
    ("media_post", builders.media_post, "broadcast_times", 0, "out_of_range"),
    ("media_post", builders.media_post, "genre_id", "gossip", "unknown_choice"),
    ("commune_plan", builders.commune_plan, "year", 24, "out_of_range"),
    ("commune_plan", builders.commune_plan, "document_number", " ", "required"),
    ("commune_plan", builders.commune_plan, "integration_ids", ["sport"], "unknown_choice"),
    ("risk_group_count", builders.risk_group_count, "people_total", -1, "out_of_range"),
    ("risk_group_count", builders.risk_group_count, "women_total", 1_000_001, "out_of_range"),
    ("risk_group_count", builders.risk_group_count, "half_year", "2026-H2", "bad_date"),
    ("risk_group_count", builders.risk_group_count, "group_id", "gossip", "unknown_choice"),
    ("report", builders.report, "kind", "weekly", "unknown_choice"),
    ("report", builders.report, "sections.s1_situation.text", "x" * 4001, "too_long"),
    ("report", builders.report, "sections.s99", {"text": "x"}, "unknown_choice"),
    ("report_submission", builders.report_submission, "due_on", "16/12/2026", "bad_date"),
    ("report_submission", builders.report_submission, "agency_id", "nobody", "unknown_choice"),
    ("agency_return", builders.agency_return, "cases_tried", -1, "out_of_range"),
    ("agency_return", builders.agency_return, "month", "2026-10", "bad_date"),
    ("agency_return", builders.agency_return, "note", "x" * 201, "too_long"),
    (
        "harm_reduction_return",
        builders.harm_reduction_return,
        "services.legal_aid.quantity",
        1_000_001,
        "out_of_range",
    ),
    ("information_correction", builders.information_correction, "item_count", -1, "out_of_range"),
    ("information_correction", builders.information_correction, "action_id", "gossip", "unknown_choice"),
    ("information_correction", builders.information_correction, "topic_ids", ["gossip"], "unknown_choice"),
    ("supervision", builders.supervision, "recommendations", -1, "out_of_range"),
    ("supervision", builders.supervision, "kind_id", "gossip", "unknown_choice"),
    ("supervision", builders.supervision, "units_supervised", 10_001, "out_of_range"),
    ("pilot_model", builders.pilot_model, "model_id", "gossip", "unknown_choice"),
    ("commendation", builders.commendation, "count", 0, "out_of_range"),
    ("budget_line", builders.budget_line, "purpose", " ", "required"),
    ("denominator", builders.denominator, "kind", "guess", "unknown_choice"),
    ("conflict", builders.conflict, "device", "tablet 3", "bad_id"),
    ("team", builders.team, "level", "galaxy", "unknown_choice"),
    ("number_block", builders.number_block, "from", 0, "out_of_range"),
    ("person", builders.person, "role", "boss", "unknown_choice"),
]


@pytest.mark.parametrize(("name", "build", "path", "value", "code"), BAD)
def test_one_wrong_value_gives_one_code_at_its_path(
    name: str, build: Callable[[], Data], path: str, value: object, code: str
) -> None:
    problems = validate(name, write_path(build(), path, value))
    at = "protocols.curfew" if path.startswith("protocols.") else path
    assert problems[at] == [code]


@pytest.mark.parametrize("type_id", ["karaoke", "hotel", "massage", "cafe", "discotheque", "boarding_house"])
def test_a_complete_visit_of_any_kind_is_valid(type_id: str) -> None:
    assert validate("inspection", builders.inspection(type_id)) == {}
    assert validate("inspection", builders.not_inspected()) == {}


def test_wire_accepts_larger_counts_than_forms() -> None:
    data = builders.worker_census(workers_total=1_000_000)
    assert validate("worker_census", data) == {}
    assert bounds_at("worker_census", "workers_total") == (0, LARGEST_COUNT)


def test_missing_required_fields_are_reported_by_name() -> None:
    assert validate("outreach_session", {}) == {
        name: ["required"]
        for name in ("outreach_form_id", "session_date", "unit_id", "host_agency_id", "topic_ids")
    }


def test_times_of_the_envelope_that_are_no_time_are_kept() -> None:
    assert validate("establishment", builders.establishment(captured_at="hôm qua")) == {}


def test_an_answer_may_wait_for_its_value() -> None:
    assert validate("inspection", builders.inspection(answers={"kd_hours": {"note": "hỏi lại"}})) == {}


def test_a_record_that_is_no_object_has_the_wrong_type() -> None:
    assert validate("review", ["x"]) == {"": ["wrong_type"]}


def test_an_unknown_type_is_refused_by_its_code() -> None:
    with pytest.raises(AppError) as refused:
        validate("diary", {})
    assert refused.value.code is ErrorCode.UNKNOWN_TYPE


def test_no_field_of_any_schema_can_hold_a_person() -> None:
    names = {name for type_name in TYPES for name in _names(json_schema(type_name))}
    assert len(names) > 100
    assert {name for name in names if matches_forbidden(name)} == set()


def test_every_type_describes_itself_in_json() -> None:
    for name in TYPES:
        described = json.loads(json.dumps(json_schema(name)))
        assert described["type"] == "object"
        assert set(described["required"]) <= set(described["properties"])
    answer = json_schema("inspection")["properties"]["answers"]["properties"]["kd_hours"]  # type: ignore[index]
    assert answer["properties"]["v"] == {"type": "string", "enum": ["na", "no", "yes"]}


def test_tablets_may_not_write_record_types_of_office_and_server() -> None:
    on_tablets = {name for name, each in TYPES.items() if "tablet" in each.creators}
    assert on_tablets == {
        "establishment",
        "inspection",
        "outreach_session",
        "comment_answer",
        "worker_census",
        "media_post",
    }
    assert "inspection_priority_id" in TYPES["establishment"].office_paths
    assert TYPES["inspection"].takes(1)
    assert not TYPES["inspection"].takes(2)


def test_importing_the_types_loads_neither_marshmallow_nor_the_lists() -> None:
    code = (
        "import sys, field178_shared.schemas as s; s.TYPES['inspection'];"
        "print([m for m in ('marshmallow', 'field178_shared.codelists') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def _names(described: object) -> set[str]:
    if isinstance(described, list):
        return {name for item in described for name in _names(item)}
    if not isinstance(described, dict):
        return set()
    properties = described.get("properties")
    own = set(properties) if isinstance(properties, dict) else set()
    return own | {name for below in described.values() for name in _names(below)}
