"""Events that formulas count, read from records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from field178_shared.codelists import CodeLists
from field178_shared.codelists.places import ZONE_AUDIENCE
from field178_shared.formulas.sources import SOURCES
from field178_shared.immutable import immutable
from field178_shared.indicators.areas import part_with_place
from field178_shared.record_type import RecordType
from field178_shared.records.commune import CommunePlan, MediaPost, is_of_ended_unit
from field178_shared.records.inspection import INSPECTED
from field178_shared.records.outreach_session import AUDIENCES_OF_VISIT, FORM_OF_VISIT
from field178_shared.records.reading import (
    Data,
    answers_of,
    count_of,
    day_of,
    day_of_act,
    entries_of,
    ids_of,
    text_of,
)
from field178_shared.records.reports import ReportSubmission
from field178_shared.records.returns import day_of_return
from field178_shared.records.sanctions import AfterVisit, Entries, answered_violations
from field178_shared.time.clock import from_wire, local_date

# Source, day and fields of an event.
_Row = tuple[str, date, Mapping[str, object]]
_WORKERS = "workers_at_risk"
# Units of materials that are documents, and of services that are contacts with people.
_DOCUMENTS, _CONTACT = frozenset({"sheet", "copy"}), "contact"
_COUNTS_OF_WORKERS = tuple(SOURCES["worker_count"].fields)


@immutable(slots=True, kw_only=True)
class CountedRecord:
    """A live record with the values that figures read.

    `entries`: office entries about a visit. `closed_on`: closing days of its corrections, by key;
    `closed_by_approved`: the same without visits in review, None if equal. `received_at`: the instant of its
    first revision. `is_replaced`: a yearly plan replaced by another plan of that year. `place_unit_id`: the
    unit to which the establishment of a visit in a divided commune is assigned, "" if unknown.
    """

    record_id: str
    type: str
    data: Data
    is_approved: bool = True
    was_reviewed: bool = False
    was_returned: bool = False
    received_at: datetime | None = None
    entries: Entries = field(default_factory=dict)
    closed_on: Mapping[str, date] = field(default_factory=dict)
    closed_by_approved: Mapping[str, date] | None = None
    is_replaced: bool = False
    place_unit_id: str = ""


def approved_only(records: Iterable[CountedRecord]) -> list[CountedRecord]:
    """Return the approved records, as if no records were in review: those close no correction."""
    return [
        record if record.closed_by_approved is None else replace(record, closed_on=record.closed_by_approved)
        for record in records
        if record.is_approved
    ]


class Event(NamedTuple):
    """An event: its source, day, unit, fields, and entities by kind.

    `begun_at`: the instant of a visit as written, "" for events with only a day.
    """

    record_id: str
    source: str
    day: date
    unit_id: str
    row: Mapping[str, object]
    entities: Mapping[str, str] = MappingProxyType({})
    begun_at: str = ""

    @property
    def order(self) -> tuple[date, str, str]:
        """Sort key of the event: of two visits on one day, the later visit is the latest."""
        return self.day, self.begun_at, self.record_id


def events_of(record: CountedRecord, lists: CodeLists) -> Iterator[Event]:
    """Yield the events of a record; a record without a day has none.

    A commune's entries for days after its end have no events: its successor enters those.
    """
    if is_of_ended_unit(record.type, record.data, lists):
        return
    if (read := _READERS.get(record.type)) is not None:
        yield from read(record, lists)


def _of_visit(record: CountedRecord, lists: CodeLists) -> Iterator[Event]:
    data, day = record.data, day_of_act(record.data)
    if day is None:
        return
    unit_id, entities = unit_of(record, lists), {"establishment": text_of(data, "establishment_id")}
    yield _filed(record, day, unit_id)
    begun_at, answers = text_of(data, "started_at"), answers_of(data)
    for source, on, row in (*_seen(data, answers, day), *_findings(record, day)):
        yield Event(record.record_id, source, on, unit_id, row, entities, begun_at)
    for row in _audiences_of_visit(answers):
        yield Event(record.record_id, "audience", day, unit_id, row)


def _seen(data: Data, answers: Data, day: date) -> Iterator[_Row]:
    """Yield the events of a visit: visit, worker count, on-site talk."""
    named = ("inspection_kind", "trigger", "access_result", "overall_result")
    yield "inspection", day, {**answers, **{name: text_of(data, name) for name in named}}
    if text_of(data, "access_result") == INSPECTED and count_of(answers, "workers_total") is not None:
        yield "worker_count", day, {name: count_of(answers, name) for name in _COUNTS_OF_WORKERS}
    if answers.get("ou_done") == "yes":
        yield "talk", day, _talk_of_visit(answers)


def _findings(record: CountedRecord, day: date) -> Iterator[_Row]:
    """Yield the findings of a visit and the measures and decisions that followed."""
    data, after = record.data, AfterVisit.of(record.data, record.entries)
    findings = sorted(entries_of(data, "findings").items())
    answered = answered_violations(data, after) if findings else None
    for number, (_, finding) in enumerate(findings):
        violation = text_of(finding, "violation_id")
        # Measures that name no violation answer one at least; that they answer more is not recorded.
        is_handled = number == 0 if answered is None else violation in answered
        yield "finding", day, {"violation_id": violation, "is_handled": is_handled}
    for measure in entries_of(data, "measures").values():
        yield "measure", day, {"measure_id": text_of(measure, "measure_id")}
    for decision in after.decisions:
        amounts = {"amount_vnd": decision.amount_vnd, "paid_vnd": decision.paid_vnd}
        yield "decision", decision.document_date or day, {"sanction_id": decision.sanction_id, **amounts}
    for key, follow_up in entries_of(data, "follow_ups").items():
        if (due_on := day_of(follow_up, "due_on")) is not None:
            yield "follow_up", due_on, {"due_on": due_on, "closed_on": record.closed_on.get(key)}


def _of_session(record: CountedRecord, lists: CodeLists) -> Iterator[Event]:
    data, day = record.data, day_of(record.data, "session_date")
    if day is None:
        return
    unit_id = unit_of(record, lists)

    def event(source: str, row: Mapping[str, object], **entities: str) -> Event:
        return Event(record.record_id, source, day, unit_id, row, entities)

    form_id = text_of(data, "outreach_form_id")
    audiences, lines = entries_of(data, "audiences"), entries_of(data, "establishments")
    form = lists.forms.get(form_id)
    # Counts of outreach during a visit are read from the visit, whether its session has arrived or not.
    has_visit = bool(text_of(data, "source_inspection_id"))
    yield event(
        "session",
        {
            "outreach_form_id": form_id,
            "channel": "" if form is None else form.channel,
            "topic_ids": ids_of(data, "topic_ids"),
            "is_of_visit": is_of_visit(data),
            "unallocated": 0 if has_visit else _unallocated(audiences, lines),
        },
    )
    yield _filed(record, day, unit_id)
    for audience_id, counts in () if has_visit else audiences.items():
        row = {"audience_id": audience_id, "outreach_form_id": form_id, **_attendance(counts)}
        if audience_id == _WORKERS:
            of_lines = sum(_attended(line) or 0 for line in lines.values())
            row["attendance_count"] = max(_attended(counts) or 0, of_lines)
        yield event("audience", row, **_place_of(data, audience_id, lists))
    for establishment_id, counts in () if has_visit else lines.items():
        row = {"audience_ids": tuple(audiences), **_attendance(counts)}
        yield event("talk", row, establishment=establishment_id)
    for material_id, handed_out in entries_of(data, "materials").items():
        material = lists.materials.get(material_id)
        is_document = material is not None and material.unit in _DOCUMENTS
        quantity = count_of(handed_out, "quantity")
        yield event(
            "material", {"material_id": material_id, "is_document": is_document, "quantity": quantity}
        )


def unit_of(record: CountedRecord, lists: CodeLists) -> str:
    """Return the unit in which a visit or session counts, as of its day.

    In a divided commune this is the part of its establishment, school or zone, once that is assigned.
    """
    unit_id = text_of(record.data, "unit_id")
    zone, school = (
        lists.zones.get(text_of(record.data, "zone_id")),
        lists.schools.get(text_of(record.data, "school_id")),
    )
    units = {record.place_unit_id, *(place.unit_id for place in (zone, school) if place is not None)}
    parts = {part_with_place(lists, unit_id, part) for part in units - {"", unit_id}}
    return parts.pop() if len(parts) == 1 else unit_id


def establishment_of(record_type: str, data: Data) -> str:
    """Return the establishment of a visit, or of a visit's on-site talk; "" if there is none."""
    if record_type == RecordType.INSPECTION:
        return text_of(data, "establishment_id")
    lines = entries_of(data, "establishments") if is_of_visit(data) else {}
    return next(iter(lines)) if len(lines) == 1 else ""


