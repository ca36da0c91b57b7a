"""Wire schema of the office's closure of a correction that a visit asked for."""

from marshmallow import fields, validate

from field178_shared.schemas.field_types import NOTE_LENGTH, FreeText, LocalDate, ShortId
from field178_shared.schemas.sanction import OfficeEntrySchema


class FollowUpClosureSchema(OfficeEntrySchema):
    """A correction that the office has proof of, or that no longer applies."""

    follow_up_id = ShortId(required=True)
    status = fields.String(required=True, validate=validate.OneOf({"fixed", "cancelled"}))
    closed_on = LocalDate(required=True)
    note = FreeText(NOTE_LENGTH)
