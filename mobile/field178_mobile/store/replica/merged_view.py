"""Merged record = server record + own changes (docs/sync-protocol.md §6.5), without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from field178_mobile.ports import Json
from field178_mobile.store.model import MergedRecord
from field178_mobile.store.outbox.changes import OwnChange, State
from field178_mobile.store.replica.server_records import ServerRecord
from field178_shared.merge import equal, passes_non_object, read_path, same, write_path
from field178_shared.wire.protocol import Op, Status


def compose(server_record: ServerRecord | None, own: Sequence[OwnChange]) -> MergedRecord | None:
    """Return the record as the user sees it, or None if it is not on this tablet.

    An edit whose record has left is not shown: without a server record only an own create is shown.
    """
    if server_record is not None and not own:
        return _unchanged(server_record)
    shown = [change for change in own if is_shown(change)]
    first = next((change for change in shown if change.is_create), None)
    if server_record is None and first is None:
        return None
    data, deleted = _with_own(server_record, shown, first)
    some = server_record or first
    assert some is not None
    return MergedRecord(
        id=server_record.id if server_record is not None else some_record(shown),
        type=some.type,
        scope=some.scope,
        rev=max([server_record.rev if server_record else 0, *(change.rev for change in shown)]),
        data=data,
        deleted=deleted or (server_record is not None and server_record.is_erased),
        pending=any(change.is_pending for change in shown),
        attention=refusal(own),
        marked=_marked(own),
    )


def _unchanged(record: ServerRecord) -> MergedRecord:
    """Return a record without own changes, as nearly all are, without asking for them nine times."""
    deleted = record.deleted or record.is_erased
    return MergedRecord(record.id, record.type, record.scope, record.rev, record.data, deleted, pending=False)


def some_record(shown: Sequence[OwnChange]) -> str:
    """Return the record the shown changes belong to."""
    return shown[0].record_id


def effective(own: Sequence[OwnChange]) -> list[OwnChange]:
    """Return the changes that count as this record's own life here: not replaced, not refused."""
    return [change for change in own if is_shown(change) and not change.is_refused]


def without_refused(
    seen: Mapping[str, object], server_record: ServerRecord | None, own: Sequence[OwnChange]
) -> Json:
    """Return the seen record without refused values.

    The value of a quarantined change is never a `was`, because the server never had it. The value stays if it
    is also set by the server or by a later own change.
    """
    data = dict(seen)
    refused = [change for change in own if change.is_refused]
    standing = compose(server_record, effective(own)) if refused else None
    for change in reversed(refused):
        for path, value in change.set.items():
            stands = standing is not None and equal(read_path(standing.data, path), value)
            if not stands and not passes_non_object(data, path) and equal(read_path(data, path), value):
                data = write_path(data, path, change.was.get(path))
    return data


def _with_own(
    server_record: ServerRecord | None, shown: Sequence[OwnChange], first: OwnChange | None
) -> tuple[Json, bool]:
    data: Json = {} if server_record is None else server_record.data
    deleted, later = server_record is not None and server_record.deleted, 0
    if server_record is None and first is not None:
        # Edits older than the create of their record (a corrected create): the server stores them until the
        # create arrives, then applies those whose seen values match.
        at = shown.index(first)
        data, deleted = _applied(data, deleted, first)
        for change in shown[:at]:
            data = _met(data, change)
        later = at + 1
    for change in shown[later:]:
        data, deleted = _applied(data, deleted, change)
    return data, deleted


def _met(data: Json, change: OwnChange) -> Json:
    for path, value in change.set.items():
        if not passes_non_object(data, path) and same(change.was.get(path), read_path(data, path)):
            data = write_path(data, path, value)
    return data


def is_shown(change: OwnChange) -> bool:
    """Return whether a change still counts: neither settled nor superseded."""
    if change.settled or change.replaced_by is not None:
        return False
    return change.state is not State.ACKNOWLEDGED or change.reason != "replaced"


def _applied(data: Json, deleted: bool, change: OwnChange) -> tuple[Json, bool]:
    if change.op == Op.DELETE:
        return data, True
    if change.only_settles:
        return data, deleted
    clashed = _clashed(change)
    for path, value in change.set.items():
        if path not in clashed and not passes_non_object(data, path):
            data = write_path(data, path, value)
    return data, False


def _clashed(change: OwnChange) -> frozenset[str]:
    # If the receipt names no paths, own values are shown until the server's row arrives: it comes with the
    # same answer, and applied values must not flicker.
    return frozenset(change.details) if change.status is Status.CONFLICT else frozenset()


def refusal(own: Sequence[OwnChange]) -> str | None:
    """Return the reason of the refused change that needs correction, None if there is none."""
    for change in reversed(own):
        if change.is_refused and change.replaced_by is None and change.reason != "replaced":
            return change.reason or Status.QUARANTINED.value
    return None


def _marked(own: Sequence[OwnChange]) -> tuple[str, ...]:
    paths: set[str] = set()
    for change in own:
        if change.is_refused and change.replaced_by is None and not change.settled:
            paths.update(str(path) for path in change.details if str(path) in change.set)
    return tuple(sorted(paths))
