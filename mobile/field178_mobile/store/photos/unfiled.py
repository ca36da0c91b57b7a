"""Photos whose fate is open: added or taken out in a draft, until the draft is filed or left for good.

A photo that was taken out can be put back while the draft is under work, so its bytes wait. What is kept here
is durable before the draft changes: a crash between leaves a photo that the next settling looks at.
"""

from __future__ import annotations

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_setting, put_setting
from field178_mobile.store.drafts.drafts import all_drafts, drafted_records
from field178_mobile.store.photos.rows import Photo, get_photo, named_files

Key = tuple[str, str]
_LOOSE = "photos_loose"


def mark_loose(context: DatabaseContext, key: Key) -> None:
    """Leave the fate of a photo (hash, record) open. Inside a transaction."""
    put_setting(context, _LOOSE, sorted({*_kept(context), key}))


def settle(context: DatabaseContext, record_id: str = "") -> list[Photo]:
    """Close what is open, of one record or of all; return the photos that no draft names. No transaction."""
    loose = _kept(context)
    due = frozenset(key for key in loose if record_id in ("", key[1]))
    if not due:
        return []
    # A draft goes on naming some: they are looked at again when it is filed or thrown away.
    stays = due & _drafted(context, due)
    with context.transaction("photo"):
        put_setting(context, _LOOSE, sorted(loose - due | stays))
    return [photo for key in sorted(due - stays) if (photo := get_photo(context, *key)) is not None]


def _drafted(context: DatabaseContext, keys: frozenset[Key]) -> frozenset[Key]:
    drafts = all_drafts(context)
    named = {(sha256, draft.record_id) for draft in drafts for sha256 in named_files(draft.data)}
    # What a spoiled draft names nobody can tell: its photos wait with it.
    spoiled = drafted_records(context) - {draft.record_id for draft in drafts}
    return frozenset(key for key in keys if key in named or key[1] in spoiled)


def _kept(context: DatabaseContext) -> frozenset[Key]:
    kept = get_setting(context, _LOOSE)
    pairs = kept if isinstance(kept, list) else []
    return frozenset((str(pair[0]), str(pair[1])) for pair in pairs)
