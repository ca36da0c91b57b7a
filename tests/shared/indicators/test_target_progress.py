from datetime import date

import pytest

from field178_shared.codelists import load
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.periods import Period
from field178_shared.indicators.target_progress import (
    Standing,
    grows_to_target,
    months_between,
    progress_towards,
)
from field178_shared.indicators.verdicts import Reached, Verdict

YEAR = Period.of_year(2024)
FIGURES = load().figures
INSPECTED, OUTLETS = FIGURES["inspected_once_pct"], FIGURES["media_outlet_month_pct"]


def figure(num: float, den: float | None) -> FigureValue:
    value = num if den is None else round(100 * num / den, 1) if den else None
    return FigureValue(num, den, value, value, value, {})


def reached(value: FigureValue, target: float) -> Reached:
    if value.value is None:
        return Reached(target, Verdict.NO_FIGURE)
    return Reached(target, Verdict.MET if value.value >= target else Verdict.NOT_MET)


@pytest.mark.parametrize(
    ("num", "day", "standing", "monthly"),
    [
        # The target is 60 of 100. On 1 July half of the year has passed: 30 are on schedule.
        (60, date(2024, 7, 1), Standing.MET, None),
        (30, date(2024, 7, 1), Standing.ON_TRACK, 5),
        (24, date(2024, 7, 1), Standing.BEHIND, 6),
        (54, date(2025, 1, 1), Standing.NEAR, None),
        (53, date(2025, 1, 1), Standing.MISSED, None),
        (0, date(2023, 12, 1), Standing.ON_TRACK, 5),
        (0, date(2024, 12, 31), Standing.BEHIND, 60),
    ],
)
def test_monthly_need_is_the_missing_number_over_the_remaining_months(
    num: int, day: date, standing: Standing, monthly: int | None
) -> None:
    value = figure(num, 100)
    progress = progress_towards(INSPECTED, value, reached(value, 60), YEAR, day)
    assert (progress.standing, progress.monthly) == (standing, monthly)


def test_without_anything_to_divide_by_there_is_no_need() -> None:
    value = figure(0, 0)
    assert (
        progress_towards(INSPECTED, value, reached(value, 60), YEAR, date(2024, 7, 1)).standing
        is Standing.NO_FIGURE
    )


@pytest.mark.parametrize(
    ("bounds", "day", "standing"),
    [
        # The target is 60; on 1 July 30 are on schedule.
        ((35.0, 50.0), date(2024, 7, 1), Standing.ON_TRACK),
        ((10.0, 20.0), date(2024, 7, 1), Standing.BEHIND),
        ((10.0, 50.0), date(2024, 7, 1), Standing.UNKNOWN),
        ((54.0, 59.0), date(2025, 1, 1), Standing.NEAR),
        ((10.0, 59.0), date(2025, 1, 1), Standing.MISSED),
    ],
)
def test_standing_follows_both_bounds_and_a_range_has_no_missing_number(
    bounds: tuple[float, float], day: date, standing: Standing
) -> None:
    value = FigureValue(3, 4, None, *bounds, {})
    progress = progress_towards(INSPECTED, value, Reached(60, Verdict.NOT_MET), YEAR, day)
    assert (progress.standing, progress.missing) == (standing, 0)


def test_too_little_that_was_counted_is_neither_met_nor_behind() -> None:
    value = FigureValue(3, 4, None, 10.0, 80.0, {})
    progress = progress_towards(INSPECTED, value, Reached(60, Verdict.UNKNOWN), YEAR, date(2024, 7, 1))
    assert (progress.standing, progress.missing) == (Standing.UNKNOWN, 0)


def test_a_month_that_has_passed_is_not_made_up_for() -> None:
    value = figure(100, 114)
    progress = progress_towards(OUTLETS, value, reached(value, 100), YEAR, date(2024, 7, 1))
    assert (progress.standing, progress.monthly, progress.missing) == (Standing.BEHIND, None, 14)


def test_a_share_that_rounds_to_the_target_still_lacks_one() -> None:
    value = figure(599, 1000)
    assert progress_towards(INSPECTED, value, reached(value, 60), YEAR, date(2024, 12, 1)).missing == 1


def test_a_month_that_has_begun_counts() -> None:
    ends = date(2024, 12, 15)
    assert [
        months_between(day, ends) for day in (date(2024, 12, 14), date(2024, 11, 15), date(2024, 11, 14))
    ] == [1, 1, 2]


def test_figures_of_events_grow_to_their_target() -> None:
    growing = {indicator_id for indicator_id in FIGURES if grows_to_target(FIGURES[indicator_id])}
    assert {
        "workers_reached_pct",
        "outreach_commune_any_pct",
        "plan_completion_pct",
        "visits_total",
    } <= growing
    assert not growing & {
        "violations_handled_pct",
        "media_commune_full_pct",
        "outreach_commune_sustained_pct",
    }
