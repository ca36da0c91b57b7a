"""One establishment on both sides of the reform of 1 July 2025: two units of one code, both figures right."""

from __future__ import annotations

from datetime import date

from tests.shared.indicators.conftest import FiguresOf, establishment, visit

from field178_shared.codelists import load
from field178_shared.indicators.periods import Period
from field178_shared.records.establishment import unit_on, values_of_move

BEFORE, AFTER = "c11635_v1", "c11635_v2"
FIRST_HALF = Period(date(2025, 1, 1), date(2025, 7, 1))
SECOND_HALF = Period(date(2025, 7, 1), date(2026, 1, 1))
MOVED = establishment(unit=AFTER, former_unit_ids=[BEFORE])
VISITS = [visit("v1", "2025-06-30", unit=BEFORE), visit("v2", "2025-07-01", unit=AFTER)]


def test_a_move_by_a_reform_keeps_the_former_unit() -> None:
    assert values_of_move({"unit_id": BEFORE}, AFTER, load()) == {
        "unit_id": AFTER,
        "former_unit_ids": [BEFORE],
    }


def test_another_move_corrects_the_unit_for_all_days() -> None:
    assert values_of_move({"unit_id": "c11632_v1"}, BEFORE, load()) == {"unit_id": BEFORE}


def test_an_establishment_lies_in_the_unit_of_the_day() -> None:
    days = (date(2024, 1, 1), date(2025, 6, 30), date(2025, 7, 1), date(2026, 1, 1))
    assert [unit_on(MOVED.data, day, load()) for day in days] == [BEFORE, BEFORE, AFTER, AFTER]


def test_each_half_counts_its_visit_and_the_place(figure: FiguresOf) -> None:
    for period, units in ((FIRST_HALF, [BEFORE]), (SECOND_HALF, [AFTER])):
        found = figure("inspected_once_pct", [MOVED, *VISITS], period, units)
        assert (found.num, found.den) == (1, 1)


def test_the_year_of_the_reform_counts_the_place_once(figure: FiguresOf) -> None:
    year = Period.of_year(2025)
    found = figure("inspected_once_pct", [MOVED, *VISITS], year, [BEFORE, "c11632_v1"])
    assert (found.num, found.den) == (1, 1)


def test_the_year_of_the_reform_is_whole_for_the_new_unit(figure: FiguresOf) -> None:
    year = Period.of_year(2025)
    assert figure("visits_total", [MOVED, *VISITS], year, [AFTER]).num == 2
