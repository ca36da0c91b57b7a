"""Superseding: the refused or pending own changes that a filed draft replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from field178_mobile.ports import Json
from field178_mobile.store.outbox.changes import OwnChange
from field178_shared.merge import equal, passes_non_object, read_path, shortened
from field178_shared.wire.protocol import Op


def superseded(
    own: Sequence[OwnChange], shown: Mapping[str, object], *, create: bool
) -> tuple[OwnChange, ...]:
    """Return the refused changes that a draft begun on `shown` supersedes: those that its user saw.

    A create also supersedes the edits that wait for its record. Otherwise they would run after it, and an
    edit whose seen value matches would undo the newer value. A change that the user has not seen is not
    superseded: it waits for correction, or is applied by itself.
    """
    seen = _seen(own, shown)
    return tuple(change for change in own if _is_superseded(change, create=create, is_seen=change.id in seen))


def take_back(changed: Json, set_: Json, was: Json) -> None:
    """Add the paths where the user went back from a refused value to the one before it."""
    paths = list(set_)
    for path, value in changed.items():
        if not _meets(path, paths):
            set_[path] = value
            if value is not None:
                was[path] = shortened(value)


def _is_superseded(change: OwnChange, *, create: bool, is_seen: bool) -> bool:
    if change.is_refused:
        # A refused create is always superseded: this create makes its record.
        return is_seen or (create and change.is_create)
    is_edit = change.op == Op.PUT and not change.is_create
    return create and is_seen and is_edit and change.is_pending and change.replaced_by is None


def _seen(own: Sequence[OwnChange], shown: Mapping[str, object]) -> set[str]:
    """Return the ids of the changes of which every value was shown, or a younger one in its place."""
    change_ids: set[str] = set()
    paths: list[str] = []
    for change in reversed(own):
        here = [path for path, value in change.set.items() if _is_shown(shown, path, value)]
        if all(path in here or _meets(path, paths) for path in change.set):
            change_ids.add(change.id)
        paths += here
    return change_ids


def _is_shown(shown: Mapping[str, object], path: str, value: object) -> bool:
    # A path through a value that is no object is never shown, so it counts as seen.
    return passes_non_object(shown, path) or equal(read_path(shown, path), value)


def _meets(path: str, others: Sequence[str]) -> bool:
    return any(f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.") for other in others)
