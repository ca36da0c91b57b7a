"""Sources of formulas: events with a day, and entities with the events that belong to them.

Only fields listed here are readable. Free texts and officers are never listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from field178_shared.record_type import RecordType


class ValueType(StrEnum):
    """Kind of a value."""

    NUMBER = "number"
    FLAG = "flag"
    DAY = "day"
    TEXT = "text"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Readable:
    """A readable field: its value type, and the list of its ids ("" for other values)."""

    kind: ValueType
    ids_of: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Events of one kind with their readable fields, read from records of `record_types`.

    `takes_answers`: answers to checklist items are fields too, by item id. `is_owed`: agencies send these
    numbers each month, so that a missing number is unknown and not zero. `has_day_of_record`: each event has
    the day and the unit of its record.
    """

    name: str
    record_types: tuple[str, ...]
    fields: Mapping[str, Readable]
    takes_answers: bool = False
    is_owed: bool = False
    has_day_of_record: bool = False


@dataclass(frozen=True, slots=True)
class EntityKind:
    """A kind of entity: its attributes at the end of the period, and the sources of its events.

    Without record types the entity is a row of the lists. `is_stated`: the entity exists from its first
    entered number on, so that a total without entities is unknown and not zero.
    """

    name: str
    record_types: tuple[str, ...]
    fields: Mapping[str, Readable] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    is_stated: bool = False


_NUMBER, _FLAG, _DAY = Readable(ValueType.NUMBER), Readable(ValueType.FLAG), Readable(ValueType.DAY)


def _ids(ids_of: str) -> Readable:
    return Readable(ValueType.TEXT, ids_of)


def _texts(ids_of: str) -> Readable:
    return Readable(ValueType.TEXTS, ids_of)


def _numbers(*names: str) -> dict[str, Readable]:
    return dict.fromkeys(names, _NUMBER)


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        source.name: source
        for source in (
            Source(
                "inspection",
                (RecordType.INSPECTION,),
                {
                    "inspection_kind": _ids("choice:inspection_kind"),
                    "trigger": _ids("choice:inspection_trigger"),
                    "access_result": _ids("choice:access_result"),
                    "overall_result": _ids("choice:overall_result"),
                },
                takes_answers=True,
                has_day_of_record=True,
            ),
            Source(
                "finding",
                (RecordType.INSPECTION, RecordType.SANCTION_DECISION),
                {"violation_id": _ids("violations"), "is_handled": _FLAG},
                has_day_of_record=True,
            ),
            Source(
                "measure",
                (RecordType.INSPECTION,),
                {"measure_id": _ids("choice:measure")},
                has_day_of_record=True,
            ),
            # Decisions of the office, and of the field team's measures; each document number counts once.
            Source(
                "decision",
                (RecordType.INSPECTION, RecordType.SANCTION_DECISION),
                {"sanction_id": _ids("choice:measure"), **_numbers("amount_vnd", "paid_vnd")},
            ),
            Source(
                "follow_up",
                (RecordType.INSPECTION, RecordType.FOLLOW_UP_CLOSURE),
                {"due_on": _DAY, "closed_on": _DAY},
            ),
            # The count of workers that a visit or a census took at an establishment.
            Source(
                "worker_count",
                (RecordType.INSPECTION, RecordType.WORKER_CENSUS),
                _numbers(
                    "workers_total",
                    "workers_female",
                    "workers_male",
                    "workers_contract",
                    "workers_health_check",
                    "workers_insured",
                ),
                has_day_of_record=True,
            ),
            # The lines that a session has for an establishment.
            Source(
                "talk",
                (RecordType.OUTREACH_SESSION,),
                {
                    **_numbers("attendance_count", "first_time_count"),
                    "audience_ids": _texts("audiences"),
                },
                has_day_of_record=True,
            ),
            Source(
                "session",
                (RecordType.OUTREACH_SESSION,),
                {
                    "outreach_form_id": _ids("forms"),
                    "channel": Readable(ValueType.TEXT),
                    "topic_ids": _texts("topics"),
                    # A talk held during an inspection is no session of its commune.
                    "is_of_visit": _FLAG,
                    # Workers reached for the first time whom the session gives to no establishment.
                    **_numbers("unallocated"),
                },
                has_day_of_record=True,
            ),
            Source(
                "audience",
                (RecordType.INSPECTION, RecordType.OUTREACH_SESSION),
                {
                    "audience_id": _ids("audiences"),
                    "outreach_form_id": _ids("forms"),
                    **_numbers("attendance_count", "first_time_count", "female_count"),
                },
                has_day_of_record=True,
            ),
            Source(
                "material",
                (RecordType.OUTREACH_SESSION,),
                # Sheets and copies are documents; pieces and broadcasts do not add up with them.
                {"material_id": _ids("materials"), "is_document": _FLAG, **_numbers("quantity")},
                has_day_of_record=True,
            ),
            Source(
                "media_post",
                (RecordType.MEDIA_POST,),
                {
                    "genre_id": _ids("choice:media_genre"),
                    "topic_ids": _texts("topics"),
                    **_numbers("duration_minutes", "broadcast_times"),
                },
                has_day_of_record=True,
            ),
            Source(
                "commune_plan",
                (RecordType.COMMUNE_PLAN,),
                {"issued_on": _DAY, "integration_ids": _texts("choice:commune_plan_integration")},
                has_day_of_record=True,
            ),
            Source(
                "risk_group_count",
                (RecordType.RISK_GROUP_COUNT,),
                {"group_id": _ids("choice:risk_group"), **_numbers("people_total", "women_total")},
            ),
            Source(
                "agency_return",
                (RecordType.AGENCY_RETURN,),
                {
                    "agency_id": _ids("agencies"),
                    **_numbers(
                        "tipoffs_received",
                        "tipoffs_processed",
                        "cases_uncovered",
                        "cases_prosecuted",
                        "cases_tried",
                        "complex_spots",
                        "workers_examined",
                    ),
                },
                is_owed=True,
            ),
            Source(
                "harm_reduction_return",
                (RecordType.HARM_REDUCTION_RETURN,),
                # Contacts with people and items handed out are different quantities.
                {"service_id": _ids("support_services"), "is_contact": _FLAG, **_numbers("quantity")},
                is_owed=True,
            ),
            Source(
                "commendation",
                (RecordType.COMMENDATION,),
                {
                    "level": _ids("choice:commendation_level"),
                    "subject": _ids("choice:commendation_subject"),
                    **_numbers("count"),
                },
            ),
            Source(
                "information_correction",
                (RecordType.INFORMATION_CORRECTION,),
                {
                    "channel_id": _ids("choice:information_channel"),
                    "action_id": _ids("choice:correction_action"),
                    "topic_ids": _texts("topics"),
                    **_numbers("item_count"),
                },
            ),
            Source(
                "supervision",
                (RecordType.SUPERVISION,),
                {
                    "kind_id": _ids("choice:supervision_kind"),
                    **_numbers("units_supervised", "recommendations", "recommendations_done"),
                },
            ),
            Source("budget_line", (RecordType.BUDGET_LINE,), _numbers("allocated_vnd", "spent_vnd")),
            Source(
                "report_submission", (RecordType.REPORT_SUBMISSION,), {"due_on": _DAY, "submitted_on": _DAY}
            ),
            # The day is the last of its window.
            Source("plan_item", (RecordType.PLAN_ITEM, RecordType.INSPECTION), {"is_done": _FLAG}),
            # Every filed visit and session, by its review state.
            Source(
                "filed_record",
                (RecordType.INSPECTION, RecordType.OUTREACH_SESSION, RecordType.REVIEW),
                {"was_reviewed": _FLAG, "was_returned": _FLAG, **_numbers("hours_to_receipt")},
            ),
        )
    }
)

