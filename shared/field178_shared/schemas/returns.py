"""Wire schemas of what agencies send for the yearly figures: counts that the office alone writes."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import (
    COUNT,
    FREE_TEXT,
    MONEY,
    MOST_ITEMS,
    NOTE_LENGTH,
    Count,
    Entries,
    Filled,
    FreeText,
    ListValue,
    LocalDate,
)
from field178_shared.schemas.listed import listed, listed_choice
from field178_shared.schemas.plan import YEARS
from field178_shared.schemas.wire_schema import WireSchema

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
    """How much of a service there was."""

    quantity = fields.Integer(strict=True, required=True, validate=COUNT)


class HarmReductionReturnSchema(_StatedSchema):
    """Totals of a month by service, for an area: no venue, no commune, nobody who was reached."""

    month = LocalDate(required=True)
    services = Entries(
        keys=fields.String(validate=listed("support_services")),
        values=fields.Nested(ServiceQuantitySchema),
    )


class InformationCorrectionSchema(_StatedSchema):
    """How much wrong information was dealt with on a day: where it stood and what was done, no author."""

    corrected_on = LocalDate(required=True)
    channel_id = fields.String(required=True, validate=listed_choice("information_channel"))
    action_id = fields.String(required=True, validate=listed_choice("correction_action"))
    item_count = fields.Integer(strict=True, required=True, validate=validate.Range(1, 10_000))
    topic_ids = ListValue(fields.String(validate=listed("topics")), validate=validate.Length(max=MOST_ITEMS))


class SupervisionSchema(_StatedSchema):
    """A supervision or social criticism that was concluded, and what came of it: counts alone."""

    kind_id = fields.String(required=True, validate=listed_choice("supervision_kind"))
    concluded_on = LocalDate(required=True)
    units_supervised = fields.Integer(strict=True, required=True, validate=validate.Range(1, 10_000))
    recommendations = Count(required=True)
    recommendations_done = Count()


class PilotModelSchema(_StatedSchema):
    """A model that is tried: which one, since when, and whether it goes on."""

    model_id = fields.String(required=True, validate=listed_choice("pilot_model"))
    started_on = LocalDate(required=True)
    status = fields.String(required=True, validate=listed_choice("model_status"))
    ended_on = LocalDate()
    host_agency_id = fields.String(validate=listed("agencies"))
    budget_vnd = fields.Integer(strict=True, validate=MONEY)


class CommendationSchema(_StatedSchema):
    """How many were commended on a day; an individual is a count."""

    granted_on = LocalDate(required=True)
    level = fields.String(required=True, validate=listed_choice("commendation_level"))
    form = fields.String(required=True, validate=listed_choice("commendation_form"))
    subject = fields.String(required=True, validate=listed_choice("commendation_subject"))
    count = fields.Integer(strict=True, required=True, validate=validate.Range(1, 10_000))


class BudgetLineSchema(_StatedSchema):
    """What a year's budget allocates for a purpose, and what is spent of it until now."""

    year = fields.Integer(strict=True, required=True, validate=YEARS)
    source = fields.String(required=True, validate=listed_choice("budget_source"))
    purpose = fields.String(required=True, validate=Filled(SOURCE_LENGTH), metadata={FREE_TEXT: True})
    allocated_vnd = fields.Integer(strict=True, required=True, validate=MONEY)
    spent_vnd = fields.Integer(strict=True, required=True, validate=MONEY)


class DenominatorSchema(_StatedSchema):
    """A total that figures divide by, from a day on until the next one of its kind, and who says so."""

    kind = fields.String(required=True, validate=listed("denominators"))
    valid_from = LocalDate(required=True)
    value = fields.Integer(strict=True, required=True, validate=COUNT)
    source_document = fields.String(required=True, validate=Filled(SOURCE_LENGTH), metadata={FREE_TEXT: True})
