"""Wire schema of a review: the office's state of one filed record, written by the office alone."""

from field178_shared.schemas.declared import RecordSchema, Value
from field178_shared.schemas.kinds import (
    INSTANT,
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

MAX_PATH = 8 * 65
STATES = frozenset({"returned", "approved", "void"})

COMMENTS = keyed(
    members(
        {
            "path": Part(text(MAX_PATH)),
            "text": Part(free_text(), required=True),
            "user": Part(SHORT_ID, required=True),
            "at": Part(INSTANT, required=True),
            "done_rev": Part(integer(1)),
        }
    )
)


class ReviewSchema(RecordSchema):
    """Returned, approved or void; no review is waiting."""

    record = Value(RECORD_ID, required=True)
    record_rev = Value(integer(1), required=True)
    state = Value(choice(STATES), required=True)
    reason = Value(free_text())
    comments = Value(COMMENTS)
