"""Wire schema of an establishment in inspection scope (register entry of a commune)."""

from field178_shared.codelists import load
from field178_shared.schemas.declared import RecordSchema, Value
from field178_shared.schemas.files import ATTACHMENTS
from field178_shared.schemas.kinds import (
    DATE,
    LATITUDE,
    LONGITUDE,
    NOTE_LENGTH,
    RECORD_ID,
    SHORT_ID,
    Part,
    choice,
    filled_text,
    free_text,
    integer,
    keyed,
    members,
    text,
)

_LISTS = load()
_AGENCY = choice(_LISTS.agencies.keys())
POINT_SOURCES = frozenset({"gps", "map", "manual"})

CERTIFICATES = keyed(
    members(
        {
            "number": Part(text(60)),
            "issued_on": Part(DATE),
            "expires_on": Part(DATE),
            "issuer_agency": Part(_AGENCY),
            "status": Part(choice(_LISTS.choice_ids("certificate_status"))),
        }
    )
)


class EstablishmentSchema(RecordSchema):
    """An establishment: a place and its papers, never a person."""

    name = Value(filled_text(120), required=True)
    establishment_type_id = Value(choice(_LISTS.types.keys()), required=True)
    unit_id = Value(choice(_LISTS.units.keys()), required=True)
    team_id = Value(SHORT_ID)
    village = Value(text(120))
    address_line = Value(filled_text(200), required=True)
    lat = Value(LATITUDE)
    lon = Value(LONGITUDE)
    point_source = Value(choice(POINT_SOURCES))
    registration_form_id = Value(choice(_LISTS.choice_ids("registration_form")))
    registration_number = Value(text(60))
    registration_date = Value(DATE)
    operating_status_id = Value(choice(_LISTS.choice_ids("operating_status")), required=True)
    status_from = Value(DATE)
    rooms_total = Value(integer(0, 5_000))
    opening_hours = Value(text(120))
    certificates = Value(CERTIFICATES)
    first_seen_on = Value(DATE)
    closed_on = Value(DATE)
    note = Value(free_text(NOTE_LENGTH))
    inspection_priority_id = Value(choice(_LISTS.choice_ids("inspection_priority")))
    inspection_priority_reason = Value(free_text(NOTE_LENGTH))
    merged_into = Value(RECORD_ID)
    attachments = Value(ATTACHMENTS)