def is_of_visit(session: Data) -> bool:
    """Return whether a session is the talk of an inspection."""
    return bool(text_of(session, "source_inspection_id")) or (
        text_of(session, "outreach_form_id") == FORM_OF_VISIT
    )


def _audiences_of_visit(answers: Data) -> Iterator[Mapping[str, object]]:
    """Yield the audiences of the talk of a visit, as the session that it makes has them."""
    for audience_id, attended, first_time in AUDIENCES_OF_VISIT if answers.get("ou_done") == "yes" else ():
        counts = {
            "attendance_count": count_of(answers, attended),
            "first_time_count": count_of(answers, first_time),
        }
        if any(count is not None for count in counts.values()):
            yield {"audience_id": audience_id, "outreach_form_id": FORM_OF_VISIT, **_attendance(counts)}


def _talk_of_visit(answers: Data) -> dict[str, object]:
    owners = ("owners_managers",) if count_of(answers, "ou_owners_attended") else ()
    return {
        "audience_ids": (*owners, _WORKERS),
        **_attendance(
            {
                "attendance_count": count_of(answers, "ou_workers_attended"),
                "first_time_count": count_of(answers, "ou_workers_first_time"),
            }
        ),
    }


def _of_census(record: CountedRecord, lists: CodeLists) -> Iterator[Event]:
    data, day = record.data, day_of(record.data, "counted_on")
    if day is not None:
        row = {name: count_of(data, name) for name in _COUNTS_OF_WORKERS}
        entities = {"establishment": text_of(data, "establishment_id")}
        yield Event(record.record_id, "worker_count", day, text_of(data, "unit_id"), row, entities)


