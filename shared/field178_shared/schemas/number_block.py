"""Wire schema of a number block: minutes numbers that the server leases to one incarnation of a tablet."""

from typing import ClassVar

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import Field, RecordId, ShortId

_SERIAL = validate.Range(1, 999_999)


class NumberBlockSchema(RecordSchema):
    """Numbers `from` to `to` of the team's series of a year; `code` names the tablet's life among them."""

    class Meta(RecordSchema.Meta):
        """Members whose wire name is a keyword of Python."""

        include: ClassVar[dict[str, Field]] = {
            "from": fields.Integer(strict=True, required=True, validate=_SERIAL)
        }

    device = RecordId(required=True)
    incarnation = RecordId(required=True)
    year = fields.Integer(strict=True, required=True, validate=validate.Range(2000, 9999))
    to = fields.Integer(strict=True, required=True, validate=_SERIAL)
    code = ShortId()
