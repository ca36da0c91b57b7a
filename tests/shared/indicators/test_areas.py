from datetime import date

from field178_shared.codelists import load
from field178_shared.indicators.areas import area_on

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
AREA = tuple(unit.id for unit in load().members_of("an_lao_area_2024"))


def test_a_district_is_its_seventeen_communes_until_the_reform() -> None:
    area = area_on(load(), (*AREA, "d313_v1"), BEFORE)
    assert {one.unit_id for one in area.communes} == set(AREA)
    assert all(one.units == {one.unit_id} for one in area.communes)
    assert (area.former, area.others) == ((), {"d313_v1"})


def test_a_commune_takes_over_those_that_joined_it_whole() -> None:
    area = area_on(load(), AREA, AFTER)
    of = {one.unit_id: one.units for one in area.communes}
    assert of["c11635_v2"] == {"c11635_v2", "c11632_v1", "c11635_v1", "c11638_v1"}
    assert set(of) == {"c11629_v2", "c11635_v2", "c11647_v2", "c11668_v2", "c11674_v2"}


def test_a_commune_that_was_divided_is_a_line_of_its_own() -> None:
    area = area_on(load(), AREA, AFTER)
    assert {one.unit_id for one in area.former} == {"c11656_v1", "c11662_v1"}
    assert not any({"c11656_v1", "c11662_v1"} & one.units for one in area.communes)
    assert set(AREA) <= area.units


def test_one_code_is_two_units() -> None:
    before, after = area_on(load(), ["c11635_v1"], BEFORE), area_on(load(), ["c11635_v1"], AFTER)
    assert [one.unit_id for one in before.communes] == ["c11635_v1"]
    assert [one.unit_id for one in after.communes] == ["c11635_v2"]
