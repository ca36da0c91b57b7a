"""One establishment on both sides of the reform of 1 July 2025: two units of one code, both figures right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.shared.indicators.conftest import FiguresOf, establishment, reached, session, visit

from field178_shared.codelists import load
from field178_shared.indicators.events import CountedRecord
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
        share = figure("inspected_once_pct", [MOVED, *VISITS], period, units)
        assert (share.num, share.den) == (1, 1)


def test_the_year_of_the_reform_counts_the_place_once(figure: FiguresOf) -> None:
    year = Period.of_year(2025)
    share = figure("inspected_once_pct", [MOVED, *VISITS], year, [BEFORE, "c11632_v1"])
    assert (share.num, share.den) == (1, 1)


def test_the_year_of_the_reform_is_whole_for_the_new_unit(figure: FiguresOf) -> None:
    year = Period.of_year(2025)
    assert figure("visits_total", [MOVED, *VISITS], year, [AFTER]).num == 2


DIVIDED = "c11656_v1"
YEAR_BEFORE = Period.of_year(2024)


def test_commune_and_its_successor_count_each_worker_once(figure: FiguresOf) -> None:
    talk = session("s1", "2024-03-01", BEFORE, establishments={"e1": reached(3, 3)})
    records = [MOVED, visit("v1", "2024-05-02", unit=BEFORE, workers_total=4), talk]
    for units in ([BEFORE], [AFTER], [BEFORE, AFTER]):
        share = figure("workers_reached_pct", records, YEAR_BEFORE, units)
        assert (share.num, share.den, share.value) == (3, 4, 75.0), units


def test_an_assigned_place_of_a_divided_commune_was_in_the_same_period_before(figure: FiguresOf) -> None:
    place = establishment(unit="c11629_v2", former_unit_ids=[DIVIDED])
    records = [place, visit("v1", "2024-05-02", unit=DIVIDED)]
    for units in (["c11629_v2"], [DIVIDED], [DIVIDED, "c11629_v2"]):
        share = figure("inspected_once_pct", records, YEAR_BEFORE, units)
        assert (share.num, share.den) == (1, 1), units
    elsewhere = figure("inspected_once_pct", records, YEAR_BEFORE, ["c11668_v2"])
    assert (elsewhere.num, elsewhere.den) == (0, 0)


def test_the_year_of_the_reform_counts_an_assigned_place_once(figure: FiguresOf) -> None:
    place = establishment(unit="c11629_v2", former_unit_ids=[DIVIDED])
    for units in (["c11629_v2"], [DIVIDED, "c11629_v2"]):
        share = figure("inspected_once_pct", [place], Period.of_year(2025), units)
        assert share.den == 1, units


SCHOOL = {
    "id": "s1",
    "kind": "upper_secondary",
    "vi": "GL",
    "en": "GL",
    "counts": [{"from": "2023-01-01", "count": 9}],
}


def located(key: str, day: str, place_unit_id: str) -> CountedRecord:
    """Return a visit in the divided commune at a place that is in this unit now."""
    return replace(visit(key, day, unit=DIVIDED), place_unit_id=place_unit_id)


def test_visit_at_an_assigned_place_counts_in_the_unit_of_the_place(figure: FiguresOf) -> None:
    records = [located("v1", "2024-05-02", "c11629_v2"), located("v2", "2024-05-03", DIVIDED)]
    counts = {
        units: figure("visits_total", records, YEAR_BEFORE, units).num
        for units in (("c11629_v2",), (DIVIDED,), (DIVIDED, "c11629_v2"), ("c11668_v2",))
    }
    # Who holds the divided commune has both visits there; nobody counts a visit twice.
    assert list(counts.values()) == [1, 2, 2, 0]


@pytest.mark.parametrize("unit_id", ["c11629_v2", DIVIDED])
def test_session_at_a_school_counts_in_the_unit_of_the_school(figure: FiguresOf, unit_id: str) -> None:
    rows = {"places.schools": {"s1": SCHOOL | {"unit_id": unit_id}}}
    records = [session("s1", "2024-03-01", DIVIDED, school_id="s1")]
    total = figure("sessions_total", records, YEAR_BEFORE, ["c11629_v2"], rows=rows)
    assert total.num == (1 if unit_id == "c11629_v2" else 0)


def test_session_elsewhere_in_a_divided_commune_stays_in_it(figure: FiguresOf) -> None:
    lines = {"e1": reached(3, 3)}
    records = [session("s1", "2024-03-01", DIVIDED, establishments=lines)]
    assert figure("sessions_total", records, YEAR_BEFORE, ["c11629_v2"]).num == 0
    assert figure("sessions_total", records, YEAR_BEFORE, [DIVIDED]).num == 1
