"""Schema of inspection visits, with the answers of their checklists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import ClassVar

from marshmallow import fields, validate

from field178_shared.codelists import load
from field178_shared.codelists.checklist import YES_NO, YES_NO_PARTIAL, AnswerKind, ChecklistItem
from field178_shared.schemas.declared import AttachmentSchema, RecordSchema
from field178_shared.schemas.field_types import (
    LATITUDE,
    LONGITUDE,
    MONEY,
    MOST_ITEMS,
    NOTE_LENGTH,
    OPINION_LENGTH,
    REMARK_LENGTH,
    Anything,
    Count,
    Entries,
    Field,
    Flag,
    FreeText,
    IdsInForce,
    Instant,
    ListValue,
    LocalDate,
    MinutesNumber,
    RecordId,
    ShortId,
    listed,
    listed_choice,
)
from field178_shared.schemas.wire_schema import WireSchema
from field178_shared.wire.protocol import MAX_TEXT

SOURCES = frozenset({"section", "same_as_last"})

_LISTS = load()
_VALUES: dict[AnswerKind, Field] = {
    AnswerKind.YES_NO: fields.String(validate=validate.OneOf(YES_NO)),
    AnswerKind.YES_NO_PARTIAL: fields.String(validate=validate.OneOf(YES_NO_PARTIAL)),
    AnswerKind.COUNT: Count(),
    AnswerKind.MONEY: fields.Integer(strict=True, validate=MONEY),
    AnswerKind.DATE: LocalDate(),
}


class UnknownAnswerSchema(WireSchema):
    """An answer to an item that no list here has: kept as received; its note is free text like any other."""

    v = Anything()
    note = FreeText(NOTE_LENGTH)


# One object for each kind of value, not for each item and each version of the lists.
@cache
def _value_of(answer: AnswerKind, choice_list: str | None, max_length: int | None) -> Field:
    if choice_list is not None:
        return fields.String(validate=listed_choice(choice_list))
    return _VALUES.get(answer) or FreeText(max_length or MAX_TEXT)


@cache
def _answer_schema(value: Field) -> type[WireSchema]:
    class AnswerSchema(WireSchema):
        """An answer, a note and the source of the answer.

        `v` may be missing: drafts and merges may leave a note without an answer. Whether an item still needs
        its answer depends on the kind of establishment, which a rule checks.
        """

        v = value
        note = FreeText(NOTE_LENGTH)
        src = fields.String(validate=validate.OneOf(SOURCES))

    return AnswerSchema


def _answer_to(item: ChecklistItem) -> fields.Nested:
    return fields.Nested(_answer_schema(_value_of(item.answer, item.choice_list, item.max_length)))


_DECLARED = {item.id: _answer_to(item) for item in _LISTS.items.values()}


@lru_cache(maxsize=1)
def _of_the_pack(_version: str) -> Mapping[str, fields.Nested]:
    return {item.id: _answer_to(item) for item in load().items.values() if item.id not in _DECLARED}


class AnswersSchema(WireSchema):
    """An answer for each item of the checklist."""

    class Meta(WireSchema.Meta):
        """One member for each item known when the schema is first used."""

        include: ClassVar[Mapping[str, Field]] = _DECLARED

    others = UnknownAnswerSchema

    @classmethod
    def further(cls) -> Mapping[str, fields.Nested]:
        """Return the answers to the items that the office added."""
        return _of_the_pack(load().version)


HOTLINES = frozenset({"hotline_111", "hotline_113", "hotline_115"})

_REFERRED_TO = validate.OneOf(IdsInForce(lambda lists: lists.agencies.keys() | HOTLINES))


class FrameSchema(WireSchema):
    """The fine frame of a violation on the day it occurred."""

    src = fields.String(validate=validate.Length(max=64))
    art = fields.String(validate=validate.Length(max=120))
    min = fields.Integer(strict=True, validate=MONEY)
    max = fields.Integer(strict=True, validate=MONEY)
    valid_from = LocalDate()
    valid_to = LocalDate()
    org_multiplier = fields.Integer(strict=True, validate=validate.Range(1, 10))


class FindingSchema(WireSchema):
    """A violation recorded by the team."""

    violation_id = fields.String(required=True, validate=listed("violations"))
    checklist_item_id = ShortId()
    occurred_on = LocalDate(required=True)
    quantity = Count()
    frame = fields.Nested(FrameSchema)
    note = FreeText(NOTE_LENGTH)


class MeasureSchema(WireSchema):
    """A measure, the violations of the visit that it answers, its document and its payment."""

    measure_id = fields.String(required=True, validate=listed_choice("measure"))
    violation_ids = ListValue(
        fields.String(validate=listed("violations")), validate=validate.Length(max=MOST_ITEMS)
    )
    document_number = fields.String(validate=validate.Length(max=60))
    document_date = LocalDate()
    agency_id = fields.String(validate=listed("agencies"))
    amount_vnd = fields.Integer(strict=True, validate=MONEY)
    paid_on = LocalDate()


class FollowUpSchema(WireSchema):
    """A shortcoming to be corrected, and the visit that saw it closed."""

    text = FreeText(NOTE_LENGTH, required=True)
    due_on = LocalDate()
    status = fields.String(validate=listed_choice("followup_status"))
    fixed_on = LocalDate()
    closed_by_visit = RecordId()


class FollowUpAnswerSchema(WireSchema):
    """Result of a visit for a correction that an earlier visit requested, with the text of that visit."""

    visit_id = RecordId(required=True)
    follow_up_id = ShortId(required=True)
    text = FreeText(NOTE_LENGTH)
    due_on = LocalDate()
    status = fields.String(required=True, validate=listed_choice("followup_status"))
    note = FreeText(NOTE_LENGTH)


class ProtocolSchema(WireSchema):
    """The whole memory of a protocol screen: when, referred to whom, done. No identity, no narrative."""

    at = Instant()
    referred_to = fields.String(validate=_REFERRED_TO)
    done = Flag()


def _one_of(choice_list: str) -> validate.OneOf:
    return listed_choice(choice_list)


class MemberSchema(WireSchema):
    """An officer of the team and the position held during the visit."""

    user = ShortId(required=True)
    position = fields.String(required=True, validate=_one_of("team_position"))


class CheckInSchema(WireSchema):
    """One position at arrival with its source, or the reason for its absence; never a track."""

    lat = fields.Integer(strict=True, validate=LATITUDE)
    lon = fields.Integer(strict=True, validate=LONGITUDE)
    accuracy_m = fields.Integer(strict=True, validate=validate.Range(0, 1_000_000))
    fix_age_s = fields.Integer(strict=True, validate=validate.Range(0, 10_000_000))
    captured_at = Instant()
    provider = fields.String(validate=_one_of("point_provider"))
    no_point_reason = fields.String(validate=_one_of("no_point_reason"))


class InspectionSchema(RecordSchema):
    """A visit of the team to one establishment; its review state is a separate record."""

    inspection_kind = fields.String(required=True, validate=_one_of("inspection_kind"))
    trigger = fields.String(required=True, validate=_one_of("inspection_trigger"))
    decision_number = fields.String(validate=validate.Length(max=60))
    decision_date = LocalDate()
    plan_item_id = RecordId()
    members = Entries(values=fields.Nested(MemberSchema), required=True)
    local_escort_agencies = ListValue(
        fields.String(validate=listed("agencies")), validate=validate.Length(max=MOST_ITEMS)
    )
    establishment_id = RecordId(required=True)
    unit_id = fields.String(required=True, validate=listed("units"))
    team_id = ShortId(required=True)
    started_at = Instant(required=True)
    ended_at = Instant(required=True)
    check_in = fields.Nested(CheckInSchema)
    access_result = fields.String(required=True, validate=_one_of("access_result"))
    representative_role = fields.String(required=True, validate=_one_of("representative_role"))
    answers = fields.Nested(AnswersSchema)
    findings = Entries(values=fields.Nested(FindingSchema))
    measures = Entries(values=fields.Nested(MeasureSchema))
    follow_ups = Entries(values=fields.Nested(FollowUpSchema))
    follow_up_answers = Entries(values=fields.Nested(FollowUpAnswerSchema))
    protocols = Entries(
        keys=fields.String(validate=_one_of("protocol")), values=fields.Nested(ProtocolSchema)
    )
    overall_result = fields.String(required=True, validate=_one_of("overall_result"))
    recommendation = FreeText(REMARK_LENGTH)
    representative_opinion = FreeText(OPINION_LENGTH)
    minutes_number = MinutesNumber()
    paper_signed = fields.String(validate=_one_of("paper_signed"))
    attachments = Entries(values=fields.Nested(AttachmentSchema))
