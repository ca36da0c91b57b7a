"""Schemas of office entries about a record: reviews, decisions; answers, conflicts."""

from __future__ import annotations

from marshmallow import fields, validate

from field178_shared.records.review import ReviewState
from field178_shared.records.sanctions import SANCTIONS
from field178_shared.schemas.declared import AttachmentSchema, RecordSchema
from field178_shared.schemas.field_types import (
    MONEY,
    MOST_ITEMS,
    NOTE_LENGTH,
    OPINION_LENGTH,
    REMARK_LENGTH,
    Anything,
    Entries,
    Filled,
    FreeText,
    Instant,
    ListValue,
    LocalDate,
    RecordId,
    ShortId,
    listed,
    listed_choice,
)
from field178_shared.schemas.wire_schema import WireSchema
from field178_shared.wire.protocol import MAX_INTEGER

MAX_PATH = 8 * 65
REVIEW_STATES = frozenset(state.value for state in ReviewState if state is not ReviewState.WAITING)

_REVISION = validate.Range(1, MAX_INTEGER)


class CommentSchema(WireSchema):
    """A comment of the reviewer, pinned to a path, and the revision at which its thread was closed."""

    path = fields.String(validate=validate.Length(max=MAX_PATH))
    text = FreeText(REMARK_LENGTH, required=True)
    user = ShortId(required=True)
    at = Instant(required=True)
    done_rev = fields.Integer(strict=True, validate=_REVISION)
    # Key of the first comment of the thread, for comments that continue a thread.
    thread = ShortId()
    closed_by = ShortId()
    closed_at = Instant()


class ReviewSchema(RecordSchema):
    """Review state of a record: returned, approved or void; without a review the record waits.

    `handed_to`: the officer who must answer in place of the author of the record. `decided_by` and
    `decided_at` belong to the decision in force.
    """

    record = RecordId(required=True)
    record_rev = fields.Integer(strict=True, required=True, validate=_REVISION)
    state = fields.String(required=True, validate=validate.OneOf(REVIEW_STATES))
    reason = FreeText(REMARK_LENGTH)
    comments = Entries(values=fields.Nested(CommentSchema))
    handed_to = ShortId()
    decided_by = ShortId()
    decided_at = Instant()


class CommentAnswerSchema(RecordSchema):
    """An answer to a comment; it is written once and does not change the record."""

    record = RecordId(required=True)
    comment = ShortId(required=True)
    text = FreeText(OPINION_LENGTH, required=True)
    at = Instant(required=True)


CONFLICT_STATES = frozenset({"open", "resolved"})


class ConflictEntrySchema(WireSchema):
    """A conflicting change: the value its author had seen, the offered value, and the stored value."""

    was = Anything()
    mine = Anything()
    current = Anything()
    user = fields.String(validate=validate.Length(max=64))
    at = fields.String(validate=validate.Length(max=64))
    reason = ShortId()


class ConflictSchema(RecordSchema):
    """One path of one record on one device, with an entry for each clashing change."""

    record = RecordId(required=True)
    record_type = ShortId(required=True)
    path = fields.String(required=True, validate=validate.Length(max=MAX_PATH))
    device = RecordId(required=True)
    state = fields.String(required=True, validate=validate.OneOf(CONFLICT_STATES))
    entries = Entries(values=fields.Nested(ConflictEntrySchema), required=True)


NUMBER_LENGTH = 60


class OfficeEntrySchema(RecordSchema):
    """An office entry about a visit: its attachments, and the reason for its withdrawal, if any."""

    record = RecordId(required=True)
    withdrawn_reason = FreeText(REMARK_LENGTH)
    attachments = Entries(values=fields.Nested(AttachmentSchema))


class SanctionDecisionSchema(OfficeEntrySchema):
    """A decision that sanctions the establishment of a visit for recorded violations."""

    document_number = fields.String(required=True, validate=Filled(NUMBER_LENGTH))
    document_date = LocalDate(required=True)
    agency_id = fields.String(required=True, validate=listed("agencies"))
    violation_ids = ListValue(
        fields.String(validate=listed("violations")), required=True, validate=Filled(MOST_ITEMS)
    )
    sanction_id = fields.String(required=True, validate=validate.OneOf(SANCTIONS))
    amount_vnd = fields.Integer(strict=True, validate=MONEY)
    measure_ids = ListValue(
        fields.String(validate=listed_choice("measure")), validate=validate.Length(max=MOST_ITEMS)
    )
    received_on = LocalDate()


class PaymentSchema(OfficeEntrySchema):
    """A payment of a fine, in part or whole."""

    decision = RecordId(required=True)
    document_number = fields.String(required=True, validate=Filled(NUMBER_LENGTH))
    paid_on = LocalDate(required=True)
    amount_vnd = fields.Integer(strict=True, required=True, validate=MONEY)


class MeasureExecutionSchema(OfficeEntrySchema):
    """A measure that was carried out: a measure of the visit, by its key there, or of a decision."""

    decision = RecordId()
    measure_key = ShortId(required=True)
    measure_id = fields.String(required=True, validate=listed_choice("measure"))
    done_on = LocalDate(required=True)
    document_number = fields.String(validate=validate.Length(max=NUMBER_LENGTH))


class FollowUpClosureSchema(OfficeEntrySchema):
    """A correction that the office has proof of, or that no longer applies."""

    follow_up_id = ShortId(required=True)
    status = fields.String(required=True, validate=validate.OneOf({"fixed", "cancelled"}))
    closed_on = LocalDate(required=True)
    note = FreeText(NOTE_LENGTH)
