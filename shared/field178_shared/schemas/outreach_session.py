"""Wire schema of an outreach session: participants are two counts an audience, never a list."""

from field178_shared.codelists import load
from field178_shared.schemas.declared import RecordSchema, Value
from field178_shared.schemas.files import ATTACHMENTS
from field178_shared.schemas.kinds import (
    COUNT,
    DATE,
    NOTE_LENGTH,
    RECORD_ID,
    SHORT_ID,
    TIME_OF_DAY,
    Part,
    choice,
    free_text,
    integer,
    keyed,
    list_of,
    members,
    text,
)

_LISTS = load()
_AGENCY = choice(_LISTS.agencies.keys())

AUDIENCES = keyed(
    members(
        {
            "attendance_count": Part(COUNT, required=True),
            "first_time_count": Part(COUNT),
            "female_count": Part(COUNT),
        }
    ),
    _LISTS.audiences.keys(),
)
ESTABLISHMENTS = keyed(
    members({"attendance_count": Part(COUNT, required=True), "first_time_count": Part(COUNT)})
)
MATERIALS = keyed(members({"quantity": Part(COUNT, required=True)}), _LISTS.materials.keys())


class OutreachSessionSchema(RecordSchema):
    """One session; whether it counts people depends on its form and is a rule."""

    outreach_form_id = Value(choice(_LISTS.forms.keys()), required=True)
    session_date = Value(DATE, required=True)
    start_time = Value(TIME_OF_DAY)
    duration_minutes = Value(integer(1, 10_080))
    unit_id = Value(choice(_LISTS.units.keys()), required=True)
    team_id = Value(SHORT_ID)
    venue = Value(text(120))
    host_agency_id = Value(_AGENCY, required=True)
    co_hosts = Value(list_of(_AGENCY))
    audiences = Value(AUDIENCES)
    establishments = Value(ESTABLISHMENTS)
    zone_id = Value(SHORT_ID)
    school_id = Value(SHORT_ID)
    topic_ids = Value(list_of(choice(_LISTS.topics.keys()), at_least=1), required=True)
    materials = Value(MATERIALS)
    summary = Value(free_text())
    note = Value(free_text(NOTE_LENGTH))
    source_inspection_id = Value(RECORD_ID)
    attachments = Value(ATTACHMENTS)
