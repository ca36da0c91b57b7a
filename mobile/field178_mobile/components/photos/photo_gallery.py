"""Photos of the open record: the grid, sources of pictures, removing and restoring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from field178_mobile.components.photos.photo_attaching import PhotoAttaching
from field178_mobile.components.photos.photo_editor import EditorState, PhotoEditor, PhotoSource
from field178_mobile.components.photos.photo_tiles import PhotoContext, PhotoTile, is_restricted, tile_of
from field178_mobile.components.photos.photo_tools import PhotoTools
from field178_mobile.presentation.amounts import amount_text
from field178_mobile.presentation.background import Background
from field178_mobile.presentation.bitmap import Bitmap, bitmap_of
from field178_mobile.presentation.wording import Option, Wording
from field178_mobile.store import Store
from field178_shared.errors import ErrorCode, message
from field178_shared.records.reading import count_of, text_of
from field178_shared.text.i18n import N_

MOST_PHOTOS = 20
THUMBNAIL = 360
CAMERA, FILE = "camera", "file"


@dataclass(frozen=True, slots=True)
class GalleryState:
    """State of the grid. `problem`: why no photo can be added; `undo`: the photo that can be restored."""

    tiles: tuple[PhotoTile, ...] = ()
    summary: str = ""
    problem: str = ""
    can_add: bool = False
    is_locked: bool = False
    undo: str = ""


NO_PHOTOS = GalleryState()


@dataclass(frozen=True, slots=True)
class Thumb:
    """Photo of a checklist item; `picture` is None until it is decoded."""

    key: str
    picture: Bitmap | None


class PhotoGallery:
    """Shows and changes the photos of one record. `changed` is called when the grid has changed."""

    def __init__(
        self,
        attaching: PhotoAttaching,
        store: Store,
        words: Wording,
        tools: PhotoTools,
        changed: Callable[[], None],
    ) -> None:
        self._attaching = attaching
        self._record = attaching.record
        self._store = store
        self._words = words
        self._tools = tools
        self._changed = changed
        self._pictures: dict[str, Bitmap] = {}
        # Hashes not to load again: undecodable pictures, and pictures that are not on this tablet.
        self._unreadable: set[str] = set()
        self._is_loading = False
        self._removed: tuple[str, Mapping[str, object]] | None = None

    def state(self) -> GalleryState:
        """Return the state of the grid; pictures still being decoded follow through `changed`."""
        entries = self._attaching.entries()
        self._load(self._tiles(entries))
        tiles = self._tiles(entries)
        problem = "" if self._record.is_locked else self._problem(len(tiles))
        return GalleryState(
            tiles=tiles,
            summary=self._summary(entries),
            problem=problem,
            can_add=not (problem or self._record.is_locked),
            is_locked=self._record.is_locked,
            undo=self._words.translate("Photo removed") if self._removed else "",
        )

    def thumbs(self, item_id: str) -> tuple[Thumb, ...]:
        """Return the unrestricted photos of a checklist item; pictures are loaded as for `state`."""
        entries = {
            key: entry
            for key, entry in self._attaching.entries().items()
            if entry.get("checklist_item_id") == item_id and not is_restricted(entry)
        }
        hashes = {key: text_of(entry, "sha256") for key, entry in entries.items()}
        if not self._unreadable.union(self._pictures).issuperset(hashes.values()):
            # Computed once: called at every tap, and reads the store.
            tiles = self._tiles(entries)
            self._unreadable.update(tile.sha256 for tile in tiles if not tile.is_here)
            self._load(tiles)
        return tuple(Thumb(key, self._pictures.get(sha256)) for key, sha256 in hashes.items())

    def sources(self) -> tuple[Option, ...]:
        """Return the sources of pictures on this device."""
        _ = self._words.translate
        file = Option(FILE, _("Choose a picture from a file"))
        return (Option(CAMERA, _("Take a photo")), file) if self._tools.has_camera else (file,)

    def folders(self) -> tuple[Path, ...]:
        """Return the folders to choose a file from; empty if the system has its own dialog."""
        return self._tools.folders()

    @property
    def background(self) -> Background:
        """Runner that reads those folders and their pictures."""
        return self._tools.background

    def ask(self, source: str, start: Callable[[PhotoSource], None]) -> None:
        """Let the device take or choose a picture; `start` is not called if the user cancels."""
        is_camera = source == CAMERA

        def answered(path: Path | None) -> None:
            if path is not None:
                start(PhotoSource(path, is_ours=True, taken_at=self._tools.now() if is_camera else None))

        (self._tools.take if is_camera else self._tools.choose)(answered)

    def add(self, source: PhotoSource, item_id: str, render: Callable[[EditorState], None]) -> PhotoEditor:
        """Open a new picture for screening and saving; optionally of a checklist item."""
        self.leave()
        editor = self._editor(item_id, render)
        editor.load(source)
        return editor

    def open(self, key: str, render: Callable[[EditorState], None]) -> PhotoEditor:
        """Open a photo of the grid."""
        entry = self._attaching.entries()[key]
        editor = self._editor(text_of(entry, "checklist_item_id"), render)
        tile = next(tile for tile in self.state().tiles if tile.key == key)
        editor.open(tile, entry, lambda: self._store.photos.read(tile.sha256))
        return editor

    def remove(self, key: str) -> None:
        """Remove a photo; `undo` restores it."""
        entry = self._attaching.entries().get(key)
        if entry is not None:
            self._removed = (key, entry)
            self._attaching.detach(key)

    def undo(self) -> None:
        """Restore the photo removed last."""
        if self._removed is not None:
            removed, self._removed = self._removed, None
            self._attaching.put_back(*removed)

    def leave(self) -> None:
        """Drop the undo step of the last removal, because another part of the record is shown."""
        self._removed = None

    def _editor(self, item_id: str, render: Callable[[EditorState], None]) -> PhotoEditor:
        return PhotoEditor(self._attaching, self._words, self._tools.background, item_id, render)

    def _problem(self, count: int) -> str:
        if count >= MOST_PHOTOS:
            return self._words.say(
                "A record has {most} photos at most: remove one to add another.", most=MOST_PHOTOS
            )
        if not self._store.photos.has_free_space():
            return message(ErrorCode.STORAGE_LOW, self._words.language)
        return ""

    def _tiles(self, entries: Mapping[str, Mapping[str, object]]) -> tuple[PhotoTile, ...]:
        here = {photo.sha256: photo for photo in self._store.photos.of(self._record.id)}
        context = PhotoContext(here, self._record.filed, self._tools.uploads(), self._pictures)
        return tuple(tile_of(key, entry, context, self._words) for key, entry in entries.items())

    def _summary(self, entries: Mapping[str, Mapping[str, object]]) -> str:
        if not entries:
            return ""
        amount = amount_text(sum(count_of(entry, "size") or 0 for entry in entries.values()))
        template = N_("{count} of {most} photos · {amount}")
        return self._words.say(template, count=len(entries), most=MOST_PHOTOS, amount=amount)

    def _load(self, tiles: tuple[PhotoTile, ...]) -> None:
        """Decode the next visible picture, one at a time, on a worker thread."""
        sha256 = next((tile.sha256 for tile in tiles if self._needs_picture(tile)), "")
        if self._is_loading or not sha256:
            return
        self._is_loading = True
        self._tools.background.run(
            lambda: _thumbnail(self._store.photos.read(sha256)),
            lambda bitmap: self._loaded(sha256, bitmap),
            lambda _error: self._loaded(sha256, None),
        )

    def _needs_picture(self, tile: PhotoTile) -> bool:
        is_known = tile.picture is not None or tile.sha256 in self._unreadable
        return tile.is_here and not tile.is_restricted and not is_known

    def _loaded(self, sha256: str, bitmap: Bitmap | None) -> None:
        self._is_loading = False
        if bitmap is None:
            self._unreadable.add(sha256)
        else:
            self._pictures[sha256] = bitmap
        self._changed()


def _thumbnail(data: bytes) -> Bitmap:
    from field178_mobile.components.photos import picture

    return bitmap_of(picture.thumbnail(data, THUMBNAIL))
