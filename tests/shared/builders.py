"""Valid records with the same content on every run: `over` replaces top-level fields, None removes one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from field178_shared.codelists import load
from field178_shared.codelists.checklist import AnswerKind, ChecklistItem
from field178_shared.codelists.conditions import ConditionContext

Data = dict[str, object]

UNIT = "c11629_v2"
CITY = "p31_v2"
TEAM = "5f0b1a3e-0000-4000-8000-000000000001"
USERS = ("5f0b1a3e-0000-4000-8000-000000000101", "5f0b1a3e-0000-4000-8000-000000000102")
# An afternoon in Việt Nam: 20/11/2026, 14:00 to 15:10.
STARTED_AT = "2026-11-20T07:00:00Z"
ENDED_AT = "2026-11-20T08:10:00Z"
VISIT_DATE = "2026-11-20"
WORKERS = {
    "workers_total": 5,
    "workers_female": 3,
    "workers_male": 2,
    "workers_sex_unstated": 0,
    "workers_present": 4,
    "workers_contract": 4,
    "workers_health_check": 3,
    "workers_under18": 0,
    "ou_workers_attended": 4,
    "ou_workers_first_time": 2,
    "ou_owners_attended": 1,
    "ou_materials": 5,
}
CENSUS_COUNTS = (
    "workers_total",
    "workers_female",
    "workers_male",
    "workers_sex_unstated",
    "workers_contract",
    "workers_health_check",
)
_NAMESPACE = uuid.UUID("6f1d7c52-9f0f-4a55-8f55-5f178f178f17")


def record_id(name: str) -> str:
    """Return the id that this name always has, of the kind that nobody computes."""
    return str(uuid.UUID(bytes=uuid.uuid5(_NAMESPACE, name).bytes, version=4))


def establishment(type_id: str = "karaoke", **over: object) -> Data:
    """Return a valid establishment of the kind."""
    return _with(
        {
            "name": "Karaoke Mộc Diệp (GL-016)",
            "establishment_type_id": type_id,
            "unit_id": UNIT,
            "village": "Thôn GL-2",
            "address_line": "Thôn GL-2, xã An Lão",
            "lat": 208_182_100,
            "lon": 1_065_467_100,
            "point_source": "gps",
            "registration_form_id": "household_business",
            "registration_number": "GL-0000000016",
            "operating_status_id": "operating",
            "opening_hours": "08:00-24:00",
            "certificates": {"antt": {"number": "GL-16/2024", "issued_on": "2024-03-04", "status": "valid"}},
            "first_seen_on": "2024-02-01",
            **_envelope("AL-T01-26-0001"),
        },
        over,
    )


def inspection(type_id: str = "karaoke", **over: object) -> Data:
    """Return a valid planned inspection of an establishment of the kind, every visible item answered."""
    return _with(
        {
            "inspection_kind": "planned",
            "trigger": "annual_plan",
            "decision_number": "112/QĐ-UBND",
            "decision_date": "2026-01-15",
            "members": {
                "m1": {"user": USERS[0], "position": "team_leader"},
                "m2": {"user": USERS[1], "position": "secretary"},
            },
            "local_escort_agencies": ["commune_police"],
            "establishment_id": record_id("establishment"),
            "unit_id": UNIT,
            "team_id": TEAM,
            "started_at": STARTED_AT,
            "ended_at": ENDED_AT,
            "check_in": {
                "lat": 208_182_100,
                "lon": 1_065_467_100,
                "accuracy_m": 8,
                "fix_age_s": 3,
                "captured_at": STARTED_AT,
            },
            "access_result": "inspected",
            "representative_role": "manager",
            "answers": answers(type_id),
            "overall_result": "compliant",
            "recommendation": "Tiếp tục duy trì việc chấp hành quy định.",
            "minutes_number": "07/BB-ĐKT178",
            "paper_signed": "yes",
            **_envelope("AL-T01-26-0007"),
        },
        over,
    )


def not_inspected(**over: object) -> Data:
    """Return a valid record of a visit that found a closed door."""
    return _with(
        {
            **inspection(),
            "access_result": "closed_on_arrival",
            "representative_role": "none",
            "overall_result": "not_inspected",
            "answers": None,
            "recommendation": None,
            "minutes_number": None,
            "paper_signed": "not_made",
        },
        over,
    )


def outreach_session(**over: object) -> Data:
    """Return a valid talk at one establishment with two audiences."""
    return _with(
        {
            "outreach_form_id": "onsite_establishment",
            "session_date": VISIT_DATE,
            "start_time": "14:00",
            "duration_minutes": 60,
            "unit_id": UNIT,
            "team_id": TEAM,
            "venue": "Karaoke Mộc Diệp (GL-016)",
            "host_agency_id": "commune_culture_social",
            "co_hosts": ["commune_police"],
            "audiences": {
                "workers_at_risk": {"attendance_count": 5, "first_time_count": 3, "female_count": 3},
                "owners_managers": {"attendance_count": 1, "first_time_count": 1},
            },
            "establishments": {record_id("establishment"): {"attendance_count": 5, "first_time_count": 3}},
            "topic_ids": ["prostitution_law", "labour_rights"],
            "materials": {"leaflet": {"quantity": 6}},
            "summary": "Phổ biến quy định mới và quyền của người lao động.",
            **_envelope("AL-T01-26-0008"),
        },
        over,
    )


def worker_census(**over: object) -> Data:
    """Return a valid count of the workers of the establishment."""
    counts = {name: WORKERS[name] for name in CENSUS_COUNTS}
    return _with(
        {
            "establishment_id": record_id("establishment"),
            "counted_on": VISIT_DATE,
            "unit_id": UNIT,
            "workers_insured": 2,
            "source_document": "05/BC-UBND",
            **counts,
        },
        over,
    )


def media_post(**over: object) -> Data:
    """Return a valid item of the commune's station that was broadcast three times."""
    return _with(
        {
            "outlet_id": "station_gl",
            "unit_id": UNIT,
            "published_on": VISIT_DATE,
            "genre_id": "law_reading",
            "title": "Quy định mới về cơ sở kinh doanh có điều kiện",
            "broadcast_log": "11/2026",
            "duration_minutes": 10,
            "broadcast_times": 3,
            "topic_ids": ["prostitution_law"],
        },
        over,
    )


