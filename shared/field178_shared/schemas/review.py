"""Wire schema of a review: the office's state of one filed record, written by the office alone."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import REMARK_LENGTH, Entries, FreeText, Instant, RecordId, ShortId
from field178_shared.schemas.wire_schema import WireSchema
from field178_shared.wire.protocol import MAX_INTEGER

MAX_PATH = 8 * 65
STATES = frozenset({"returned", "approved", "void"})

_REVISION = validate.Range(1, MAX_INTEGER)


class CommentSchema(WireSchema):
    """A comment of the reviewer, pinned to a path, and the revision at which its thread was closed."""

    path = fields.String(validate=validate.Length(max=MAX_PATH))
    text = FreeText(REMARK_LENGTH, required=True)
    user = ShortId(required=True)
    at = Instant(required=True)
    done_rev = fields.Integer(strict=True, validate=_REVISION)
    # Of a comment that goes on with an earlier one: the key of the first one of its thread.
    thread = ShortId()
    closed_by = ShortId()
    closed_at = Instant()


class ReviewSchema(RecordSchema):
    """Returned, approved or void; no review is waiting.

    `handed_to` is the officer who has to answer it in the place of the one who filed the record;
    `decided_by` and `decided_at` are of the decision that stands.
    """

    record = RecordId(required=True)
    record_rev = fields.Integer(strict=True, required=True, validate=_REVISION)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    reason = FreeText(REMARK_LENGTH)
    comments = Entries(values=fields.Nested(CommentSchema))
    handed_to = ShortId()
    decided_by = ShortId()
    decided_at = Instant()
