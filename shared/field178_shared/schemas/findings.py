"""What a visit found and what followed: findings with the fine frame of their date, measures, follow-ups."""

from field178_shared.codelists import load
from field178_shared.schemas.kinds import (
    COUNT,
    DATE,
    FLAG,
    INSTANT,
    MONEY,
    NOTE_LENGTH,
    RECORD_ID,
    SHORT_ID,
    Part,
    choice,
    free_text,
    integer,
    keyed,
    members,
    text,
)

HOTLINES = frozenset({"hotline_111", "hotline_113", "hotline_115"})

_LISTS = load()
_AGENCY = choice(_LISTS.agencies.keys())
_SELECTABLE = frozenset(violation.id for violation in _LISTS.violations.values() if violation.selectable)

FRAME = members(
    {
        "src": Part(text(64)),
        "art": Part(text(120)),
        "min": Part(MONEY),
        "max": Part(MONEY),
        "valid_from": Part(DATE),
        "valid_to": Part(DATE),
        "org_multiplier": Part(integer(1, 10)),
    }
)

FINDINGS = keyed(
    members(
        {
            "violation_id": Part(choice(_SELECTABLE), required=True),
            "checklist_item_id": Part(SHORT_ID),
            "occurred_on": Part(DATE, required=True),
            "quantity": Part(COUNT),
            "frame": Part(FRAME),
            "note": Part(free_text(NOTE_LENGTH)),
        }
    )
)

MEASURES = keyed(
    members(
        {
            "measure_id": Part(choice(_LISTS.choice_ids("measure")), required=True),
            "document_number": Part(text(60)),
            "document_date": Part(DATE),
            "agency_id": Part(_AGENCY),
            "amount_vnd": Part(MONEY),
            "paid_on": Part(DATE),
        }
    )
)

FOLLOW_UPS = keyed(
    members(
        {
            "text": Part(free_text(NOTE_LENGTH), required=True),
            "due_on": Part(DATE),
            "status": Part(choice(_LISTS.choice_ids("followup_status"))),
            "fixed_on": Part(DATE),
            "closed_by_visit": Part(RECORD_ID),
        }
    )
)

# The whole memory of a protocol screen: which, when, referred to whom, done. No identity, no narrative.
PROTOCOLS = keyed(
    members(
        {
            "at": Part(INSTANT),
            "referred_to": Part(choice(_LISTS.agencies.keys() | HOTLINES)),
            "done": Part(FLAG),
        }
    ),
    _LISTS.choice_ids("protocol"),
)
