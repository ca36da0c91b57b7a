"""An offline raster map in an MBTiles file (https://github.com/mapbox/mbtiles-spec, version 1.3)."""

from __future__ import annotations

import sqlite3
import weakref
from pathlib import Path

# Folder of a tablet's maps in its data folder.
MAPS = "maps"
_LOWEST, _HIGHEST = 0, 22
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")


class MapFile:
    """Reads tiles of one file; used by one thread."""

    def __init__(self, path: Path) -> None:
        """Open a file; sqlite3.DatabaseError when it is no map."""
        # By one thread at a time: the collector may close it on another one.
        self._connection = sqlite3.connect(
            f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        # Screens have no close event, so the file is closed when the map is garbage-collected.
        self._closed = weakref.finalize(self, self._connection.close)
        row = self._connection.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        if row[0] is None:
            raise sqlite3.DatabaseError("a map without tiles")
        self.lowest, self.highest = max(row[0], _LOWEST), min(row[1], _HIGHEST)

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """Return the picture of a tile, rows counted from the north; None if it cannot be read."""
        from_south = 2**zoom - 1 - row
        try:
            tile_row = self._connection.execute(
                "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                (zoom, column, from_south),
            ).fetchone()
        except sqlite3.DatabaseError:
            return None
        data = bytes(tile_row[0]) if tile_row is not None and tile_row[0] is not None else b""
        return data if data.startswith(_PICTURES) else None

    def close(self) -> None:
        """Close the file."""
        self._closed()


def open_map(folder: Path) -> MapFile | None:
    """Open the newest readable *.mbtiles map of a folder; None if there is none."""
    paths = sorted(folder.glob("*.mbtiles"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in paths:
        try:
            return MapFile(path)
        except sqlite3.DatabaseError:
            # Skip a half-copied file and use the older map.
            continue
    return None
