"""Wire schemas of a sanction: its decision, payments, and measures carried out. The office alone writes them.

Whom a decision sanctions is the establishment of the visit: no member can name a person.
"""

from marshmallow import fields, validate

from field178_shared.records.sanctions import SANCTIONS
from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import (
    MONEY,
    MOST_ITEMS,
    REMARK_LENGTH,
    Entries,
    Filled,
    FreeText,
    ListValue,
    LocalDate,
    RecordId,
    ShortId,
)
from field178_shared.schemas.files import AttachmentSchema
from field178_shared.schemas.listed import listed, listed_choice

NUMBER_LENGTH = 60


class OfficeEntrySchema(RecordSchema):
    """What the office writes beside a visit: its proofs, and why it was withdrawn, if it was."""

    record = RecordId(required=True)
    withdrawn_reason = FreeText(REMARK_LENGTH)
    attachments = Entries(values=fields.Nested(AttachmentSchema))


class SanctionDecisionSchema(OfficeEntrySchema):
    """A decision that sanctions the establishment of a visit for violations found there."""

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
    """A measure that was carried out: one of the visit, by its key there, or one that a decision adds."""

    decision = RecordId()
    measure_key = ShortId(required=True)
    measure_id = fields.String(required=True, validate=listed_choice("measure"))
    done_on = LocalDate(required=True)
    document_number = fields.String(validate=validate.Length(max=NUMBER_LENGTH))
