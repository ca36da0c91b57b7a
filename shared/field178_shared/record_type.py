"""Types of records (docs/record-types.md)."""

from __future__ import annotations

from enum import StrEnum


class RecordType(StrEnum):
    """Type of a record, as it is written on the wire and in the stores."""

    ESTABLISHMENT = "establishment"
    INSPECTION = "inspection"
    OUTREACH_SESSION = "outreach_session"
    WORKER_CENSUS = "worker_census"
    MEDIA_POST = "media_post"
    COMMUNE_PLAN = "commune_plan"
    RISK_GROUP_COUNT = "risk_group_count"
    TEAM = "team"
    NUMBER_BLOCK = "number_block"
    INDICATOR_FIGURES = "indicator_figures"
    PERSON = "person"
    LIST_PACK = "list_pack"
    LIST_ROWS = "list_rows"
    INSPECTION_PLAN = "inspection_plan"
    PLAN_ITEM = "plan_item"
    REPORT = "report"
    REPORT_SUBMISSION = "report_submission"
    AGENCY_RETURN = "agency_return"
    HARM_REDUCTION_RETURN = "harm_reduction_return"
    PILOT_MODEL = "pilot_model"
    COMMENDATION = "commendation"
    BUDGET_LINE = "budget_line"
    DENOMINATOR = "denominator"
    INFORMATION_CORRECTION = "information_correction"
    SUPERVISION = "supervision"
    REVIEW = "review"
    COMMENT_ANSWER = "comment_answer"
    SANCTION_DECISION = "sanction_decision"
    PAYMENT = "payment"
    MEASURE_EXECUTION = "measure_execution"
    FOLLOW_UP_CLOSURE = "follow_up_closure"
    CONFLICT = "conflict"
