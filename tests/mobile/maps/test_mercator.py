"""Positions on the map: tile numbers of web maps, and conversion in both directions."""

from __future__ import annotations

import math
import random

import pytest

from field178_mobile.maps.clusters import clusters_of
from field178_mobile.maps.map_state import MapPin
from field178_mobile.maps.mercator import (
    MapPoint,
    MapWindow,
    place_of,
    position_at,
    view_of,
)

# In the tile 14/13041/7222 of every web map.
AN_LAO = (208_182_100, 1_065_467_100)


def test_a_position_lies_in_the_tile_that_every_web_map_gives_it():
    place = place_of(*AN_LAO)
    assert (int(place.x * 2**14), int(place.y * 2**14)) == (13041, 7222)


@pytest.mark.parametrize(
    "position", [AN_LAO, (0, 0), (-337_000_000, 1_512_000_000), (849_000_000, -1_799_999_999)]
)
def test_a_place_leads_back_to_its_position(position):
    back = position_at(place_of(*position))
    assert back == pytest.approx(position, abs=2)


def test_the_corners_of_the_square():
    assert place_of(0, 0) == MapPoint(0.5, 0.5)
    assert place_of(900_000_000, -1_800_000_000).y == pytest.approx(0, abs=1e-9)


def test_moving_and_zooming_keep_the_point_under_the_finger():
    view, place = MapWindow(place_of(*AN_LAO), 12.0), place_of(208_282_100, 1_065_667_100)
    right, down = view.offset_of(place)
    assert view.zoomed(14.5, right, down).offset_of(place) == pytest.approx((right, down), abs=1e-6)
    assert view.moved(right, down).offset_of(place) == pytest.approx((0, 0), abs=1e-6)


def test_a_view_shows_all_its_places_and_none_of_none():
    places = [place_of(*AN_LAO), place_of(209_000_000, 1_066_000_000), place_of(207_500_000, 1_064_800_000)]
    view = view_of(places, 800, 600, (8, 19))
    assert view is not None
    for place in places:
        right, down = view.offset_of(place)
        assert abs(right) <= 400
        assert abs(down) <= 300
    assert view_of([], 800, 600, (8, 19)) is None
    alone = view_of(places[:1], 800, 600, (8, 19))
    assert alone is not None
    assert alone.zoom == 19


def test_pins_that_would_lie_on_each_other_are_one_mark_until_one_comes_closer():
    near = [MapPin(str(n), place_of(208_182_100 + n * 100, 1_065_467_100), "done") for n in range(5)]
    far = MapPin("far", place_of(208_982_100, 1_066_467_100), "done")
    marks = clusters_of([*near, far], 12, 44)
    assert sorted(len(mark.pins) for mark in marks) == [1, 5]
    assert len(clusters_of([*near, far], 22, 20)) == 6


def test_no_two_marks_lie_on_each_other_and_no_pin_is_lost():
    randomness = random.Random(178)
    pins = [
        MapPin(
            str(n), place_of(208_000_000 + int(randomness.gauss(0, 300_000)), 1_065_000_000 + n * 700), "done"
        )
        for n in range(800)
    ]
    marks = clusters_of(pins, 12, 54)
    assert sorted(pin.id for mark in marks for pin in mark.pins) == sorted(pin.id for pin in pins)
    side = 54 / (256 * 2**12)
    for mark in marks:
        for other in marks:
            assert (
                mark is other
                or math.dist((mark.place.x, mark.place.y), (other.place.x, other.place.y)) >= side
            )