def _of_post(record: CountedRecord, lists: CodeLists) -> Iterator[Event]:
    post = MediaPost.from_data(record.data)
    if post.published_on is not None:
        row = {
            "genre_id": post.genre_id,
            "topic_ids": post.topic_ids,
            "duration_minutes": post.duration_minutes,
            "broadcast_times": post.broadcast_times,
        }
        entities = {"media_outlet": post.outlet_id}
        yield Event(record.record_id, "media_post", post.published_on, post.unit_id, row, entities)


def _of_commune_plan(record: CountedRecord, lists: CodeLists) -> Iterator[Event]:
    """Yield a plan on the first day of its year, whenever it was issued: it is the plan of that year.

    One that was replaced is in force no more, and neither are the programmes that it alone joined.
    """
    plan = CommunePlan.from_data(record.data)
    if plan.year is not None and not record.is_replaced:
        row = {"issued_on": plan.issued_on, "integration_ids": plan.integration_ids}
        yield Event(record.record_id, "commune_plan", date(plan.year, 1, 1), plan.unit_id, row)


def _of_risk_count(record: CountedRecord, lists: CodeLists) -> Iterator[Event]:
    """Yield a count on the first day of its half-year, which is in the report of that half-year."""
    data, day = record.data, day_of(record.data, "half_year")
    if day is not None:
        row = {name: data.get(name) for name in SOURCES[RecordType.RISK_GROUP_COUNT].fields}
        entities = {"risk_group": risk_group_of(data)}
        yield Event(
            record.record_id, RecordType.RISK_GROUP_COUNT, day, text_of(data, "unit_id"), row, entities
        )


def _of_submission(record: CountedRecord, lists: CodeLists) -> Iterator[Event]:
    """Yield a due submission of a report on its due day, sent or not."""
    owed = ReportSubmission.from_data(record.data)
    if owed.due_on is not None:
        row = {"due_on": owed.due_on, "submitted_on": owed.submitted_on}
        yield Event(record.record_id, RecordType.REPORT_SUBMISSION, owed.due_on, owed.unit_id, row)


def _of_agency_return(record: CountedRecord, lists: CodeLists) -> Iterator[Event]:
    yield from _stated(record, {"reporter": reporter_of(record.data)})


