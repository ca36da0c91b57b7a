"""Wire schemas of changed lists: the office's signed pack, and the rows it is made of."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import Entries, Instant, Sha256
from field178_shared.wire.protocol import MAX_TEXT

_NUMBER = validate.Range(1, 1_000_000)


class ListPackSchema(RecordSchema):
    """The pack in force: its number, the hash of all its rows, and the office's signature over both.

    `taken` keeps the number of the latest pack taken over from another office, by that office's key.
    """

    number = fields.Integer(strict=True, required=True, validate=_NUMBER)
    content_hash = Sha256(required=True)
    signature = fields.String(required=True, validate=validate.Length(max=128))
    published_at = Instant(required=True)
    taken = Entries(values=fields.Integer(strict=True, validate=_NUMBER))


class ListRowsSchema(RecordSchema):
    """Changed rows of one table, each as the JSON text that the signature covers."""

    table = fields.String(required=True, validate=validate.Length(max=64))
    rows = Entries(required=True, values=fields.String(validate=validate.Length(max=MAX_TEXT)))