ENTITIES: Mapping[str, EntityKind] = MappingProxyType(
    {
        source.name: source
        for source in (
            EntityKind(
                "establishment",
                (RecordType.ESTABLISHMENT,),
                {
                    "establishment_type_id": _ids("types"),
                    "national_group": _ids("national_groups"),
                    # How many workers a place of its kind usually has, at least and at most.
                    **_numbers("workers_least", "workers_most"),
                },
                ("inspection", "finding", "measure", "decision", "follow_up", "worker_count", "talk"),
            ),
            EntityKind("zone", (), _numbers("head_count"), ("audience",)),
            EntityKind("school", (), _numbers("head_count"), ("audience",)),
            EntityKind(
                "media_outlet",
                (),
                {"channel_id": _ids("media_channels"), "monthly_duty": _FLAG},
                ("media_post",),
            ),
            EntityKind("team", (RecordType.TEAM,), {"has_decision": _FLAG}),
            # An agency of an area that sends totals.
            EntityKind(
                "reporter", (RecordType.AGENCY_RETURN,), {"agency_id": _ids("agencies")}, ("agency_return",)
            ),
            # A group of a commune.
            EntityKind(
                "risk_group",
                (RecordType.RISK_GROUP_COUNT,),
                {"group_id": _ids("choice:risk_group")},
                ("risk_group_count",),
                is_stated=True,
            ),
            EntityKind("pilot_model", (RecordType.PILOT_MODEL,), {"status": _ids("choice:model_status")}),
            EntityKind(
                "denominator", (RecordType.DENOMINATOR,), {"kind": _ids("denominators"), **_numbers("value")}
            ),
        )
    }
)
# Parts for which the figures of an area are computed separately: `each(commune, …)`, `each(month, …)`.
COMMUNE, MONTH, QUARTER = "commune", "month", "quarter"
