"""Undeliverable photos: dismissed by an officer, kept on the tablet, not counted as unsent."""

from __future__ import annotations

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_setting, get_text, put_setting, put_text
from field178_mobile.store.photos.rows import Photo, PhotoState, get_photo, put_state, unsent_photos

STUCK = (PhotoState.REFUSED, PhotoState.DAMAGED)
DISMISSED_SETTING = "photos_aside"
_SERVER = "server_version"
_REFUSED_UNDER = "photos_refused_under"


def undeliverable_photos(context: DatabaseContext) -> frozenset[tuple[str, str]]:
    """Return the keys (hash, record) of dismissed photos that cannot be sent."""
    dismissed = _dismissed_keys(context)
    return frozenset(photo.key for photo in _stored_photos(context, dismissed) if photo.state in STUCK)


def note_server(context: DatabaseContext, version: str) -> None:
    """Store the version of the server."""
    if version and version != get_text(context, _SERVER):
        with context.transaction("server"):
            put_text(context, _SERVER, version)


def is_judged_anew(context: DatabaseContext, app: str) -> bool:
    """Return whether program or server are others than when a photo was last refused."""
    return get_text(context, _REFUSED_UNDER) != _versions(context, app)


def note_judged(context: DatabaseContext, app: str) -> None:
    """Remember under which program and server photos are refused. Inside a transaction."""
    put_text(context, _REFUSED_UNDER, _versions(context, app))


def pending_photos(context: DatabaseContext) -> list[Photo]:
    """Return `unsent_photos` without the dismissed ones."""
    dismissed = undeliverable_photos(context)
    return [photo for photo in unsent_photos(context) if photo.key not in dismissed]


def dismiss(context: DatabaseContext, key: tuple[str, str]) -> None:
    """Dismiss a photo; its bytes stay. Inside a transaction."""
    put_setting(context, DISMISSED_SETTING, sorted({*_dismissed_keys(context), key}))


def send_again(context: DatabaseContext, key: tuple[str, str]) -> None:
    """Put a photo back into the upload queue. Inside a transaction."""
    put_setting(context, DISMISSED_SETTING, sorted(_dismissed_keys(context) - {key}))
    photo = get_photo(context, *key)
    if photo is not None and photo.state in STUCK:
        put_state(context, photo, PhotoState.UNSENT)


def _stored_photos(context: DatabaseContext, keys: frozenset[tuple[str, str]]) -> list[Photo]:
    return [photo for key in keys if (photo := get_photo(context, *key)) is not None]


def _dismissed_keys(context: DatabaseContext) -> frozenset[tuple[str, str]]:
    stored = get_setting(context, DISMISSED_SETTING)
    pairs = stored if isinstance(stored, list) else []
    return frozenset((str(pair[0]), str(pair[1])) for pair in pairs)


def _versions(context: DatabaseContext, app: str) -> str:
    return f"{app}|{get_text(context, _SERVER) or ''}"
