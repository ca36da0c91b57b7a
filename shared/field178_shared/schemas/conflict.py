"""Wire schema of a conflict record: values that clashed, kept until someone decides."""

from field178_shared.schemas.declared import RecordSchema, Value
from field178_shared.schemas.kinds import ANYTHING, RECORD_ID, SHORT_ID, Part, choice, keyed, members, text
from field178_shared.schemas.review import MAX_PATH

STATES = frozenset({"open", "resolved"})

ENTRIES = keyed(
    members(
        {
            "was": Part(ANYTHING),
            "mine": Part(ANYTHING),
            "current": Part(ANYTHING),
            "user": Part(text(64)),
            "at": Part(text(64)),
            "reason": Part(SHORT_ID),
        }
    )
)


class ConflictSchema(RecordSchema):
    """One path of one record on one device, with an entry for each clashing change."""

    record = Value(RECORD_ID, required=True)
    record_type = Value(SHORT_ID, required=True)
    path = Value(text(MAX_PATH), required=True)
    device = Value(RECORD_ID, required=True)
    state = Value(choice(STATES), required=True)
    entries = Value(ENTRIES, required=True)
