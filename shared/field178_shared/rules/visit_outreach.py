"""Outreach session that a filed visit creates."""

from __future__ import annotations

import uuid

from field178_shared.records.outreach_session import AUDIENCES_OF_VISIT, FORM_OF_VISIT
from field178_shared.records.reading import Data, answers_of, count_of, instant_of, text_of
from field178_shared.time.clock import VIETNAM

TOPIC = "prostitution_law"
_CLOCKS = ("captured_at", "filed_at", "clock_offset_s", "tz_offset")
_ENVELOPE = ("unit_id", "team_id", *_CLOCKS, "codelist_version")


def session_id_of_visit(visit_id: str) -> str:
    """Return the id of the session of a visit: always the same, so that retries make no second session."""
    return str(uuid.uuid5(uuid.UUID(visit_id), "outreach_session"))


def session_of_visit(visit: Data, visit_id: str, host_agency_id: str) -> dict[str, object] | None:
    """Return the session's data, or None if the visit reached nobody."""
    answers, started = answers_of(visit), instant_of(visit, "started_at")
    audiences = _audiences(answers)
    if answers.get("ou_done") != "yes" or started is None or not audiences:
        return None
    local = started.astimezone(VIETNAM)
    session: dict[str, object] = {name: visit[name] for name in _ENVELOPE if name in visit}
    session |= {
        "outreach_form_id": FORM_OF_VISIT,
        "session_date": local.date().isoformat(),
        "start_time": f"{local:%H:%M}",
        "host_agency_id": host_agency_id,
        "audiences": audiences,
        "topic_ids": [TOPIC],
        "source_inspection_id": visit_id,
    }
    if workers := audiences.get("workers_at_risk"):
        session["establishments"] = {text_of(visit, "establishment_id"): workers}
    if handed_out := count_of(answers, "ou_materials"):
        session["materials"] = {"other": {"quantity": handed_out}}
    return session


def _audiences(answers: Data) -> dict[str, dict[str, int]]:
    attendance: dict[str, dict[str, int]] = {}
    for audience, attended_item, first_time_item in AUDIENCES_OF_VISIT:
        attended, first_time = count_of(answers, attended_item), count_of(answers, first_time_item)
        if attended:
            attendance[audience] = {"attendance_count": attended}
            if first_time is not None:
                attendance[audience]["first_time_count"] = first_time
    return attendance
