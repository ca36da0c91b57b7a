"""Flow of adding a photo: choice of source, then the editor page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from field178_mobile.components.photos.photo_editor import PhotoSource
from field178_mobile.components.photos.photo_gallery import FILE, PhotoGallery
from field178_mobile.components.photos.screens.photo_editor import PhotoPage
from field178_mobile.components.photos.screens.photo_picker import PhotoPicker
from field178_mobile.kit import kit
from field178_mobile.kit.language import language as _


def add_photo(gallery: PhotoGallery, item_id: str = "") -> None:
    """Add a photo, optionally of a checklist item; ask for the source if there are several."""
    sources = gallery.sources()
    if len(sources) == 1:
        _take_from(gallery, sources[0].id, item_id)
        return
    choices = [kit.Choice(source.id, source.label) for source in sources]
    sheet = kit.ChoiceSheet(
        choices, (), lambda keys: _take_from(gallery, keys[0], item_id), title=_("Add a photo")
    )
    sheet.open()


def open_photo(gallery: PhotoGallery, key: str) -> None:
    """Open a photo of the record to mask more of it, describe it or remove it."""
    page = PhotoPage(on_remove=lambda: gallery.remove(key))
    page.begin(gallery.open(key, page.show))


def _take_from(gallery: PhotoGallery, source: str, item_id: str) -> None:
    folders = gallery.folders() if source == FILE else ()
    if folders:
        _choose_from(folders, gallery, item_id)
        return
    another = partial(_take_from, gallery, source, item_id) if source == FILE else None
    gallery.ask(source, lambda taken: _start(gallery, taken, item_id, another))


def _choose_from(folders: Sequence[Path], gallery: PhotoGallery, item_id: str) -> None:
    def chosen(path: Path) -> None:
        _start(gallery, PhotoSource(path, is_ours=False), item_id, picker.open)

    picker = PhotoPicker(folders, gallery.background, chosen)
    picker.open()


def _start(
    gallery: PhotoGallery, source: PhotoSource, item_id: str, another: Callable[[], None] | None
) -> None:
    page = PhotoPage(on_another=another)
    page.begin(gallery.add(source, item_id, page.show))
