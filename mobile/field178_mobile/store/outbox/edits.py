"""What a user does to a record besides filing a draft: delete it, or settle a disagreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from field178_mobile.store.drafts.normalize import clean
from field178_mobile.store.model import MergedRecord
from field178_mobile.store.outbox.submit import Content
from field178_mobile.store.replica.cache import OpenConflict
from field178_shared.merge import equal, read_path, shortened
from field178_shared.wire.canonical import short_hash
from field178_shared.wire.protocol import Op


def deletion(view: MergedRecord) -> Content:
    """Return the deletion of a record as the user sees it; an unseen content is never deleted."""
    return Content(
        record_id=view.id,
        type=view.type,
        scope=view.scope,
        op=Op.DELETE,
        create=False,
        base_rev=view.rev,
        set={},
        was={"_h": short_hash(view.data)},
        long_was={},
    )


def resolution(
    standing: MergedRecord, conflicts: Sequence[OpenConflict], chosen: Mapping[str, object]
) -> Content:
    """Return the settling of a record's conflicts as shown: the chosen values, all else as it stands.

    `standing`: the record without values that were refused, which are never a `was`.
    """
    values = {path: clean(value) for path, value in chosen.items()}
    set_ = {path: value for path, value in values.items() if not equal(value, read_path(standing.data, path))}
    seen = {path: read_path(standing.data, path) for path in set_}
    return Content(
        record_id=standing.id,
        type=standing.type,
        scope=standing.scope,
        op=Op.RESOLVE,
        create=False,
        base_rev=standing.rev,
        set=set_,
        was={path: shortened(value) for path, value in seen.items() if value is not None},
        long_was={path: value for path, value in seen.items() if isinstance(value, dict | list | str)},
        more=(("conflicts", {conflict.id: conflict.rev for conflict in conflicts}),),
    )
