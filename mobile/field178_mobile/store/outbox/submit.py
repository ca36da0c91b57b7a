"""Submit: make a change of a draft, a deletion or a resolution; it is never lost and never rendered again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from field178_mobile.ports import Json
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.driver import Error
from field178_mobile.store.database.key_value import get_number, get_text, put_number, put_text
from field178_mobile.store.drafts.normalize import clean, clean_object
from field178_mobile.store.drafts.rows import delete_draft
from field178_mobile.store.model import Draft, MergedRecord
from field178_mobile.store.outbox.changes import NewChange, OwnChange, State, changes_of, insert_change
from field178_mobile.store.outbox.journal import Journal, JournalEntry
from field178_mobile.store.outbox.superseding import superseded, take_back
from field178_mobile.store.replica.cache import OpenConflict
from field178_mobile.store.replica.merged_view import effective, without_refused
from field178_mobile.store.replica.server_records import get_server_record
from field178_shared.merge import difference, equal, read_path, shortened
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import short_hash
from field178_shared.wire.protocol import Op


@dataclass(frozen=True, slots=True)
class Saving:
    """Context of a save: user, time, ids and schema versions."""

    user: str
    at: datetime
    next_id: Callable[[], str]
    schema_of: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Content:
    """The content of one change, before it has an id and a number."""

    record_id: str
    type: str
    scope: str
    op: Op
    create: bool
    base_rev: int
    set: Json
    was: Json
    long_was: Json
    replaces: tuple[OwnChange, ...] = ()
    draft_id: str | None = None
    more: tuple[tuple[str, object], ...] = ()


def content_of_draft(context: DatabaseContext, draft: Draft) -> Content | None:
    """Return the content of filing a draft: a create or the smallest edit, None if unchanged.

    An edit is relative to the record that the user SAW. Refused values that the user left are sent again, and
    values that the user reverted are sent as reverted: a later change may contain a refused value, and an
    earlier change may be in flight.
    """
    server_record, own = get_server_record(context, draft.record_id), changes_of(context, draft.record_id)
    exists = server_record is not None or any(change.is_create for change in effective(own))
    # A refused create left no record, so its correction is a create too.
    refused_create = any(change.is_create and change.is_refused for change in own)
    create = not exists and (draft.seen is None or refused_create)
    shown, now = clean_object(draft.seen or {}), clean_object(draft.data)
    seen = {} if create or draft.seen is None else without_refused(shown, server_record, own)
    set_, was = difference(seen, now)
    replaces = superseded(own, shown, create=create)
    if not create:
        take_back(difference(shown, now)[0], set_, was)
    if not set_ and not create and all(change.replaced_by is not None for change in replaces):
        return None
    return Content(
        record_id=draft.record_id,
        type=draft.type,
        scope=draft.scope,
        op=Op.PUT,
        create=create,
        base_rev=draft.base_rev,
        set=set_,
        was=was,
        long_was=_long_values(was, seen),
        replaces=replaces,
        draft_id=draft.id,
    )


def file_contents(
    context: DatabaseContext, journal: Journal, contents: Sequence[Content], saving: Saving
) -> list[str]:
    """Write changes durably, all or none, and return their ids.

    The journal is written before the database. A crash between the two leaves a journalled change, which the
    next opening inserts into the database. With the opposite order, the same crash and later damage of the
    database would leave no copy. If the database refuses the write (disk full), the journal is truncated.
    """
    incarnation = get_text(context, "incarnation") or ""
    first = get_number(context, "next_n", 1)
    offset_ms = get_number(context, "clock_offset_ms")
    entries = [
        JournalEntry(
            _render(content, first + index, (incarnation, offset_ms), saving), content.draft_id, len(contents)
        )
        for index, content in enumerate(contents)
    ]
    context.failpoint("file.journal")
    before = journal.append(context.sealer, entries)
    context.failpoint("file.journalled")
    try:
        with context.transaction("file"):
            add_entries(context, entries)
            put_number(context, "next_n", first + len(entries))
            put_number(context, "journal_end", journal.size)
    except Error:
        journal.cut_back(before)
        raise
    return [entry.change.id for entry in entries]


def recover_entries(context: DatabaseContext, entries: Sequence[JournalEntry], journal: Journal) -> None:
    """Insert changes that a crash left in the journal only; numbering continues after them."""
    with context.transaction("recover"):
        add_entries(context, entries)
        incarnation = get_text(context, "incarnation")
        numbers = [entry.change.n for entry in entries if entry.change.incarnation == incarnation]
        put_number(context, "next_n", max([get_number(context, "next_n", 1), *(n + 1 for n in numbers)]))
        put_text(context, "journal", journal.generation)
        put_number(context, "journal_end", journal.size)


def add_entries(context: DatabaseContext, entries: Sequence[JournalEntry]) -> None:
    """Insert changes into the table of changes and delete their drafts. Inside a transaction."""
    for entry in entries:
        insert_change(context, entry.change)
        if entry.draft_id is not None:
            delete_draft(context, entry.draft_id)


def _render(content: Content, n: int, life: tuple[str, int], saving: Saving) -> NewChange:
    incarnation, offset_ms = life
    sendable = [change.id for change in content.replaces if change.state is not State.ISOLATED]
    wire: Json = {
        "change_id": saving.next_id(),
        "n": n,
        "record_id": content.record_id,
        "type": content.type,
        "scope": content.scope,
        "op": content.op.value,
        "create": content.create,
        "base_rev": content.base_rev,
        "schema": saving.schema_of(content.type),
        "at": to_wire(saving.at),
        "clock_offset_ms": offset_ms,
        "user": saving.user,
        "set": content.set,
        "was": content.was,
        "replaces": sendable,
        **dict(content.more),
    }
    replaced = tuple(change.id for change in content.replaces)
    return NewChange(wire, incarnation, content.long_was, replaced)


def _long_values(was: Json, seen: Json) -> Json:
    # Values sent as {"$h": …} are kept in full here, because a quarantined change may have to be undone.
    return {path: read_path(seen, path) for path, value in was.items() if isinstance(value, dict)}


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
    """Return the resolution of a record's conflicts as shown: the chosen values, all others unchanged.

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
