"""Photo editor: pixelates faces and documents of new pictures, shows stored pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from field178_mobile.components.photos.photo_attaching import PhotoAttaching, PhotoDetails
from field178_mobile.components.photos.photo_tiles import PhotoTile
from field178_mobile.components.photos.photo_words import refusal_text
from field178_mobile.ports import Json
from field178_mobile.presentation.background import Background
from field178_mobile.presentation.bitmap import Bitmap, bitmap_of
from field178_mobile.presentation.masking import Cell, Mosaic, Patch, paint
from field178_mobile.presentation.wording import Option, Wording
from field178_shared.errors import AppError
from field178_shared.records.reading import text_of
from field178_shared.schemas.declared import RESTRICTED_KINDS
from field178_shared.text.i18n import N_

if TYPE_CHECKING:
    from PIL.Image import Image

READING = N_("Making the picture small and removing its hidden data…")
SAVING = N_("Saving the picture…")


@dataclass(frozen=True, slots=True)
class PhotoSource:
    """An incoming picture: its file, whether the app must delete the file, and its time if known."""

    path: Path
    is_ours: bool
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EditorState:
    """State of the screen. `missing`: what to do before saving; `is_refused`: not a usable picture."""

    title: str = ""
    item: str = ""
    status: str = ""
    status_tone: str = "muted"
    busy: str = ""
    error: str = ""
    picture: Bitmap | None = None
    patches: tuple[Patch, ...] = ()
    kinds: tuple[Option, ...] = ()
    is_restricted: bool = False
    is_screened: bool = False
    can_edit: bool = False
    can_rub: bool = False
    can_undo: bool = False
    can_save: bool = False
    can_remove: bool = False
    missing: str = ""
    is_refused: bool = False
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class _Open:
    """The open picture, its bitmap, and the mosaic from which patches are made."""

    image: Image
    bitmap: Bitmap
    mosaic: Mosaic


@dataclass(slots=True)
class _Strokes:
    """Pixelated cells by stroke; `last` is the position of the thumb."""

    done: list[frozenset[Cell]] = field(default_factory=list)
    last: tuple[float, float] | None = None

    def hidden(self) -> frozenset[Cell]:
        """Return every cell that is hidden."""
        return frozenset().union(*self.done)


class PhotoEditor:
    """Presenter of one picture. Nothing is stored before `save`, and then only the visible pixels."""

    def __init__(
        self,
        attaching: PhotoAttaching,
        words: Wording,
        background: Background,
        item_id: str,
        render: Callable[[EditorState], None],
    ) -> None:
        self._attaching = attaching
        self._words = words
        self._background = background
        self._item_id = item_id
        self._render = render
        self._open: _Open | None = None
        self._strokes = _Strokes()
        self._taken_at: datetime | None = None
        kinds = attaching.record.kinds
        self._kind = kinds[0] if len(kinds) == 1 else ""
        self._tile: PhotoTile | None = None
        self._was_kind = ""
        self._is_screened = False
        self._is_closed = False
        self._shown_state = EditorState()

    def load(self, source: PhotoSource) -> None:
        """Read an incoming picture; a file owned by the app is always deleted."""
        self._taken_at = source.taken_at
        self._say(busy=self._words.translate(READING))
        self._background.run(lambda: _read(source), self._loaded, self._failed)

    def open(self, tile: PhotoTile, entry: Mapping[str, object], read: Callable[[], bytes]) -> None:
        """Open a photo of the record."""
        self._tile, self._is_screened = tile, entry.get("screened") is True
        self._kind = self._was_kind = text_of(entry, "evidence_kind")
        if not tile.is_here:
            self._say(
                error=self._words.translate(
                    "The picture is not on this tablet. The office shows it once it has come."
                )
            )
            return
        self._say()
        self._background.run(lambda: _opened(read()), self._loaded, self._failed)

    def rub(self, x: float, y: float, radius: float) -> None:
        """Pixelate from the last to this position of the thumb, in points of the picture."""
        if self._open is None or not self._shown_state.can_rub:
            return
        if self._strokes.last is None:
            self._strokes.done.append(frozenset())
        points = _line(self._strokes.last or (x, y), (x, y), max(radius / 2, 1))
        cells = self._open.mosaic.cells_under(points, radius)
        self._strokes.last = (x, y)
        if not cells <= self._strokes.done[-1]:
            self._strokes.done[-1] |= cells
            self._say()

    def lift(self) -> None:
        """End a stroke; the next stroke is a separate undo step."""
        self._strokes.last = None
        if self._strokes.done and not self._strokes.done[-1]:
            self._strokes.done.pop()

    def undo(self) -> None:
        """Undo the last stroke; nothing was stored yet."""
        if self._strokes.done:
            self._strokes.done.pop()
            self._say()

    def choose_kind(self, kind: str) -> None:
        """Set the evidence kind of the picture."""
        self._kind = kind
        self._say()

    def toggle_screened(self) -> None:
        """Toggle the confirmation that no face and no personal document is visible."""
        self._is_screened = not self._is_screened
        self._say()

    def save(self) -> None:
        """Store the visible picture; pixelated areas are lost for good."""
        if not self._shown_state.can_save:
            return
        if self._tile is not None and not self._strokes.done:
            self._attaching.describe(self._tile.key, PhotoDetails(self._kind))
            self._close()
            return
        opened, patches = self._open, self._shown_state.patches
        assert opened is not None
        self._say(busy=self._words.translate(SAVING))
        self._background.run(
            lambda: self._attaching.keep(_final(opened.image, patches)), self._kept, self._failed
        )

    def cancel(self) -> None:
        """Close without storing; a later answer of the worker thread is dropped."""
        self._is_closed, self._open = True, None

    def _loaded(self, opened: _Open) -> None:
        if not self._is_closed:
            self._open = opened
            self._say()

    def _kept(self, named: Json) -> None:
        if self._tile is None:
            self._attaching.attach(named, PhotoDetails(self._kind, self._taken_at, self._item_id))
        else:
            self._attaching.replace(self._tile.key, named, PhotoDetails(self._kind))
        self._close()

    def _failed(self, error: AppError) -> None:
        if not self._is_closed:
            self._say(error=refusal_text(error, self._words))

    def _close(self) -> None:
        self._say(is_done=True)
        self._is_closed, self._open = True, None

    def _say(self, busy: str = "", error: str = "", is_done: bool = False) -> None:
        opened, tile, _ = self._open, self._tile, self._words.translate
        is_locked = self._attaching.record.is_locked
        can_edit = opened is not None and not (busy or is_locked)
        missing = self._missing() if can_edit else ""
        is_changed = tile is None or bool(self._strokes.done) or self._kind != self._was_kind
        self._shown_state = EditorState(
            title=_("New photo") if tile is None else _("Photo"),
            item=self._item_name(),
            status=tile.problem or tile.word if tile is not None else "",
            status_tone=tile.tone if tile is not None else "muted",
            busy=busy,
            error=error,
            picture=opened.bitmap if opened else None,
            patches=opened.mosaic.patches(self._strokes.hidden()) if opened else (),
            kinds=self._kind_options(),
            is_restricted=self._kind in RESTRICTED_KINDS,
            is_screened=self._is_screened,
            can_edit=can_edit,
            can_rub=can_edit and not (tile is not None and tile.is_filed),
            can_undo=can_edit and bool(self._strokes.done),
            can_save=can_edit and is_changed and not missing,
            can_remove=tile is not None and not (is_locked or busy),
            missing=missing,
            is_refused=bool(error) and opened is None and tile is None,
            is_done=is_done,
        )
        self._render(self._shown_state)

    def _missing(self) -> str:
        if not self._kind:
            return self._words.translate("Say what the picture shows.")
        if not self._is_screened:
            return self._words.translate("Hide faces and papers, then confirm it.")
        return ""

    def _kind_options(self) -> tuple[Option, ...]:
        name = self._words.choice
        kinds = self._attaching.record.kinds
        return tuple(Option(kind, name("evidence_kind", kind), kind == self._kind) for kind in kinds)

    def _item_name(self) -> str:
        item = self._words.lists.items.get(self._item_id)
        return item.label(self._words.language) if item else ""


def _read(source: PhotoSource) -> _Open:
    from field178_mobile.components.photos import picture

    try:
        return _worked(picture.open_bare(source.path))
    finally:
        if source.is_ours:
            source.path.unlink(missing_ok=True)


def _opened(data: bytes) -> _Open:
    from field178_mobile.components.photos import picture

    return _worked(picture.open_bare(data))


def _worked(image: Image) -> _Open:
    return _Open(image, bitmap_of(image), Mosaic(image))


def _final(image: Image, patches: tuple[Patch, ...]) -> bytes:
    from field178_mobile.components.photos import picture

    return picture.encode(paint(image, patches))


def _line(start: tuple[float, float], end: tuple[float, float], step: float) -> list[tuple[float, float]]:
    """Return points from start to end, no two further apart than a step."""
    parts = max(1, math.ceil(math.dist(start, end) / step))
    return [
        (start[0] + (end[0] - start[0]) * part / parts, start[1] + (end[1] - start[1]) * part / parts)
        for part in range(parts + 1)
    ]
