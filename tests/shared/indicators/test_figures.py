"""Rules of counting that decide whether a figure is believed (domain: indicators)."""

from __future__ import annotations

from datetime import date

from tests.shared.indicators.conftest import (
    OTHER_UNIT,
    FiguresOf,
    establishment,
    reached,
    record,
    session,
    visit,
)

from field178_shared.indicators.periods import Period

REACHED = "workers_reached_pct"


def test_people_are_not_attendances(figure: FiguresOf) -> None:
    """Three talks to four workers are four people, not twelve."""
    talks = [
        session(f"s{n}", f"2024-0{n}-10", establishments={"e1": reached(4, 4 if n == 1 else 0)})
        for n in (1, 2, 3)
    ]
    share = figure(REACHED, [establishment(), visit("v1", "2024-05-02", workers_total=4), *talks])
    assert (share.num, share.den, share.value) == (4, 4, 100.0)


def test_never_more_people_are_reached_than_work_there(figure: FiguresOf) -> None:
    talks = [session("s1", "2024-02-10", establishments={"e1": reached(9, 9)})]
    share = figure(REACHED, [establishment(), visit("v1", "2024-05-02", workers_total=4), *talks])
    assert (share.num, share.den) == (4, 4)


def test_without_a_show_of_hands_the_largest_talk_counts(figure: FiguresOf) -> None:
    talks = [
        session("s1", "2024-02-10", establishments={"e1": reached(2)}),
        session("s2", "2024-03-10", establishments={"e1": reached(3)}),
    ]
    share = figure(REACHED, [establishment(), visit("v1", "2024-05-02", workers_total=4), *talks])
    assert (share.num, share.den) == (3, 4)


def test_workers_of_a_visit_and_of_its_session_are_counted_once(figure: FiguresOf) -> None:
    counted_visit = visit("v1", "2024-05-02", workers_total=4, ou_done="yes", ou_workers_attended=2)
    of_the_visit = session("s1", "2024-05-02", establishments={"e1": reached(2)}, source_inspection_id="v1")
    share = figure(REACHED, [establishment(), counted_visit, of_the_visit])
    assert (share.num, share.den) == (2, 4)


def test_workers_of_no_establishment_count_as_far_as_the_commune_has_room(figure: FiguresOf) -> None:
    """A session of ten workers names four of them: six more, but only three of the commune are left."""
    talk = session(
        "s1",
        "2024-02-10",
        audiences={"workers_at_risk": reached(10, 10)},
        establishments={"e1": reached(4, 4)},
    )
    elsewhere = session("s2", "2024-02-10", OTHER_UNIT, audiences={"workers_at_risk": reached(5, 5)})
    records = [
        establishment(),
        establishment("e2"),
        establishment("e3", OTHER_UNIT),
        visit("v1", "2024-05-02", workers_total=4),
        visit("v2", "2024-05-02", at="e2", workers_total=3),
        visit("v3", "2024-05-02", at="e3", unit=OTHER_UNIT, workers_total=9),
        talk,
        elsewhere,
    ]
    share = figure(REACHED, records)
    assert (share.num, share.den) == (4 + 3 + 5, 16)


def test_the_latest_count_of_workers_holds_and_no_later_one(figure: FiguresOf) -> None:
    counts = [
        visit("v1", "2023-03-02", workers_total=9),
        visit("v2", "2024-05-02", workers_total=4),
        visit("v3", "2025-01-02", workers_total=7),
    ]
    assert figure("workers_total", [establishment(), *counts]).num == 4
    half = Period(date(2024, 1, 1), date(2024, 4, 1))
    assert figure("workers_total", [establishment(), *counts], period=half).num == 9


def test_of_two_counts_of_one_day_the_later_one_holds(figure: FiguresOf) -> None:
    """Ids say nothing of the time: those of tablets are drawn at random."""
    counts = []
    for key, hour, total in (("v1", "13:10", 7), ("v2", "02:00", 4)):
        seen = visit(key, "2024-05-02", workers_total=total)
        data = dict(seen.data) | {"started_at": f"2024-05-02T{hour}:00.000Z"}
        counts.append(record("inspection", key, data))
    assert figure("workers_total", [establishment(), *counts]).num == 7
    assert figure("contract_pct", [establishment(), *counts]).den == 7