def _of_harm_reduction(record: CountedRecord, lists: CodeLists) -> Iterator[Event]:
    day = day_of_return(record.type, record.data)
    for service_id, given in entries_of(record.data, "services").items() if day else ():
        service = lists.support_services.get(service_id)
        is_contact = service is not None and service.unit == _CONTACT
        row = {
            "service_id": service_id,
            "is_contact": is_contact,
            "quantity": count_of(given, "quantity"),
        }
        assert day is not None
        yield Event(
            record.record_id, RecordType.HARM_REDUCTION_RETURN, day, text_of(record.data, "unit_id"), row
        )


def _stated(record: CountedRecord, entities: Mapping[str, str] | None = None) -> Iterator[Event]:
    """Yield a return as one event; formulas read its fields as they are stored."""
    data, day, source = record.data, day_of_return(record.type, record.data), SOURCES[record.type]
    if day is not None:
        row = {name: data.get(name) for name in source.fields}
        yield Event(record.record_id, source.name, day, text_of(data, "unit_id"), row, entities or {})


def reporter_of(data: Data) -> str:
    """Return the key of the agency that sends totals of an area."""
    return f"{text_of(data, 'agency_id')}|{text_of(data, 'unit_id')}"


def risk_group_of(data: Data) -> str:
    """Return the key of an at-risk group of a commune."""
    return f"{text_of(data, 'group_id')}|{text_of(data, 'unit_id')}"


def _attendance(counts: Data) -> dict[str, object]:
    numbers = {name: count_of(counts, name) for name in ("first_time_count", "female_count")}
    return {"attendance_count": _attended(counts), **numbers}


def _attended(counts: Data) -> int | None:
    """Return the attendance, at least the number of first-time attendees."""
    attended, first_time = count_of(counts, "attendance_count"), count_of(counts, "first_time_count")
    if attended is None or first_time is None:
        return first_time if attended is None else attended
    return max(attended, first_time)


def _place_of(data: Data, audience_id: str, lists: CodeLists) -> dict[str, str]:
    """Return the zone or school that an audience of a session counts for."""
    zone_id, school_id = text_of(data, "zone_id"), text_of(data, "school_id")
    if zone_id and audience_id == ZONE_AUDIENCE:
        return {"zone": zone_id}
    school = lists.schools.get(school_id)
    return {"school": school_id} if school is not None and audience_id == school.audience else {}


def _unallocated(audiences: Mapping[str, Data], lines: Mapping[str, Data]) -> int:
    """Return the workers reached for the first time whom a session gives to no establishment."""
    first_time = count_of(audiences.get(_WORKERS, {}), "first_time_count") or 0
    return max(0, first_time - sum(count_of(line, "first_time_count") or 0 for line in lines.values()))


def _filed(record: CountedRecord, day: date, unit_id: str) -> Event:
    filed_at = from_wire(text_of(record.data, "filed_at"))
    hours = (
        None
        if filed_at is None or record.received_at is None
        else max(0.0, (record.received_at - filed_at).total_seconds() / 3600)
    )
    row = {
        "hours_to_receipt": hours,
        "was_reviewed": record.was_reviewed,
        "was_returned": record.was_returned,
    }
    on = day if filed_at is None else local_date(filed_at)
    return Event(record.record_id, "filed_record", on, unit_id, row)


_READERS: Mapping[str, Callable[[CountedRecord, CodeLists], Iterator[Event]]] = {
    RecordType.INSPECTION: _of_visit,
    RecordType.OUTREACH_SESSION: _of_session,
    RecordType.WORKER_CENSUS: _of_census,
    RecordType.MEDIA_POST: _of_post,
    RecordType.COMMUNE_PLAN: _of_commune_plan,
    RecordType.RISK_GROUP_COUNT: _of_risk_count,
    RecordType.REPORT_SUBMISSION: _of_submission,
    RecordType.AGENCY_RETURN: _of_agency_return,
    RecordType.HARM_REDUCTION_RETURN: _of_harm_reduction,
    RecordType.COMMENDATION: lambda record, _: _stated(record),
    RecordType.INFORMATION_CORRECTION: lambda record, _: _stated(record),
    RecordType.SUPERVISION: lambda record, _: _stated(record),
    RecordType.BUDGET_LINE: lambda record, _: _stated(record),
}
