"""Results of partly counted figures: the bounds contain the true value, and the verdict follows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shared.indicators.conftest import (
    OTHER_UNIT,
    TODAY,
    UNIT,
    YEAR,
    FiguresOf,
    establishment,
    reached,
    record,
    session,
    visit,
)

from field178_shared.codelists import TargetProfile, load
from field178_shared.codelists.indicators import Target
from field178_shared.indicators import verdicts
from field178_shared.indicators.areas import area_on
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.facts import Facts
from field178_shared.indicators.figures import AreaTotals, FigureValue, figure_of
from field178_shared.indicators.verdicts import Verdict

REACHED = "workers_reached_pct"
KINDS = ("karaoke", "guesthouse", "hotel", "boarding_house")


@dataclass(frozen=True)
class Place:
    """A made-up establishment: its true number of workers, whether anybody counted it, and its talk."""

    kind: str
    unit_id: str
    workers: int
    is_counted: bool
    first_time: int | None


@st.composite
def places(draw: st.DrawFn) -> Place:
    kind = draw(st.sampled_from(KINDS))
    usual = load().types[kind].workers
    return Place(
        kind,
        draw(st.sampled_from((UNIT, OTHER_UNIT))),
        draw(st.integers(usual.least, usual.most)),
        draw(st.booleans()),
        draw(st.none() | st.integers(0, 2 * usual.most)),
    )


@st.composite
def districts(draw: st.DrawFn) -> tuple[Sequence[Place], int]:
    """Establishments, and the workers who were reached in a talk that names no establishment."""
    return draw(st.lists(places(), min_size=1, max_size=12)), draw(st.integers(0, 40))


def records(district: Sequence[Place], unallocated: int, *, is_all_counted: bool) -> list[CountedRecord]:
    filed: list[CountedRecord] = []
    for number, place in enumerate(district):
        key = f"e{number}"
        filed.append(establishment(key, place.unit_id, establishment_type_id=place.kind))
        if place.is_counted or is_all_counted:
            filed.append(visit(f"v{number}", "2024-05-02", key, place.unit_id, workers_total=place.workers))
        if place.first_time is not None:
            talk = {key: reached(place.first_time, place.first_time)}
            filed.append(session(f"s{number}", "2024-02-10", place.unit_id, establishments=talk))
    if unallocated:
        audience = {"workers_at_risk": reached(unallocated, unallocated)}
        filed.append(session("s", "2024-03-10", audiences=audience))
    return filed


def figure_from(records_: Sequence[CountedRecord], indicator_id: str = REACHED) -> FigureValue:
    lists = load()
    area = area_on(lists, (UNIT, OTHER_UNIT), YEAR.first)
    totals = AreaTotals(Facts(lists, records_, TODAY).counts_of, area, YEAR, TODAY)
    return figure_of(lists.indicators[indicator_id], lists.figures[indicator_id], totals)


def plan(target: int, op: str = ">=", indicator_id: str = REACHED) -> TargetProfile:
    return TargetProfile(
        id="plan",
        vi="",
        en="",
        source="plan_2024",
        year=2024,
        unit_group=None,
        is_national=False,
        targets=(Target(indicator_id, op, target, None, None),),
    )


def verdict(value: FigureValue, target: int) -> Verdict:
    progress = verdicts.reached(plan(target), REACHED, value)
    assert progress is not None
    return progress.verdict


@settings(max_examples=150, deadline=None)
@given(districts(), st.integers(1, 100))
def test_the_truth_of_any_district_lies_within_the_bounds(
    district: tuple[Sequence[Place], int], target: int
) -> None:
    bounds = figure_from(records(*district, is_all_counted=False))
    truth = figure_from(records(*district, is_all_counted=True))
    if truth.value is None:
        return
    assert bounds.low is not None
    assert bounds.high is not None
    assert 0 <= bounds.low <= truth.value <= bounds.high <= 100
    if bounds.value is not None:
        assert bounds.low <= bounds.value <= bounds.high
    judged = verdict(bounds, target)
    assert (judged is Verdict.MET) == (bounds.low >= target)
    assert (judged is Verdict.NOT_MET) == (bounds.high < target)
    assert judged in (Verdict.UNKNOWN, verdict(truth, target))


@settings(max_examples=50, deadline=None)
@given(districts())
def test_a_district_that_is_counted_whole_has_one_value(district: tuple[Sequence[Place], int]) -> None:
    truth = figure_from(records(*district, is_all_counted=True))
    assert truth.low == truth.value == truth.high
    assert truth.coverage is not None
    assert truth.coverage.is_full


def test_a_share_of_the_counted_places_alone_is_no_value_of_the_area(figure: FiguresOf) -> None:
    talks = [session("s1", "2024-02-10", establishments={"e1": reached(3, 3)})]
    counted, uncounted = establishment(), establishment("e2")
    share = figure(REACHED, [counted, uncounted, visit("v1", "2024-05-02", workers_total=4), *talks])
    assert (share.num, share.den, share.value) == (3, 4, None)
    assert share.coverage is not None
    assert (share.coverage.of, share.coverage.counted, share.coverage.every) == ("establishment", 1, 2)
    assert verdict(share, 60) is Verdict.UNKNOWN


def test_a_target_above_the_upper_bound_is_not_met(figure: FiguresOf) -> None:
    talks = [session("s1", "2024-02-10", establishments={"e1": reached(3, 3)})]
    uncounted = [establishment(f"u{n}") for n in range(5)]
    share = figure(REACHED, [establishment(), *uncounted, visit("v1", "2024-05-02", workers_total=4), *talks])
    assert share.high is not None
    assert verdict(share, 90) is Verdict.NOT_MET


def test_nobody_counted_and_nobody_reached_is_zero_for_certain(figure: FiguresOf) -> None:
    share = figure(REACHED, [establishment()])
    assert (share.low, share.value, share.high) == (0, 0, 0)
    assert verdict(share, 60) is Verdict.NOT_MET


def test_a_sum_over_counted_places_is_the_least_that_there_are(figure: FiguresOf) -> None:
    share = figure(
        "workers_total", [establishment(), establishment("e2"), visit("v1", "2024-05-02", workers_total=4)]
    )
    assert (share.low, share.value, share.high) == (4, 4, None)
    assert share.coverage is not None
    assert not share.coverage.is_full


def test_a_zone_without_a_head_count_leaves_the_share_open(figure: FiguresOf) -> None:
    def zone(key: str, *counts: dict[str, object]) -> dict[str, object]:
        return {"id": key, "vi": key, "en": key, "unit_id": UNIT, "counts": list(counts)}

    held = record(
        "outreach_session",
        "s1",
        {
            "outreach_form_id": "conference",
            "session_date": "2024-02-10",
            "unit_id": UNIT,
            "zone_id": "z1",
            "audiences": {"iz_workers": reached(80, 80)},
        },
    )
    rows = {
        "places.zones": {
            "z1": zone("z1", {"from": "2024-01-01", "count": 100}),
            "z2": zone("z2"),
        }
    }
    share = figure("iz_workers_reached_pct", [held], rows=rows)
    assert (share.num, share.den) == (80, 100)
    assert (share.low, share.value, share.high) == (None, None, None)
    progress = verdicts.reached(
        plan(50, indicator_id="iz_workers_reached_pct"), "iz_workers_reached_pct", share
    )
    assert progress is not None
    assert progress.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("months", "expected"), [(12, Verdict.MET), (3, Verdict.UNKNOWN)])
def test_months_that_nobody_sent_leave_the_verdict_open(
    figure: FiguresOf, months: int, expected: Verdict
) -> None:
    returns = [
        record(
            "agency_return",
            f"r{month}",
            {
                "agency_id": "dist_police",
                "unit_id": UNIT,
                "month": f"2024-{month:02}-01",
                "tipoffs_received": 2,
                "tipoffs_processed": 2,
            },
        )
        for month in range(1, months + 1)
    ]
    share = figure("tipoffs_processed_pct", returns)
    progress = verdicts.reached(
        plan(100, indicator_id="tipoffs_processed_pct"), "tipoffs_processed_pct", share
    )
    assert progress is not None
    assert progress.verdict is expected
