"""Wire schema of the field's answer to a comment of a review, a record of its own beside the reviewed one."""

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import OPINION_LENGTH, FreeText, Instant, RecordId, ShortId


class CommentAnswerSchema(RecordSchema):
    """An answer in words; it is written once and changes nothing that the field recorded."""

    record = RecordId(required=True)
    comment = ShortId(required=True)
    text = FreeText(OPINION_LENGTH, required=True)
    at = Instant(required=True)
