"""Thumbnails of a folder's files: made on a worker thread, only for visible files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from field178_mobile.presentation.background import Background
from field178_mobile.presentation.bitmap import Bitmap, bitmap_of

SIDE = 240
# A bitmap has 130 kB at this side: about 20 MB in memory, however large the folder is.
MOST_KEPT = 160
# About two screens: files scrolled past are not made.
MOST_REQUESTED = 48


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """Small picture of a file; None for an unreadable file."""

    bitmap: Bitmap | None


class Thumbnails:
    """Makes one thumbnail at a time, the last requested first. `made` is called with each path."""

    def __init__(self, background: Background, make: Callable[[Path], Bitmap] | None = None) -> None:
        self.made: Callable[[str], None] = _nobody
        self._background = background
        self._make = make or _small
        self._kept: OrderedDict[str, Thumbnail] = OrderedDict()
        self._requested: OrderedDict[str, None] = OrderedDict()
        self._making = ""

    def of(self, path: str) -> Thumbnail | None:
        """Return a file's thumbnail, or None and request it; `made` is called when it is ready."""
        thumbnail = self._kept.get(path)
        if thumbnail is not None:
            self._kept.move_to_end(path)
            return thumbnail
        if path != self._making:
            self._requested[path] = None
            self._requested.move_to_end(path)
            if len(self._requested) > MOST_REQUESTED:
                self._requested.popitem(last=False)
        self._next()
        return self._kept.get(path)

    def clear(self) -> None:
        """Drop the requested thumbnails, because no grid is shown."""
        self._requested.clear()

    def _next(self) -> None:
        if self._making or not self._requested:
            return
        path, _ = self._requested.popitem()
        self._making = path
        self._background.run(
            lambda: self._make(Path(path)),
            lambda bitmap: self._keep(path, Thumbnail(bitmap)),
            lambda _error: self._keep(path, Thumbnail(None)),
        )

    def _keep(self, path: str, thumbnail: Thumbnail) -> None:
        self._making = ""
        self._kept[path] = thumbnail
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self.made(path)
        self._next()


def _small(path: Path) -> Bitmap:
    from field178_mobile.components.photos import picture

    return bitmap_of(picture.thumbnail(path, SIDE))


def _nobody(_path: str) -> None:
    """Callback without a grid: does nothing."""
