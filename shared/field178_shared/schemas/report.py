"""Wire schemas of the official report and of what is sent for it. The office alone writes them."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import (
    OPINION_LENGTH,
    Entries,
    FreeText,
    Instant,
    ListValue,
    LocalDate,
    RecordId,
    Sha256,
    ShortId,
)
from field178_shared.schemas.listed import listed
from field178_shared.schemas.plan import NUMBER_LENGTH, YEARS
from field178_shared.schemas.wire_schema import WireSchema
from field178_shared.wire.protocol import MAX_TEXT

MOST_PROFILES = 5
BODY_LENGTH = 120
LINES_LENGTH = 800
# A section of an official report has pages: it may be as long as any text of a record.
SECTION_LENGTH = MAX_TEXT


class ReportSectionSchema(WireSchema):
    """What is written in one section."""

    text = FreeText(SECTION_LENGTH, required=True)


class SignedOffSchema(WireSchema):
    """Who signed off, when, and the digest of the figures that were seen."""

    by = RecordId(required=True)
    at = Instant(required=True)
    figures = Sha256(required=True)


class FrozenSchema(WireSchema):
    """Who froze it, when, and the hash of all that it is made of."""

    by = RecordId(required=True)
    at = Instant(required=True)
    sha256 = Sha256(required=True)


class ReportSchema(RecordSchema):
    """The report of an area and a period."""

    kind = fields.String(required=True, validate=listed("report_kinds"))
    year = fields.Integer(strict=True, required=True, validate=YEARS)
    period_from = LocalDate(required=True)
    period_to = LocalDate(required=True)
    area_id = ShortId(required=True)
    profile_ids = ListValue(
        fields.String(validate=listed("target_profiles")), validate=validate.Length(max=MOST_PROFILES)
    )
    superior_body = fields.String(validate=validate.Length(max=BODY_LENGTH))
    issuing_body = fields.String(validate=validate.Length(max=BODY_LENGTH))
    symbol = fields.String(validate=validate.Length(max=NUMBER_LENGTH))
    place = fields.String(validate=validate.Length(max=NUMBER_LENGTH))
    opening = FreeText(LINES_LENGTH)
    signer = FreeText(LINES_LENGTH)
    recipients = FreeText(LINES_LENGTH)
    sections = Entries(
        keys=fields.String(validate=listed("report_sections")), values=fields.Nested(ReportSectionSchema)
    )
    signed_off = fields.Nested(SignedOffSchema)
    frozen = fields.Nested(FrozenSchema)
    restates = RecordId()
    restatement_reason = FreeText(OPINION_LENGTH)


class ReportSubmissionSchema(RecordSchema):
    """What an agency or a commune owes for a report, and when it was sent."""

    kind = fields.String(required=True, validate=listed("report_kinds"))
    year = fields.Integer(strict=True, required=True, validate=YEARS)
    area_id = ShortId(required=True)
    agency_id = fields.String(required=True, validate=listed("agencies"))
    unit_id = fields.String(required=True, validate=listed("units"))
    due_on = LocalDate(required=True)
    submitted_on = LocalDate()
    document_number = fields.String(validate=validate.Length(max=NUMBER_LENGTH))
