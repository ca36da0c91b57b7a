"""Photos whose fate is open: added or taken out in a draft, until the draft is filed or left for good.

A photo that was taken out can be put back while the draft is under work, so its bytes wait. What is kept here
is durable before the draft changes: a crash between leaves a photo that the next settling looks at.
"""

from __future__ import annotations

from field178_mobile.store.database.context import Room
from field178_mobile.store.database.key_value import get_setting, put_setting
from field178_mobile.store.drafts.drafts import all_drafts, drafted_records
from field178_mobile.store.photos.rows import Photo, get_photo, named_files

Key = tuple[str, str]
_LOOSE = "photos_loose"


def mark_loose(room: Room, key: Key) -> None:
    """Leave the fate of a photo (hash, record) open. Inside a transaction."""
    put_setting(room, _LOOSE, sorted({*_kept(room), key}))


def settle(room: Room, record_id: str = "") -> list[Photo]:
    """Close what is open, of one record or of all; return the photos that no draft names. No transaction."""
    loose = _kept(room)
    due = frozenset(key for key in loose if record_id in ("", key[1]))
    if not due:
        return []
    # A draft goes on naming some: they are looked at again when it is filed or thrown away.
    stays = due & _drafted(room, due)
    with room.transaction("photo"):
        put_setting(room, _LOOSE, sorted(loose - due | stays))
    return [photo for key in sorted(due - stays) if (photo := get_photo(room, *key)) is not None]


def _drafted(room: Room, keys: frozenset[Key]) -> frozenset[Key]:
    drafts = all_drafts(room)
    named = {(sha256, draft.record_id) for draft in drafts for sha256 in named_files(draft.data)}
    # What a spoiled draft names nobody can tell: its photos wait with it.
    spoiled = drafted_records(room) - {draft.record_id for draft in drafts}
    return frozenset(key for key in keys if key in named or key[1] in spoiled)


def _kept(room: Room) -> frozenset[Key]:
    kept = get_setting(room, _LOOSE)
    pairs = kept if isinstance(kept, list) else []
    return frozenset((str(pair[0]), str(pair[1])) for pair in pairs)
