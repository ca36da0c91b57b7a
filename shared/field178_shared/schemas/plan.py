"""Wire schemas of the yearly plan, its quotas and its planned visits. The office alone writes them."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import (
    NOTE_LENGTH,
    Entries,
    FreeText,
    LocalDate,
    RecordId,
    ShortId,
    listed,
    listed_choice,
)
from field178_shared.schemas.wire_schema import WireSchema

YEARS = validate.Range(2000, 9999)
MOST_VISITS = 100_000
NUMBER_LENGTH = 60


class QuotaSchema(WireSchema):
    """Target number of visits by kind of establishment, commune, month or team; absent matches any."""

    establishment_type_id = fields.String(validate=listed("types"))
    unit_id = fields.String(validate=listed("units"))
    month = fields.Integer(strict=True, validate=validate.Range(1, 12))
    team_id = ShortId()
    count = fields.Integer(strict=True, required=True, validate=validate.Range(1, MOST_VISITS))


class InspectionPlanSchema(RecordSchema):
    """The plan of a year: its document, and its quotas."""

    year = fields.Integer(strict=True, required=True, validate=YEARS)
    number = fields.String(validate=validate.Length(max=NUMBER_LENGTH))
    issued_on = LocalDate()
    quotas = Entries(values=fields.Nested(QuotaSchema))


class AskedBySchema(WireSchema):
    """The correction that requested a re-inspection: its visit, and its key there."""

    visit_id = RecordId(required=True)
    follow_up_id = ShortId(required=True)


class CancelledSchema(WireSchema):
    """Why a planned visit is not made."""

    reason = FreeText(NOTE_LENGTH, required=True)
    on = LocalDate()


class PlanItemSchema(RecordSchema):
    """A visit that a team shall make: to one establishment, or to any of a type in a commune."""

    year = fields.Integer(strict=True, required=True, validate=YEARS)
    team_id = ShortId(required=True)
    establishment_id = RecordId()
    establishment_type_id = fields.String(validate=listed("types"))
    unit_id = fields.String(validate=listed("units"))
    inspection_kind = fields.String(required=True, validate=listed_choice("inspection_kind"))
    trigger = fields.String(required=True, validate=listed_choice("inspection_trigger"))
    window_from = LocalDate(required=True)
    window_to = LocalDate(required=True)
    reason = FreeText(NOTE_LENGTH)
    asked_by = fields.Nested(AskedBySchema)
    cancelled = fields.Nested(CancelledSchema)