def commune_plan(**over: object) -> Data:
    """Return a valid plan of the commune for the year, joined with two programmes."""
    return _with(
        {
            "unit_id": UNIT,
            "year": 2026,
            "document_number": "12/KH-UBND",
            "issued_on": "2026-01-15",
            "integration_ids": ["drugs", "hiv"],
        },
        over,
    )


def risk_group_count(**over: object) -> Data:
    """Return a valid count of an at-risk group of the commune."""
    return _with(
        {
            "unit_id": UNIT,
            "half_year": "2026-07-01",
            "group_id": "youth_unstable_work",
            "people_total": 12,
            "women_total": 7,
        },
        over,
    )


def agency_return(**over: object) -> Data:
    """Return a valid return of the regional court for a month."""
    return _with(
        {"agency_id": "regional_court", "unit_id": CITY, "month": "2026-10-01", "cases_tried": 1}, over
    )


def harm_reduction_return(**over: object) -> Data:
    """Return valid totals of the city for a month."""
    services = {"info_contacts": {"quantity": 184}, "legal_aid": {"quantity": 0}}
    return _with(
        {
            "agency_id": "prov_health_department",
            "unit_id": CITY,
            "month": "2026-10-01",
            "services": services,
        },
        over,
    )


def information_correction(**over: object) -> Data:
    """Return two valid items of wrong information that a commune dealt with."""
    return _with(
        {
            "agency_id": "commune_culture_social",
            "unit_id": UNIT,
            "corrected_on": VISIT_DATE,
            "channel_id": "social_network",
            "action_id": "correct_information",
            "item_count": 2,
            "topic_ids": ["prostitution_law"],
        },
        over,
    )


def supervision(**over: object) -> Data:
    """Return a valid supervision of three bodies, with four of five recommendations carried out."""
    return _with(
        {
            "agency_id": "commune_fatherland_front",
            "unit_id": UNIT,
            "kind_id": "supervision",
            "concluded_on": VISIT_DATE,
            "units_supervised": 3,
            "recommendations": 5,
            "recommendations_done": 4,
        },
        over,
    )


def pilot_model(**over: object) -> Data:
    """Return a valid model that goes on."""
    return _with(
        {
            "agency_id": "commune_culture_social",
            "unit_id": UNIT,
            "model_id": "worker_rights",
            "started_on": "2026-03-01",
            "status": "active",
            "budget_vnd": 20_000_000,
        },
        over,
    )


