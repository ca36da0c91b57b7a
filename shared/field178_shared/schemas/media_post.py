"""Wire schema of a media post: one item of one outlet; broadcast again it stays one item."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import (
    FREE_TEXT,
    MOST_ITEMS,
    Filled,
    ListValue,
    LocalDate,
    ShortId,
)
from field178_shared.schemas.listed import listed, listed_choice


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
