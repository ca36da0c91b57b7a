"""Tiles of the photos of a record: evidence kind, upload state and problems as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from field178_mobile.components.photos.photo_words import photo_error
from field178_mobile.presentation.bitmap import Bitmap
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.events import UploadState
from field178_mobile.store.photos.rows import Photo, PhotoState
from field178_shared.records.reading import text_of
from field178_shared.schemas.declared import RESTRICTED_KINDS
from field178_shared.text.formats import percent_text
from field178_shared.text.i18n import N_

_SHORT: Mapping[str, str] = {
    "photo_document": N_("Licence"),
    "photo_premises": N_("Premises"),
    "scan_minutes_first_page": N_("Minutes, first page"),
    "photo_session": N_("Session"),
}


@dataclass(frozen=True, slots=True)
class PhotoTile:
    """Photo of the grid. `part` of it is sent; a restricted photo shows no picture here."""

    key: str
    sha256: str
    title: str
    item: str
    word: str
    tone: str
    icon: str
    part: float
    problem: str
    is_restricted: bool
    is_here: bool
    is_filed: bool
    picture: Bitmap | None = None


@dataclass(frozen=True, slots=True)
class PhotoContext:
    """State of photos outside the draft: photos on this tablet, filed photos, uploads."""

    here: Mapping[str, Photo]
    filed: frozenset[str]
    uploads: UploadState
    pictures: Mapping[str, Bitmap]


def is_restricted(entry: Mapping[str, object]) -> bool:
    """Return whether a photo is visible only to the team and the reviewer."""
    return entry.get("evidence_kind") in RESTRICTED_KINDS


def tile_of(key: str, entry: Mapping[str, object], context: PhotoContext, words: Wording) -> PhotoTile:
    """Return one photo of the grid."""
    sha256, kind = text_of(entry, "sha256"), text_of(entry, "evidence_kind")
    photo = context.here.get(sha256)
    word, tone, icon = _state(photo, context, words)
    return PhotoTile(
        key=key,
        sha256=sha256,
        title=_title(kind, words),
        item=_item_name(entry, words),
        word=word,
        tone=tone,
        icon=icon,
        part=photo.sent_bytes / photo.size_bytes if photo and photo.state is PhotoState.UNSENT else 0.0,
        problem=photo_error(photo, words) if photo else "",
        is_restricted=is_restricted(entry),
        is_here=photo is not None,
        is_filed=sha256 in context.filed,
        picture=context.pictures.get(sha256),
    )


def _item_name(entry: Mapping[str, object], words: Wording) -> str:
    """Return the item that a photo shows, or that it is restricted."""
    item = words.lists.items.get(text_of(entry, "checklist_item_id"))
    parts = (
        words.translate("Restricted") if is_restricted(entry) else "",
        item.label(words.language) if item else "",
    )
    return " · ".join(part for part in parts if part)


def _title(kind: str, words: Wording) -> str:
    short = _SHORT.get(kind)
    return (
        words.translate(short) if short else words.choice("evidence_kind", kind) or words.translate("Photo")
    )


def _state(photo: Photo | None, context: PhotoContext, words: Wording) -> tuple[str, str, str]:
    _ = words.translate
    if photo is None:
        return _("Not on this tablet"), "muted", "cloud-check-outline"
    if photo.state is PhotoState.SENT:
        return _("Received"), "ok", "cloud-check-outline"
    if photo.state is PhotoState.REFUSED:
        return _("Refused"), "bad", "alert-circle-outline"
    if photo.state is PhotoState.DAMAGED:
        return _("Unreadable"), "bad", "alert-circle-outline"
    if photo.sent_bytes or photo.sha256 == context.uploads.sending:
        percent = percent_text(100 * photo.sent_bytes / photo.size_bytes, words.language, 0)
        return words.say("Sending {percent}", percent=percent), "primary", "cloud-upload-outline"
    return _("Not sent"), "warn", "clock-outline"
