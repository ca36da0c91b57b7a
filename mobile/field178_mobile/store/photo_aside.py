"""Photos that cannot go: put aside by an officer they are kept, and nobody waits for them."""

from __future__ import annotations

from field178_mobile.store.meta import get_setting, put_setting
from field178_mobile.store.photo_rows import Photo, PhotoState, get_photo, put_state, unsent_photos
from field178_mobile.store.room import Room

STUCK = (PhotoState.REFUSED, PhotoState.DAMAGED)
_ASIDE = "photos_aside"


def photos_aside(room: Room) -> frozenset[tuple[str, str]]:
    """Return the keys (hash, record) of the photos put aside; one that may still arrive is none of them."""
    kept = _kept(room)
    return frozenset(photo.key for photo in _found(room, kept) if photo.state in STUCK)


def waiting_photos(room: Room) -> list[Photo]:
    """Return what of `unsent_photos` stands between this tablet and the office having everything."""
    aside = photos_aside(room)
    return [photo for photo in unsent_photos(room) if photo.key not in aside]


def set_aside(room: Room, key: tuple[str, str]) -> None:
    """Wait no longer for a photo; its bytes stay. Inside a transaction."""
    put_setting(room, _ASIDE, sorted({*_kept(room), key}))


def send_again(room: Room, key: tuple[str, str]) -> None:
    """Let a photo wait for the server as on its first day. Inside a transaction."""
    put_setting(room, _ASIDE, sorted(_kept(room) - {key}))
    photo = get_photo(room, *key)
    if photo is not None and photo.state in STUCK:
        put_state(room, photo, PhotoState.WAITING)


def _found(room: Room, keys: frozenset[tuple[str, str]]) -> list[Photo]:
    return [photo for key in keys if (photo := get_photo(room, *key)) is not None]


def _kept(room: Room) -> frozenset[tuple[str, str]]:
    kept = get_setting(room, _ASIDE)
    pairs = kept if isinstance(kept, list) else []
    return frozenset((str(pair[0]), str(pair[1])) for pair in pairs)
