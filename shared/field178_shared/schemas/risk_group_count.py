"""Wire schema of a commune's count of an at-risk group in a half-year. The office alone writes it."""

from marshmallow import fields

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import Count, LocalDate
from field178_shared.schemas.listed import listed, listed_choice


class RiskGroupCountSchema(RecordSchema):
    """A total of a commune and group, and the women among it: no age, no origin, no text."""

    unit_id = fields.String(required=True, validate=listed("units"))
    half_year = LocalDate(required=True)
    group_id = fields.String(required=True, validate=listed_choice("risk_group"))
    people_total = Count(required=True)
    women_total = Count(required=True)