def test_nothing_to_divide_by_is_no_figure(figure: FiguresOf) -> None:
    share = figure(REACHED, [])
    assert (share.num, share.den, share.value) == (0, 0, None)


def test_closed_places_leave_numerator_and_denominator(figure: FiguresOf) -> None:
    closed = establishment("e2", operating_status_id="closed", closed_on="2024-08-01")
    records = [establishment(), closed, visit("v1", "2024-05-02"), visit("v2", "2024-05-02", at="e2")]
    assert (figure("inspected_once_pct", records).num, figure("inspected_once_pct", records).den) == (1, 1)
    half = Period(date(2024, 1, 1), date(2024, 7, 1))
    assert figure("inspected_once_pct", records, period=half).den == 2


def test_a_place_that_nobody_got_into_was_not_inspected(figure: FiguresOf) -> None:
    shut = visit("v1", "2024-05-02", access_result="closed_on_arrival", overall_result="not_inspected")
    assert figure("inspected_once_pct", [establishment(), shut]).num == 0
    assert figure("visits_total", [establishment(), shut]).breakdown == {"planned": 1}


def test_visits_to_a_merged_establishment_are_those_of_its_target(figure: FiguresOf) -> None:
    records = [establishment(), visit("v1", "2024-05-02", at="old"), visit("v2", "2024-06-02")]
    share = figure("inspected_once_pct", records, aliases={"old": "e1"})
    assert (share.num, share.den) == (1, 1)


def test_one_quarter_without_a_session_is_not_sustained(figure: FiguresOf) -> None:
    sessions = [session(f"s{n}", f"2024-{n:02}-15") for n in (1, 4, 7, 10)]
    sessions += [session(f"o{n}", f"2024-{n:02}-15", OTHER_UNIT) for n in (1, 4, 7)]
    share = figure("outreach_commune_sustained_pct", sessions)
    assert (share.num, share.den) == (1, 2)
    in_august = figure("outreach_commune_sustained_pct", sessions, today=date(2024, 8, 20))
    assert (in_august.num, in_august.den) == (2, 2)


def test_visit_counts_on_its_day_in_viet_nam(figure: FiguresOf) -> None:
    data = dict(visit("v1", "2024-12-31").data) | {"started_at": "2024-12-31T17:30:00.000Z"}
    assert figure("visits_total", [establishment(), record("inspection", "v1", data)]).num == 0


def test_a_decision_of_a_visit_and_of_the_office_counts_once(figure: FiguresOf) -> None:
    data = dict(visit("v1", "2024-05-02").data)
    data["measures"] = {
        "k1": {"measure_id": "fine_money", "document_number": "12/QĐ", "amount_vnd": 5_000_000}
    }
    entered = {
        "document_number": "12/qđ",
        "document_date": "2024-06-01",
        "sanction_id": "fine_money",
        "amount_vnd": 6_000_000,
    }
    both = record("inspection", "v1", data, entries={"d1": ("sanction_decision", entered)})
    assert figure("fines_amount", [establishment(), both]).num == 6_000_000
    alone = record("inspection", "v1", data)
    assert figure("fines_amount", [establishment(), alone]).num == 5_000_000
    withdrawn = entered | {"withdrawn_reason": "Nhập nhầm"}
    taken_back = record("inspection", "v1", data, entries={"d1": ("sanction_decision", withdrawn)})
    assert figure("fines_amount", [establishment(), taken_back]).num == 5_000_000


def test_a_shortcoming_is_fixed_in_time_by_its_day(figure: FiguresOf) -> None:
    data = dict(visit("v1", "2024-05-02").data)
    data["follow_ups"] = {
        key: {"text": "x", "due_on": "2024-06-01", "status": "open"} for key in ("a", "b", "c")
    }
    closed = {"a": date(2024, 6, 1), "b": date(2024, 6, 2)}
    share = figure("fixed_in_time_pct", [establishment(), record("inspection", "v1", data, closed_on=closed)])
    assert (share.num, share.den) == (1, 3)
