"""Wire schema of an outreach session: participants are two counts an audience, never a list."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import (
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
)
from field178_shared.schemas.files import AttachmentSchema
from field178_shared.schemas.listed import listed
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
