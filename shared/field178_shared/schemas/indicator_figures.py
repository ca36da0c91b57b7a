"""Wire schema of the figures of a team's area: written by the server, read by the team's tablets."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import MOST_ITEMS, Entries, Instant, ListValue, LocalDate, ShortId
from field178_shared.schemas.plan import YEARS
from field178_shared.schemas.wire_schema import WireSchema

_NUMBER = validate.Range(-1_000_000_000_000, 1_000_000_000_000)


class AreaFigureSchema(WireSchema):
    """One figure: numerator, denominator, tenths of the value or of its bounds, and what waits for review.

    `counted` of `countable` entities of a kind have the number that is added up; of what agencies owe each
    month `sent_months` of `ended_months` were sent. Both stand there where something lacks alone.
    """

    num = fields.Integer(strict=True, required=True, validate=_NUMBER)
    den = fields.Integer(strict=True, validate=_NUMBER)
    tenths = fields.Integer(strict=True, validate=_NUMBER)
    low_tenths = fields.Integer(strict=True, validate=_NUMBER)
    high_tenths = fields.Integer(strict=True, validate=_NUMBER)
    counted = fields.Integer(strict=True, validate=_NUMBER)
    countable = fields.Integer(strict=True, validate=_NUMBER)
    countable_kind = ShortId()
    sent_months = fields.Integer(strict=True, validate=_NUMBER)
    ended_months = fields.Integer(strict=True, validate=_NUMBER)
    waiting = fields.Integer(strict=True, validate=_NUMBER)


class LeftOutSchema(WireSchema):
    """Numbers of what is in no figure of the area: places, visits and sessions of divided communes."""

    unit_ids = ListValue(ShortId(), validate=validate.Length(max=MOST_ITEMS))
    establishments = fields.Integer(strict=True, validate=_NUMBER)
    zones = fields.Integer(strict=True, validate=_NUMBER)
    schools = fields.Integer(strict=True, validate=_NUMBER)
    visits = fields.Integer(strict=True, validate=_NUMBER)
    sessions = fields.Integer(strict=True, validate=_NUMBER)
    events_until = LocalDate()


class IndicatorFiguresSchema(RecordSchema):
    """The figures of one area and year by indicator; `as_of` is the instant they were counted at."""

    year = fields.Integer(strict=True, required=True, validate=YEARS)
    as_of = Instant(required=True)
    figures = Entries(required=True, values=fields.Nested(AreaFigureSchema))
    left_out = fields.Nested(LeftOutSchema)
