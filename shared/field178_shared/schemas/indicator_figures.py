"""Wire schema of the figures of a team's area: written by the server, read by the team's tablets."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import Entries, Instant
from field178_shared.schemas.plan import YEARS
from field178_shared.schemas.wire_schema import WireSchema

_NUMBER = validate.Range(-1_000_000_000_000, 1_000_000_000_000)


class AreaFigureSchema(WireSchema):
    """One figure: numerator, denominator, tenths of the value, and what waits for review."""

    num = fields.Integer(strict=True, required=True, validate=_NUMBER)
    den = fields.Integer(strict=True, validate=_NUMBER)
    tenths = fields.Integer(strict=True, validate=_NUMBER)
    waiting = fields.Integer(strict=True, validate=_NUMBER)


class IndicatorFiguresSchema(RecordSchema):
    """The figures of one area and year by indicator; `as_of` is the instant they were counted at."""

    year = fields.Integer(strict=True, required=True, validate=YEARS)
    as_of = Instant(required=True)
    figures = Entries(required=True, values=fields.Nested(AreaFigureSchema))
