"""Figures of the plan: no number tells of an unannounced visit that is still to be made."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from tests.shared.indicators.conftest import UNIT, YEAR, FiguresOf, establishment, record, visit
from tests.shared.indicators.test_verdicts import plan

from field178_shared.codelists import load
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.planned import events_of_plan
from field178_shared.indicators.verdicts import Verdict, reached

PLAN = "plan_completion_pct"
FIRST, LAST = date(2024, 3, 4), date(2024, 3, 15)
PLACE = establishment()


def item(key: str, kind: str, **more: object) -> CountedRecord:
    window = {"window_from": str(FIRST), "window_to": str(LAST)}
    data = {"year": 2024, "team_id": "t1", "establishment_id": "e1", "unit_id": UNIT, **window}
    return record("plan_item", key, {**data, "inspection_kind": kind, **more})


def made(key: str, kind: str, day: str = "2024-03-05", **answers: object) -> CountedRecord:
    done = visit(key, day, inspection_kind=kind, **answers)
    return record("inspection", key, {**done.data, "team_id": "t1"})


def counted(today: date, *records: CountedRecord) -> set[str]:
    events = events_of_plan(records, {PLACE.record_id: PLACE.data}, today)
    return {event.record_id for event in events}


@given(st.dates(date(2024, 1, 1), date(2024, 5, 1)))
def test_unannounced_visit_is_counted_when_its_window_is_over(today: date) -> None:
    expected = {"p", "u"} if today > LAST else {"p"}
    assert counted(today, item("p", "planned"), item("u", "unannounced")) == expected


@given(st.dates(date(2024, 1, 1), date(2024, 5, 1)))
def test_unannounced_visit_is_counted_when_it_is_made(today: date) -> None:
    assert counted(today, item("u", "unannounced"), made("v", "unannounced")) == {"u"}


def test_unannounced_visit_without_access_is_still_open() -> None:
    tried = made("v", "unannounced", overall_result="not_inspected")
    assert counted(LAST, item("u", "unannounced"), tried) == set()


def test_unannounced_visit_that_is_cancelled_is_never_counted() -> None:
    cancelled = item("u", "unannounced", cancelled={"reason": "x"})
    assert counted(date(2024, 12, 1), cancelled) == set()


def test_share_of_a_running_year_may_be_smaller_by_visits_that_nobody_may_know_of(figure: FiguresOf) -> None:
    records = [PLACE, item("p", "planned"), made("v", "planned"), item("u", "unannounced")]
    share = figure(PLAN, records, today=FIRST)
    assert (share.num, share.den, share.value) == (1, 1, 100.0)
    assert (share.low, share.high) == (0, 100.0)
    assert share.is_open
    progress = reached(plan(90, indicator_id=PLAN), PLAN, share)
    assert progress is not None
    assert progress.verdict is Verdict.UNKNOWN


def test_share_of_a_running_year_below_its_target_is_not_met(figure: FiguresOf) -> None:
    records = [PLACE, item("p", "planned")]
    progress = reached(plan(90, indicator_id=PLAN), PLAN, figure(PLAN, records, today=FIRST))
    assert progress is not None
    assert progress.verdict is Verdict.NOT_MET


def test_share_of_a_year_that_is_over_has_one_value(figure: FiguresOf) -> None:
    records = [PLACE, item("p", "planned"), made("v", "planned"), item("u", "unannounced")]
    share = figure(PLAN, records, today=YEAR.end)
    assert (share.num, share.den, share.low, share.value, share.high) == (1, 2, 50.0, 50.0, 50.0)
    assert not share.is_open


def test_no_other_figure_of_a_running_year_is_open(figure: FiguresOf) -> None:
    of_plan = {key for key, indicator in load().indicators.items() if "plan_item" in indicator.numerator}
    assert of_plan == {PLAN}
    for key in load().indicators:
        assert figure(key, [PLACE], today=FIRST).is_open is (key in of_plan)
