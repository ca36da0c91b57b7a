"""What a visit found and what followed: findings with the fine frame of their date, measures, follow-ups."""

from marshmallow import fields, validate

from field178_shared.codelists import load
from field178_shared.schemas.field_types import Flag, FreeText, Instant, LocalDate, RecordId, ShortId
from field178_shared.schemas.limits import COUNT, MONEY, NOTE_LENGTH
from field178_shared.schemas.wire_schema import WireSchema

HOTLINES = frozenset({"hotline_111", "hotline_113", "hotline_115"})

_LISTS = load()
_SELECTABLE = frozenset(violation.id for violation in _LISTS.violations.values() if violation.selectable)


class FrameSchema(WireSchema):
    """The fine frame of a violation as it stood on the day it occurred."""

    src = fields.String(validate=validate.Length(max=64))
    art = fields.String(validate=validate.Length(max=120))
    min = fields.Integer(strict=True, validate=MONEY)
    max = fields.Integer(strict=True, validate=MONEY)
    valid_from = LocalDate()
    valid_to = LocalDate()
    org_multiplier = fields.Integer(strict=True, validate=validate.Range(1, 10))


class FindingSchema(WireSchema):
    """A violation that the team found."""

    violation_id = fields.String(required=True, validate=validate.OneOf(_SELECTABLE))
    checklist_item_id = ShortId()
    occurred_on = LocalDate(required=True)
    quantity = fields.Integer(strict=True, validate=COUNT)
    frame = fields.Nested(FrameSchema)
    note = FreeText(NOTE_LENGTH)


class MeasureSchema(WireSchema):
    """A measure taken, its document and what was paid."""

    measure_id = fields.String(required=True, validate=validate.OneOf(_LISTS.choice_ids("measure")))
    document_number = fields.String(validate=validate.Length(max=60))
    document_date = LocalDate()
    agency_id = fields.String(validate=validate.OneOf(_LISTS.agencies))
    amount_vnd = fields.Integer(strict=True, validate=MONEY)
    paid_on = LocalDate()


class FollowUpSchema(WireSchema):
    """A shortcoming to be mended, and the visit that saw it closed."""

    text = FreeText(NOTE_LENGTH, required=True)
    due_on = LocalDate()
    status = fields.String(validate=validate.OneOf(_LISTS.choice_ids("followup_status")))
    fixed_on = LocalDate()
    closed_by_visit = RecordId()


class ProtocolSchema(WireSchema):
    """The whole memory of a protocol screen: when, referred to whom, done. No identity, no narrative."""

    at = Instant()
    referred_to = fields.String(validate=validate.OneOf(_LISTS.agencies.keys() | HOTLINES))
    done = Flag()
