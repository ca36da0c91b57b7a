"""Schemas of reports, and of the numbers that agencies state for them."""

from __future__ import annotations

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import (
    COUNT,
    FREE_TEXT,
    MONEY,
    MOST_ITEMS,
    NOTE_LENGTH,
    OPINION_LENGTH,
    Count,
    Entries,
    Filled,
    FreeText,
    Instant,
    ListValue,
    LocalDate,
    RecordId,
    Sha256,
    ShortId,
    listed,
    listed_choice,
)
from field178_shared.schemas.plan import NUMBER_LENGTH, YEARS
from field178_shared.schemas.wire_schema import WireSchema
from field178_shared.wire.protocol import MAX_TEXT

MOST_PROFILES = 5
BODY_LENGTH = 120
LINES_LENGTH = 800
# A section of an official report has pages: it may be as long as any text of a record.
SECTION_LENGTH = MAX_TEXT


class ReportSectionSchema(WireSchema):
    """Text of one section of a report."""

    text = FreeText(SECTION_LENGTH, required=True)


class SignedOffSchema(WireSchema):
    """Officer and time of the sign-off, and the digest of the figures shown."""

    by = RecordId(required=True)
    at = Instant(required=True)
    figures = Sha256(required=True)


class FrozenSchema(WireSchema):
    """Officer and instant of the freeze, and the hash of the frozen content."""

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
    """Submission due from an agency or a commune for a report, and its time of sending."""

    kind = fields.String(required=True, validate=listed("report_kinds"))
    year = fields.Integer(strict=True, required=True, validate=YEARS)
    area_id = ShortId(required=True)
    agency_id = fields.String(required=True, validate=listed("agencies"))
    unit_id = fields.String(required=True, validate=listed("units"))
    due_on = LocalDate(required=True)
    submitted_on = LocalDate()
    document_number = fields.String(validate=validate.Length(max=NUMBER_LENGTH))


SOURCE_LENGTH = 120


class _StatedSchema(RecordSchema):
    """The agency that states it, and the unit that it is about."""

    agency_id = fields.String(required=True, validate=listed("agencies"))
    unit_id = fields.String(required=True, validate=listed("units"))


class AgencyReturnSchema(_StatedSchema):
    """The numbers of a month; an agency has those that its row of the lists names."""

    month = LocalDate(required=True)
    tipoffs_received = Count()
    tipoffs_processed = Count()
    cases_uncovered = Count()
    cases_prosecuted = Count()
    cases_tried = Count()
    complex_spots = Count()
    workers_examined = Count()
    note = FreeText(NOTE_LENGTH)


class ServiceQuantitySchema(WireSchema):
    """Quantity of a service."""

    quantity = fields.Integer(strict=True, required=True, validate=COUNT)


class HarmReductionReturnSchema(_StatedSchema):
    """Monthly totals of an area by service, without venue, commune or person."""

    month = LocalDate(required=True)
    services = Entries(
        keys=fields.String(validate=listed("support_services")),
        values=fields.Nested(ServiceQuantitySchema),
    )


class InformationCorrectionSchema(_StatedSchema):
    """Count of wrong information corrected on a day, by channel and action, without author."""

    corrected_on = LocalDate(required=True)
    channel_id = fields.String(required=True, validate=listed_choice("information_channel"))
    action_id = fields.String(required=True, validate=listed_choice("correction_action"))
    item_count = fields.Integer(strict=True, required=True, validate=validate.Range(1, 10_000))
    topic_ids = ListValue(fields.String(validate=listed("topics")), validate=validate.Length(max=MOST_ITEMS))


class SupervisionSchema(_StatedSchema):
    """Counts of a concluded supervision or social criticism and its recommendations."""

    kind_id = fields.String(required=True, validate=listed_choice("supervision_kind"))
    concluded_on = LocalDate(required=True)
    units_supervised = fields.Integer(strict=True, required=True, validate=validate.Range(1, 10_000))
    recommendations = Count(required=True)
    recommendations_done = Count()


class PilotModelSchema(_StatedSchema):
    """A pilot model: its id, start and status."""

    model_id = fields.String(required=True, validate=listed_choice("pilot_model"))
    started_on = LocalDate(required=True)
    status = fields.String(required=True, validate=listed_choice("model_status"))
    ended_on = LocalDate()
    host_agency_id = fields.String(validate=listed("agencies"))
    budget_vnd = fields.Integer(strict=True, validate=MONEY)


class CommendationSchema(_StatedSchema):
    """Number of people or groups commended on a day; an individual is a count."""

    granted_on = LocalDate(required=True)
    level = fields.String(required=True, validate=listed_choice("commendation_level"))
    form = fields.String(required=True, validate=listed_choice("commendation_form"))
    subject = fields.String(required=True, validate=listed_choice("commendation_subject"))
    count = fields.Integer(strict=True, required=True, validate=validate.Range(1, 10_000))


class BudgetLineSchema(_StatedSchema):
    """Amount that a year's budget allocates for a purpose, and amount spent so far."""

    year = fields.Integer(strict=True, required=True, validate=YEARS)
    source = fields.String(required=True, validate=listed_choice("budget_source"))
    purpose = fields.String(required=True, validate=Filled(SOURCE_LENGTH), metadata={FREE_TEXT: True})
    allocated_vnd = fields.Integer(strict=True, required=True, validate=MONEY)
    spent_vnd = fields.Integer(strict=True, required=True, validate=MONEY)


class DenominatorSchema(_StatedSchema):
    """A total used as a denominator, from a day until the next total of its kind, with its source."""

    kind = fields.String(required=True, validate=listed("denominators"))
    valid_from = LocalDate(required=True)
    value = fields.Integer(strict=True, required=True, validate=COUNT)
    source_document = fields.String(required=True, validate=Filled(SOURCE_LENGTH), metadata={FREE_TEXT: True})