def commendation(**over: object) -> Data:
    """Return the data of two commendations of collectives."""
    return _with(
        {
            "agency_id": "commune_culture_social",
            "unit_id": UNIT,
            "granted_on": VISIT_DATE,
            "level": "commune",
            "form": "certificate_of_merit",
            "subject": "collective",
            "count": 2,
        },
        over,
    )


def budget_line(**over: object) -> Data:
    """Return a valid line of the year's budget."""
    return _with(
        {
            "agency_id": "commune_people_committee",
            "unit_id": UNIT,
            "year": 2026,
            "source": "city",
            "purpose": "Tuyên truyền",
            "allocated_vnd": 50_000_000,
            "spent_vnd": 20_000_000,
        },
        over,
    )


def denominator(**over: object) -> Data:
    """Return a valid total of the commune's staff."""
    return _with(
        {
            "agency_id": "commune_people_committee",
            "unit_id": UNIT,
            "kind": "commune_staff_total",
            "valid_from": "2026-01-01",
            "value": 24,
            "source_document": "05/BC-UBND",
        },
        over,
    )


def review(**over: object) -> Data:
    """Return a valid review that sends a record back with one comment."""
    return _with(
        {
            "record": record_id("inspection"),
            "record_rev": 1,
            "state": "returned",
            "reason": "Bổ sung số lao động có hợp đồng.",
            "comments": {
                "c1": {
                    "path": "answers.workers_contract",
                    "text": "Kiểm tra lại số này.",
                    "user": USERS[1],
                    "at": "2026-11-21T02:00:00Z",
                }
            },
        },
        over,
    )


def inspection_plan(**over: object) -> Data:
    """Return a valid plan of a year with two quotas."""
    return _with(
        {
            "year": 2026,
            "number": "35/KH-UBND",
            "issued_on": "2026-01-12",
            "quotas": {
                "q1": {"establishment_type_id": "karaoke", "unit_id": UNIT, "count": 3},
                "q2": {"month": 11, "team_id": TEAM, "count": 12},
            },
        },
        over,
    )


def report(**over: object) -> Data:
    """Return a valid draft of a yearly report with one section written."""
    return _with(
        {
            "kind": "annual",
            "year": 2026,
            "period_from": "2025-12-15",
            "period_to": "2026-12-14",
            "area_id": "an_lao_area_2025",
            "issuing_body": "UBND xã An Lão",
            "sections": {"s1_situation": {"text": "Địa bàn có 127 cơ sở."}},
        },
        over,
    )


def report_submission(**over: object) -> Data:
    """Return what a commune has sent for a yearly report, in time."""
    return _with(
        {
            "kind": "annual",
            "year": 2026,
            "area_id": "an_lao_area_2025",
            "agency_id": "commune_people_committee",
            "unit_id": UNIT,
            "due_on": "2026-12-16",
            "submitted_on": "2026-12-15",
            "document_number": "41/BC-UBND",
        },
        over,
    )


def plan_item(**over: object) -> Data:
    """Return a valid planned visit of the team to the establishment, in its November."""
    return _with(
        {
            "year": 2026,
            "team_id": TEAM,
            "establishment_id": record_id("establishment"),
            "establishment_type_id": "karaoke",
            "unit_id": UNIT,
            "inspection_kind": "planned",
            "trigger": "annual_plan",
            "window_from": "2026-11-01",
            "window_to": "2026-11-30",
            "reason": "Xem lại cửa thoát nạn.",
        },
        over,
    )


def sanction_decision(**over: object) -> Data:
    """Return a valid decision of a fine on the visit."""
    return _with(
        {
            "record": record_id("inspection"),
            "document_number": "15/QĐ-XPHC",
            "document_date": "2026-11-23",
            "agency_id": "commune_people_committee",
            "violation_ids": ["noise"],
            "sanction_id": "fine_money",
            "amount_vnd": 15_000_000,
            "measure_ids": ["suspension"],
            "received_on": "2026-11-24",
        },
        over,
    )


