"""The files a record names; their bytes travel apart (docs/sync-protocol.md §9.1)."""

from field178_shared.codelists import load
from field178_shared.schemas.kinds import (
    FLAG,
    INSTANT,
    SHA256,
    Part,
    choice,
    free_text,
    integer,
    keyed,
    members,
    text,
)

MAX_FILE_BYTES = 64 << 20
# Pages with signatures and names on them: for the team and the reviewer, every look written down.
RESTRICTED_KINDS = frozenset({"scan_minutes_first_page"})

ATTACHMENTS = keyed(
    members(
        {
            "sha256": Part(SHA256, required=True),
            "size": Part(integer(1, MAX_FILE_BYTES), required=True),
            "content_type": Part(text(100), required=True),
            "evidence_kind": Part(choice(load().choice_ids("evidence_kind"))),
            "caption": Part(free_text(120)),
            "taken_at": Part(INSTANT),
            # The item of the checklist, or the violation under it, that the picture shows.
            "checklist_item_id": Part(choice(load().items.keys())),
            # An officer looked: no face, no paper that names a person is left to be seen.
            "screened": Part(FLAG),
        }
    )
)
