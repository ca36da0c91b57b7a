"""Wire schema of a commune's plan of a year against social evils. The office alone writes it."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import MOST_ITEMS, Entries, Filled, ListValue, LocalDate, RecordId
from field178_shared.schemas.files import AttachmentSchema
from field178_shared.schemas.listed import listed, listed_choice
from field178_shared.schemas.plan import NUMBER_LENGTH, YEARS


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
