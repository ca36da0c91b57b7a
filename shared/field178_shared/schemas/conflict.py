"""Wire schema of a conflict record: conflicting values, stored until the office decides."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import Anything, Entries, RecordId, ShortId
from field178_shared.schemas.review import MAX_PATH
from field178_shared.schemas.wire_schema import WireSchema

STATES = frozenset({"open", "resolved"})


class ConflictEntrySchema(WireSchema):
    """One clashing change: the value its author had seen, the one set, and the stored one."""

    was = Anything()
    mine = Anything()
    current = Anything()
    user = fields.String(validate=validate.Length(max=64))
    at = fields.String(validate=validate.Length(max=64))
    reason = ShortId()


class ConflictSchema(RecordSchema):
    """One path of one record on one device, with an entry for each clashing change."""

    record = RecordId(required=True)
    record_type = ShortId(required=True)
    path = fields.String(required=True, validate=validate.Length(max=MAX_PATH))
    device = RecordId(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    entries = Entries(values=fields.Nested(ConflictEntrySchema), required=True)
