"""Wire schemas of the roster: the team set up by decision, and the officers a record may name."""

from marshmallow import fields, validate

from field178_shared.codelists import load
from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import MOST_ITEMS, Entries, Filled, ListValue
from field178_shared.schemas.wire_schema import WireSchema

LEVELS = frozenset({"commune", "district", "province", "national"})

_LISTS = load()


class PositionSchema(WireSchema):
    """The position of an officer in the team."""

    position = fields.String(required=True, validate=validate.OneOf(_LISTS.choice_ids("team_position")))


class TeamSchema(RecordSchema):
    """An inter-agency inspection team and the units it works in."""

    name = fields.String(required=True, validate=Filled(120))
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    unit_ids = ListValue(
        fields.String(validate=validate.OneOf(_LISTS.units)),
        required=True,
        validate=validate.Length(max=MOST_ITEMS),
    )
    standing_agency = fields.String(required=True, validate=validate.OneOf(_LISTS.agencies))
    decision_number = fields.String(validate=validate.Length(max=60))
    members = Entries(values=fields.Nested(PositionSchema))


class PersonSchema(RecordSchema):
    """An officer with an account; nobody else is ever a person here."""

    display_name = fields.String(required=True, validate=Filled(120))
    agency = fields.String(required=True, validate=validate.OneOf(_LISTS.agencies))
    role = fields.String(required=True, validate=validate.OneOf(_LISTS.roles))
