"""Points in communes of today."""

import pytest

from field178_server.office.units.borders import unit_at
from field178_shared.codelists import load

KNOWN = ("c11629_v2", "c11635_v2", "c11647_v2", "c11668_v2", "c11674_v2", "c11446_v2")


@pytest.mark.parametrize("unit_id", KNOWN)
def test_middle_of_a_commune_lies_in_it_and_in_no_other(unit_id: str) -> None:
    unit = load().units[unit_id]
    assert unit.lat is not None
    assert unit.lon is not None
    assert [border for border in KNOWN if unit_at(unit.lon, unit.lat, [border])] == [unit_id]


def test_point_of_another_city_and_commune_without_a_border_have_no_unit() -> None:
    assert unit_at(105.85, 21.03, KNOWN) is None
    assert unit_at(106.575, 20.8159, ["c11629_v1"]) is None


def test_point_where_simplified_lines_overlap_has_no_unit() -> None:
    step = 0.004
    points = [(106.47 + step * x, 20.72 + step * y) for x in range(42) for y in range(38)]
    inside = {point: [border for border in KNOWN if unit_at(*point, [border])] for point in points}
    both = [point for point, units in inside.items() if len(units) > 1]
    assert 0 < len(both) < len(points) / 100
    assert not any(unit_at(*point, KNOWN) for point in both)
