"""Names on the map: free of marks and of each other, in the same place for the same map."""

from __future__ import annotations

import random
from itertools import combinations

from field178_mobile.maps.labels import Box, label_places

DISTANCE = 23


def name_at(x: float, y: float) -> Box:
    return Box(x, y, 80, 20)


def mark_at(x: float, y: float) -> Box:
    return Box(x, y, 44, 44)


def test_a_name_lies_below_its_point():
    assert label_places([name_at(100, 100)], [mark_at(100, 100)], DISTANCE) == [name_at(100, 133)]


def test_a_name_goes_above_a_mark_that_lies_below_and_beside_where_both_are_taken():
    marks = [mark_at(100, 100), mark_at(100, 140)]
    assert label_places([name_at(100, 100)], marks, DISTANCE) == [name_at(100, 67)]
    marks.append(mark_at(100, 60))
    assert label_places([name_at(100, 100)], marks, DISTANCE) == [name_at(163, 100)]


def test_no_name_lies_on_a_mark_or_on_another_name_and_who_finds_no_place_is_left_out():
    chance = random.Random(178)
    names = [name_at(chance.uniform(-900, 900), chance.uniform(-900, 900)) for _ in range(120)]
    marks = [mark_at(chance.uniform(-900, 900), chance.uniform(-900, 900)) for _ in range(150)]
    places = label_places(names, marks, DISTANCE)
    shown = [place for place in places if place is not None]
    assert 40 < len(shown) < 120
    assert len(places) == 120
    assert not any(place.meets(other) for place, other in combinations(shown, 2))
    assert not any(place.meets(mark) for place in shown for mark in marks)


def test_names_keep_their_places_while_the_map_is_moved():
    names, marks = [name_at(100, 100), name_at(130, 100)], [mark_at(100, 100), mark_at(130, 140)]
    moved = [
        Box(box.x - 64, box.y + 300, box.width, box.height)
        for box in label_places(names, marks, DISTANCE)
        if box
    ]
    again = label_places(
        [name_at(box.x - 64, box.y + 300) for box in names],
        [mark_at(box.x - 64, box.y + 300) for box in marks],
        DISTANCE,
    )
    assert again == moved
