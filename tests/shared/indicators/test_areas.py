from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from field178_shared.codelists import load
from field178_shared.indicators.areas import CommuneArea, CountedArea, area_on, units_left_out

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
AREA = tuple(unit.id for unit in load().members_of("an_lao_area_2024"))
NEW_AREA = tuple(unit.id for unit in load().members_of("an_lao_area_2025"))


def test_a_district_is_its_seventeen_communes_until_the_reform() -> None:
    area = area_on(load(), (*AREA, "d313_v1"), BEFORE)
    assert {line.unit_id for line in area.communes} == set(AREA)
    assert all(
        {unit for unit in line.units if unit in load().units} == {line.unit_id} for line in area.communes
    )
    assert (area.former, area.others) == ((), {"d313_v1"})


def test_commune_includes_the_units_that_joined_it_whole() -> None:
    area = area_on(load(), AREA, AFTER)
    of = {line.unit_id: line.units for line in area.communes}
    assert of["c11635_v2"] == {"c11635_v2", "c11632_v1", "c11635_v1", "c11638_v1"}
    assert set(of) == {"c11629_v2", "c11635_v2", "c11647_v2", "c11668_v2", "c11674_v2"}


def test_a_commune_that_was_divided_is_a_line_of_its_own() -> None:
    area = area_on(load(), AREA, AFTER)
    assert {line.unit_id for line in area.former} == {"c11656_v1", "c11662_v1"}
    assert not any({"c11656_v1", "c11662_v1"} & line.units for line in area.communes)
    assert set(AREA) <= area.units


def test_one_code_is_two_units() -> None:
    before, after = area_on(load(), ["c11635_v1"], BEFORE), area_on(load(), ["c11635_v1"], AFTER)
    assert [line.unit_id for line in before.communes] == ["c11635_v1"]
    assert [line.unit_id for line in after.communes] == ["c11635_v2"]


def lines(area: CountedArea) -> list[CommuneArea]:
    return [*area.communes, *area.former]


@settings(max_examples=150, deadline=None)
@given(
    st.sets(st.sampled_from(sorted({*AREA, *NEW_AREA, "c11446_v2"})), min_size=1),
    st.sampled_from((BEFORE, AFTER)),
)
def test_each_unit_of_any_area_is_counted_in_one_line(unit_ids: set[str], day: date) -> None:
    area = area_on(load(), sorted(unit_ids), day)
    every = [unit for line in lines(area) for unit in line.units]
    assert len(every) == len(set(every))
    assert unit_ids <= set(every)
    if all(load().unit_valid_on(unit_id, day) for unit_id in unit_ids):
        assert {line.unit_id for line in area.communes} == unit_ids


def test_an_area_of_old_and_new_communes_is_the_old_ones_before_the_reform() -> None:
    both, old = (area_on(load(), units, BEFORE) for units in ((*AREA, *NEW_AREA), AREA))
    assert {line.unit_id for line in both.communes} == {line.unit_id for line in old.communes}
    assert {line.unit_id for line in both.former} == set(NEW_AREA)


def test_a_commune_named_beside_a_part_of_it_leaves_the_other_parts_in_force() -> None:
    area = area_on(load(), ["c11635_v1", "c11635_v2"], BEFORE)
    assert {line.unit_id for line in area.communes} == {"c11632_v1", "c11635_v1", "c11638_v1"}


def test_communes_divided_into_an_area_are_left_out_until_they_are_named() -> None:
    lists = load()
    assert units_left_out(lists, area_on(lists, NEW_AREA, AFTER)) == {"c11656_v1", "c11662_v1"}
    assert units_left_out(lists, area_on(lists, NEW_AREA, BEFORE)) == {"c11656_v1", "c11662_v1"}
    assert units_left_out(lists, area_on(lists, AREA, AFTER)) == set()
