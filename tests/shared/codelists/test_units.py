from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field178_shared.codelists import load

LAST_DAY = date(2025, 6, 30)
FIRST_DAY = date(2025, 7, 1)


def test_validity_ends_on_the_day_the_next_version_begins() -> None:
    lists = load()
    assert lists.unit_valid_on("c11635_v1", LAST_DAY)
    assert not lists.unit_valid_on("c11635_v1", FIRST_DAY)
    assert lists.unit_valid_on("c11635_v2", FIRST_DAY)
    assert not lists.unit_valid_on("c11635_v2", LAST_DAY)
    assert not lists.unit_valid_on("nowhere", FIRST_DAY)


@given(st.dates(), st.sampled_from(sorted({unit.gso_code for unit in load().units.values()})))
def test_no_day_has_two_versions_of_one_code(day, code) -> None:
    valid = [unit for unit in load().units.values() if unit.gso_code == code and unit.valid_on(day)]
    assert len(valid) <= 1


@pytest.mark.parametrize(
    ("unit", "sources"),
    [
        ("c11635_v2", {"c11632_v1", "c11635_v1", "c11638_v1"}),
        ("c11674_v2", {"c11671_v1", "c11674_v1", "c11677_v1"}),
        ("c11446_v2", {"c11656_v1"}),
    ],
)
def test_unit_lists_its_predecessors(unit, sources) -> None:
    assert {step.source for step in load().predecessors(unit)} == sources


def test_a_split_keeps_its_share_unknown_and_one_default_heir() -> None:
    lists = load()
    for unit in lists.members_of("an_lao_area_2024"):
        steps = lists.successors(unit.id)
        assert sum(step.is_default for step in steps) == 1, unit.id
        assert [step.share for step in steps if step.kind == "split_part"] in ([], [None, None])


def test_the_depth_of_the_tree_is_not_constant() -> None:
    lists = load()
    assert lists.units["c11635_v1"].parent == "d313_v1"
    assert lists.units["c11635_v2"].parent == "p31_v2"
    assert len(lists.units_below("d313_v1")) == 18
    assert lists.units_below("nowhere") == ()


def test_an_area_survives_the_reform() -> None:
    lists = load()
    assert len(lists.members_of("an_lao_area_2024")) == 17
    assert all(unit.valid_on(FIRST_DAY) for unit in lists.members_of("an_lao_area_2025"))
