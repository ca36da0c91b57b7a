"""Wire schema of an inspection visit. What depends on the outcome of the visit is a rule, not the schema."""

from field178_shared.codelists import load
from field178_shared.schemas.answers import ANSWERS
from field178_shared.schemas.declared import RecordSchema, Value
from field178_shared.schemas.files import ATTACHMENTS
from field178_shared.schemas.findings import FINDINGS, FOLLOW_UPS, MEASURES, PROTOCOLS
from field178_shared.schemas.kinds import (
    DATE,
    INSTANT,
    LATITUDE,
    LONGITUDE,
    OPINION_LENGTH,
    RECORD_ID,
    SHORT_ID,
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


def _listed(name: str) -> Value:
    return Value(choice(_LISTS.choice_ids(name)), required=True)


MEMBERS = keyed(
    members(
        {
            "user": Part(SHORT_ID, required=True),
            "position": Part(choice(_LISTS.choice_ids("team_position")), required=True),
        }
    )
)

# One point at arrival and where it came from, or the reason why there is none; never a track.
CHECK_IN = members(
    {
        "lat": Part(LATITUDE),
        "lon": Part(LONGITUDE),
        "accuracy_m": Part(integer(0, 1_000_000)),
        "fix_age_s": Part(integer(0, 10_000_000)),
        "captured_at": Part(INSTANT),
        "provider": Part(choice(_LISTS.choice_ids("point_provider"))),
        "no_point_reason": Part(choice(_LISTS.choice_ids("no_point_reason"))),
    }
)


class InspectionSchema(RecordSchema):
    """A visit of the team to one establishment; its office state is a record of its own."""

    inspection_kind = _listed("inspection_kind")
    trigger = _listed("inspection_trigger")
    decision_number = Value(text(60))
    decision_date = Value(DATE)
    plan_item_id = Value(RECORD_ID)
    members = Value(MEMBERS, required=True)
    local_escort_agencies = Value(list_of(choice(_LISTS.agencies.keys())))
    establishment_id = Value(RECORD_ID, required=True)
    unit_id = Value(choice(_LISTS.units.keys()), required=True)
    team_id = Value(SHORT_ID, required=True)
    started_at = Value(INSTANT, required=True)
    ended_at = Value(INSTANT, required=True)
    check_in = Value(CHECK_IN)
    access_result = _listed("access_result")
    representative_role = _listed("representative_role")
    answers = Value(ANSWERS)
    findings = Value(FINDINGS)
    measures = Value(MEASURES)
    follow_ups = Value(FOLLOW_UPS)
    protocols = Value(PROTOCOLS)
    overall_result = _listed("overall_result")
    recommendation = Value(free_text())
    representative_opinion = Value(free_text(OPINION_LENGTH))
    minutes_number = Value(text(60))
    paper_signed = Value(choice(_LISTS.choice_ids("paper_signed")))
    attachments = Value(ATTACHMENTS)
