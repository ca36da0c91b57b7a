"""Photos of a visit or a session: their evidence kinds, and their entries in the draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from field178_mobile.components.photos.photo_attaching import PhotoAttaching, PhotoDraft, PhotoRecord
from field178_mobile.components.photos.photo_gallery import PhotoGallery
from field178_mobile.components.photos.photo_tools import PhotoTools
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, Store
from field178_mobile.store.photos.rows import ATTACHMENTS, named_files
from field178_shared.record_type import RecordType
from field178_shared.records.reading import entries_of

KINDS: Mapping[str, tuple[str, ...]] = {
    RecordType.INSPECTION: ("photo_premises", "photo_document", "scan_minutes_first_page"),
    RecordType.OUTREACH_SESSION: ("photo_session", "photo_premises"),
}


def gallery_of(
    draft: Draft,
    access: PhotoDraft,
    around: tuple[Store, Wording, PhotoTools],
    changed: Callable[[], None],
    is_locked: bool,
) -> PhotoGallery:
    """Return the photos of the record that a draft is about."""
    store, words, tools = around
    filed = named_files(draft.seen) if draft.seen is not None else frozenset[str]()
    record = PhotoRecord(draft.record_id, KINDS[draft.type], filed, is_locked)
    attaching = PhotoAttaching(store.photos, record, access, words.translate("Photos"))
    return PhotoGallery(attaching, store, words, tools, changed)


def photos_by_item(data: Data) -> Counter[str]:
    """Return the number of photos by checklist item."""
    entries = entries_of(data, ATTACHMENTS).values()
    return Counter([str(entry.get("checklist_item_id", "")) for entry in entries])


def photo_count(data: Data) -> int:
    """Return the number of photos of a record."""
    return len(entries_of(data, ATTACHMENTS))
