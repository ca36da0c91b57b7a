"""Wire schema of an establishment in inspection scope (register entry of a commune)."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import AttachmentSchema, RecordSchema
from field178_shared.schemas.field_types import (
    LATITUDE,
    LONGITUDE,
    MOST_ITEMS,
    NOTE_LENGTH,
    Entries,
    Filled,
    FreeText,
    ListValue,
    LocalDate,
    RecordId,
    ShortId,
    listed,
    listed_choice,
)
from field178_shared.schemas.wire_schema import WireSchema

POINT_SOURCES = frozenset({"gps", "map", "manual"})


class CertificateSchema(WireSchema):
    """A certificate, licence or approval of the establishment."""

    number = fields.String(validate=validate.Length(max=60))
    issued_on = LocalDate()
    expires_on = LocalDate()
    issuer_agency = fields.String(validate=listed("agencies"))
    status = fields.String(validate=listed_choice("certificate_status"))


class EstablishmentSchema(RecordSchema):
    """An establishment: premises and their papers, never a person."""

    name = fields.String(required=True, validate=Filled(120))
    establishment_type_id = fields.String(required=True, validate=listed("types"))
    unit_id = fields.String(required=True, validate=listed("units"))
    former_unit_ids = ListValue(
        fields.String(validate=listed("units")), validate=validate.Length(max=MOST_ITEMS)
    )
    team_id = ShortId()
    village = fields.String(validate=validate.Length(max=120))
    address_line = fields.String(required=True, validate=Filled(200))
    lat = fields.Integer(strict=True, validate=LATITUDE)
    lon = fields.Integer(strict=True, validate=LONGITUDE)
    point_source = fields.String(validate=validate.OneOf(POINT_SOURCES))
    registration_form_id = fields.String(validate=listed_choice("registration_form"))
    registration_number = fields.String(validate=validate.Length(max=60))
    registration_date = LocalDate()
    operating_status_id = fields.String(required=True, validate=listed_choice("operating_status"))
    status_from = LocalDate()
    rooms_total = fields.Integer(strict=True, validate=validate.Range(0, 5_000))
    opening_hours = fields.String(validate=validate.Length(max=120))
    certificates = Entries(values=fields.Nested(CertificateSchema))
    first_seen_on = LocalDate()
    closed_on = LocalDate()
    note = FreeText(NOTE_LENGTH)
    inspection_priority_id = fields.String(validate=listed_choice("inspection_priority"))
    inspection_priority_reason = FreeText(NOTE_LENGTH)
    merged_into = RecordId()
    attachments = Entries(values=fields.Nested(AttachmentSchema))
