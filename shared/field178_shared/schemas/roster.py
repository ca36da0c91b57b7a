"""Wire schemas of the roster: the team set up by decision, and the officers a record may name."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import MOST_ITEMS, Entries, Filled, ListValue, LocalDate
from field178_shared.schemas.listed import listed, listed_choice
from field178_shared.schemas.wire_schema import WireSchema

LEVELS = frozenset({"commune", "district", "province", "national"})


class MembershipSchema(WireSchema):
    """The position of an officer in the team, and its first and last day; absent means without a limit."""

    position = fields.String(required=True, validate=listed_choice("team_position"))
    valid_from = LocalDate()
    valid_to = LocalDate()


class TeamSchema(RecordSchema):
    """An inter-agency inspection team, the decision that set it up, and the units it works in."""

    name = fields.String(required=True, validate=Filled(120))
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    unit_ids = ListValue(
        fields.String(validate=listed("units")),
        required=True,
        validate=validate.Length(max=MOST_ITEMS),
    )
    standing_agency = fields.String(required=True, validate=listed("agencies"))
    decision_number = fields.String(validate=validate.Length(max=60))
    decision_date = LocalDate()
    deciding_agency = fields.String(validate=listed("agencies"))
    valid_from = LocalDate()
    valid_to = LocalDate()
    members = Entries(values=fields.Nested(MembershipSchema))


class PersonSchema(RecordSchema):
    """An officer with an account; nobody else is ever a person here."""

    display_name = fields.String(required=True, validate=Filled(120))
    agency = fields.String(required=True, validate=listed("agencies"))
    role = fields.String(required=True, validate=listed("roles"))
