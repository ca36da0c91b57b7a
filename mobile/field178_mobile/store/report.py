"""What the office may be told of this tablet: counts, and ids of records that once differed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from field178_mobile.store.meta import get_number, get_text, put_text
from field178_mobile.store.photo_rows import unsent_photos
from field178_mobile.store.room import Room
from field178_shared.ids import is_uuid

_DIFFERED = "differed"
# The protocol allows ten; with eight the request that tells them is still no longer than a no-op may be.
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class OwnCounts:
    """Files that the server does not have, digests that did not match, and records of the last repair."""

    unsent_files: int
    mismatches: int
    mismatched: tuple[str, ...]


def own_counts(room: Room) -> OwnCounts:
    """Return what there is to tell now."""
    # Read leniently: what a damaged disk made of it must not cost an exchange.
    named = filter(is_uuid, (get_text(room, _DIFFERED) or "").split())
    return OwnCounts(len(unsent_photos(room)), get_number(room, "mismatches"), tuple(named))


def note_differed(room: Room, record_ids: Sequence[str]) -> None:
    """Keep a few of the records in which a repair found a difference. Inside its transaction."""
    if record_ids:
        put_text(room, _DIFFERED, " ".join(sorted(record_ids)[:_MOST_NAMED]))
