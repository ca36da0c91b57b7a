"""Schemas of outreach sessions, media posts, and commune entries."""

from __future__ import annotations

from marshmallow import fields, validate

from field178_shared.schemas.declared import AttachmentSchema, RecordSchema
from field178_shared.schemas.field_types import (
    FREE_TEXT,
    MOST_ITEMS,
    NOTE_LENGTH,
    REMARK_LENGTH,
    Count,
    Entries,
    Filled,
    FreeText,
    ListValue,
    LocalDate,
    RecordId,
    ShortId,
    TimeOfDay,
    listed,
    listed_choice,
)
from field178_shared.schemas.plan import NUMBER_LENGTH, YEARS
from field178_shared.schemas.wire_schema import WireSchema


class AudienceSchema(WireSchema):
    """The participants of one audience."""

    attendance_count = Count(required=True)
    first_time_count = Count()
    female_count = Count()


class VisitedEstablishmentSchema(WireSchema):
    """The participants at one establishment."""

    attendance_count = Count(required=True)
    first_time_count = Count()


class MaterialSchema(WireSchema):
    """Quantity of one material handed out."""

    quantity = Count(required=True)


class OutreachSessionSchema(RecordSchema):
    """One session; whether it counts people depends on its form and is a rule."""

    outreach_form_id = fields.String(required=True, validate=listed("forms"))
    session_date = LocalDate(required=True)
    start_time = TimeOfDay()
    duration_minutes = fields.Integer(strict=True, validate=validate.Range(1, 10_080))
    unit_id = fields.String(required=True, validate=listed("units"))
    team_id = ShortId()
    venue = fields.String(validate=validate.Length(max=120))
    host_agency_id = fields.String(required=True, validate=listed("agencies"))
    co_hosts = ListValue(fields.String(validate=listed("agencies")), validate=validate.Length(max=MOST_ITEMS))
    audiences = Entries(
        keys=fields.String(validate=listed("audiences")), values=fields.Nested(AudienceSchema)
    )
    establishments = Entries(values=fields.Nested(VisitedEstablishmentSchema))
    zone_id = ShortId()
    school_id = ShortId()
    topic_ids = ListValue(
        fields.String(validate=listed("topics")), required=True, validate=Filled(MOST_ITEMS)
    )
    materials = Entries(
        keys=fields.String(validate=listed("materials")), values=fields.Nested(MaterialSchema)
    )
    summary = FreeText(REMARK_LENGTH)
    note = FreeText(NOTE_LENGTH)
    source_inspection_id = RecordId()
    attachments = Entries(values=fields.Nested(AttachmentSchema))


class WorkerCensusSchema(RecordSchema):
    """Counts under the ids that the checklist of a visit gives them; never a name."""

    establishment_id = RecordId(required=True)
    counted_on = LocalDate(required=True)
    unit_id = fields.String(required=True, validate=listed("units"))
    workers_total = Count(required=True)
    workers_female = Count()
    workers_male = Count()
    workers_sex_unstated = Count()
    workers_contract = Count()
    workers_health_check = Count()
    workers_insured = Count()
    source_document = fields.String(validate=validate.Length(max=120))
    note = FreeText(NOTE_LENGTH)


class MediaPostSchema(RecordSchema):
    """One item: its outlet, day, genre and title, and how often it was broadcast."""

    outlet_id = ShortId(required=True)
    unit_id = fields.String(required=True, validate=listed("units"))
    published_on = LocalDate(required=True)
    genre_id = fields.String(required=True, validate=listed_choice("media_genre"))
    title = fields.String(required=True, validate=Filled(200), metadata={FREE_TEXT: True})
    url = fields.String(validate=validate.Length(max=300))
    broadcast_log = fields.String(validate=validate.Length(max=60))
    duration_minutes = fields.Integer(strict=True, validate=validate.Range(1, 1_440))
    broadcast_times = fields.Integer(strict=True, validate=validate.Range(1, 1_000))
    topic_ids = ListValue(fields.String(validate=listed("topics")), validate=validate.Length(max=MOST_ITEMS))


class CommunePlanSchema(RecordSchema):
    """The document of a year, the programmes it joins, and the plan that it replaces."""

    unit_id = fields.String(required=True, validate=listed("units"))
    year = fields.Integer(strict=True, required=True, validate=YEARS)
    document_number = fields.String(required=True, validate=Filled(NUMBER_LENGTH))
    issued_on = LocalDate(required=True)
    integration_ids = ListValue(
        fields.String(validate=listed_choice("commune_plan_integration")),
        validate=validate.Length(max=MOST_ITEMS),
    )
    replaces = RecordId()
    attachments = Entries(values=fields.Nested(AttachmentSchema))


class RiskGroupCountSchema(RecordSchema):
    """A total of a commune and group, and the women among it: no age, no origin, no text."""

    unit_id = fields.String(required=True, validate=listed("units"))
    half_year = LocalDate(required=True)
    group_id = fields.String(required=True, validate=listed_choice("risk_group"))
    people_total = Count(required=True)
    women_total = Count(required=True)
