"""Map files as they are copied onto tablets: good, half copied, empty, and not a map at all."""

from __future__ import annotations

import gc
import os
import sqlite3
from pathlib import Path

from tests.mobile.maps.map_files import write_map

from field178_mobile.maps.map_file import MapFile, open_map
from field178_mobile.maps.mercator import place_of

HERE = place_of(208_182_100, 1_065_467_100)


def test_tiles_are_found_by_rows_from_the_north(tmp_path):
    write_map(tmp_path / "an-lao.mbtiles", HERE, range(10, 13))
    map_file = open_map(tmp_path)
    assert (map_file.lowest, map_file.highest) == (10, 12)
    data = map_file.tile(12, int(HERE.x * 2**12), int(HERE.y * 2**12))
    assert data.startswith(b"\x89PNG")
    assert map_file.tile(12, 0, 0) is None
    assert map_file.tile(3, 0, 0) is None
    map_file.close()


def test_without_a_folder_or_a_map_there_is_none(tmp_path):
    assert open_map(tmp_path / "maps") is None
    assert open_map(tmp_path) is None


def test_a_half_copied_file_leaves_the_older_map_in_use(tmp_path):
    good, bad = tmp_path / "a.mbtiles", tmp_path / "b.mbtiles"
    write_map(good, HERE, range(10, 11))
    bad.write_bytes(good.read_bytes()[: good.stat().st_size // 3])
    os.utime(good, (1, 1))
    map_file = open_map(tmp_path)
    assert map_file is not None
    assert map_file.highest == 10
    bad.write_bytes(b"not a map")
    assert open_map(tmp_path) is not None


def test_a_file_is_let_go_with_the_map_that_reads_it(tmp_path):
    path = tmp_path / "map.mbtiles"
    write_map(path, HERE, range(10, 11))
    held = MapFile(path)
    assert _is_open(path)
    del held
    gc.collect()
    assert not _is_open(path)


def test_a_file_that_is_no_map_is_let_go_at_once(tmp_path):
    path = tmp_path / "empty.mbtiles"
    with sqlite3.connect(path) as store:
        store.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
    store.close()
    assert open_map(tmp_path) is None
    gc.collect()
    assert not _is_open(path)


def _is_open(path):
    handles = [handle for handle in Path("/proc/self/fd").iterdir() if handle.exists()]
    return any(os.path.samefile(handle, path) for handle in handles)


def test_a_map_without_tiles_and_a_tile_that_is_no_picture_are_holes(tmp_path):
    with sqlite3.connect(tmp_path / "empty.mbtiles") as store:
        store.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
    store.close()
    assert open_map(tmp_path) is None
    path = tmp_path / "holes.mbtiles"
    write_map(path, HERE, range(10, 11))
    with sqlite3.connect(path) as store:
        store.execute("UPDATE tiles SET tile_data = x'00112233'")
    store.close()
    assert MapFile(path).tile(10, int(HERE.x * 2**10), int(HERE.y * 2**10)) is None
