"""Wire schemas of the roster: the team set up by decision, and the officers a record may name."""

from field178_shared.codelists import load
from field178_shared.schemas.declared import RecordSchema, Value
from field178_shared.schemas.kinds import Part, choice, filled_text, keyed, list_of, members, text

LEVELS = frozenset({"commune", "district", "province", "national"})

_LISTS = load()
_AGENCY = choice(_LISTS.agencies.keys())

POSITIONS = keyed(members({"position": Part(choice(_LISTS.choice_ids("team_position")), required=True)}))


class TeamSchema(RecordSchema):
    """An inter-agency inspection team and the units it works in."""

    name = Value(filled_text(120), required=True)
    level = Value(choice(LEVELS), required=True)
    unit_ids = Value(list_of(choice(_LISTS.units.keys())), required=True)
    standing_agency = Value(_AGENCY, required=True)
    decision_number = Value(text(60))
    members = Value(POSITIONS)


class PersonSchema(RecordSchema):
    """An officer with an account; nobody else is ever a person here."""

    display_name = Value(filled_text(120), required=True)
    agency = Value(_AGENCY, required=True)
    role = Value(choice(_LISTS.roles.keys()), required=True)