def payment(**over: object) -> Data:
    """Return a valid payment of a part of the fine."""
    return _with(
        {
            "record": record_id("inspection"),
            "decision": record_id("decision"),
            "document_number": "BL-000123",
            "paid_on": "2026-11-24",
            "amount_vnd": 5_000_000,
        },
        over,
    )


def measure_execution(**over: object) -> Data:
    """Return a valid entry that a measure of the visit was carried out."""
    return _with(
        {
            "record": record_id("inspection"),
            "measure_key": "k1",
            "measure_id": "suspension",
            "done_on": "2026-11-24",
            "document_number": "3/BB",
        },
        over,
    )


def comment_answer(**over: object) -> Data:
    """Return a valid answer of the field to a comment of a review."""
    return _with(
        {
            "record": record_id("inspection"),
            "comment": "c1",
            "text": "Đã đếm lại cùng quản lý cơ sở, số ghi là đúng.",
            "at": "2026-11-21T02:00:00Z",
            **_envelope("AL-T01-26-0007"),
        },
        over,
    )


def follow_up_closure(**over: object) -> Data:
    """Return a valid closure of a correction, proved by a note."""
    return _with(
        {
            "record": record_id("inspection"),
            "follow_up_id": "u1",
            "status": "fixed",
            "closed_on": "2026-11-24",
            "note": "Đã có giấy xác nhận của cơ quan PCCC.",
        },
        over,
    )


def conflict(**over: object) -> Data:
    """Return a valid conflict record with one open entry."""
    return _with(
        {
            "record": record_id("establishment"),
            "record_type": "establishment",
            "path": "opening_hours",
            "device": record_id("device"),
            "state": "open",
            "entries": {
                record_id("change"): {
                    "was": "08:00-23:00",
                    "mine": "08:00-24:00",
                    "current": "09:00-23:00",
                    "user": USERS[0],
                    "at": STARTED_AT,
                    "reason": "changed",
                }
            },
        },
        over,
    )


def team(**over: object) -> Data:
    """Return a valid commune team of two."""
    return _with(
        {
            "name": "Đội kiểm tra liên ngành 178 xã An Lão (GL)",
            "level": "commune",
            "unit_ids": [UNIT],
            "standing_agency": "commune_culture_social",
            "decision_number": "45/QĐ-UBND",
            "members": {USERS[0]: {"position": "team_leader"}, USERS[1]: {"position": "secretary"}},
        },
        over,
    )


def number_block(**over: object) -> Data:
    """Return a valid block of minutes numbers."""
    block: Data = {
        "device": record_id("tablet"),
        "incarnation": record_id("life"),
        "year": 2026,
        "from": 51,
        "to": 100,
        "code": "T02",
    }
    return _with(block, over)


def indicator_figures(**over: object) -> Data:
    """Return valid figures of a team's area."""
    figures: Data = {
        "workers_total": {"num": 372, "tenths": 3720, "waiting": 5},
        "workers_reached_pct": {"num": 253, "den": 372, "tenths": 680},
    }
    return _with({"year": 2026, "as_of": "2026-11-23T18:10:00Z", "figures": figures}, over)


def person(**over: object) -> Data:
    """Return a valid officer of the roster."""
    return _with({"display_name": "Cán bộ GL-01", "agency": "commune_police", "role": "inspector"}, over)


def answers(type_id: str = "karaoke") -> Data:
    """Return an answer to every item that an establishment of the kind is asked, all of them met."""
    lists = load()
    values: dict[str, object] = {}
    for _, items in lists.checklist_of(type_id, None):
        for item in items:
            if item.show_if is None or item.show_if.evaluate(values, ConditionContext()):
                values[item.id] = _met(item)
    return {item_id: {"v": value} for item_id, value in values.items() if value is not None}


def _met(item: ChecklistItem) -> object:
    if item.answer in (AnswerKind.YES_NO, AnswerKind.YES_NO_PARTIAL):
        return "yes"
    if item.answer is AnswerKind.COUNT:
        return WORKERS.get(item.id, 2 if item.required else None)
    return None


def _envelope(record_code: str) -> Data:
    return {
        "captured_at": STARTED_AT,
        "filed_at": "2026-11-20T08:15:00Z",
        "tz_offset": "+07:00",
        "codelist_version": load().version,
        "record_code": record_code,
    }


def _with(data: Data, over: Mapping[str, object]) -> Data:
    return {name: value for name, value in {**data, **over}.items() if value is not None}
