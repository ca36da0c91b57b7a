"""Figures of what agencies send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.shared.indicators.conftest import UNIT, FiguresOf, record

from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.figures import MonthsSent
from field178_shared.indicators.periods import Period

DISTRICT = "d313_v1"
POLICE = {"agency_id": "dist_police", "unit_id": DISTRICT}
WHOLE = [UNIT, DISTRICT]
FIRST_HALF = Period(date(2024, 1, 1), date(2024, 7, 1))


def test_monthly_returns_add_up_and_stocks_do_not(figure: FiguresOf) -> None:
    numbers = {
        "2023-12-01": {"cases_uncovered": 9, "complex_spots": 5},
        "2024-01-01": {
            "tipoffs_received": 4,
            "tipoffs_processed": 3,
            "cases_uncovered": 1,
            "complex_spots": 2,
        },
        "2024-12-01": {
            "tipoffs_received": 1,
            "tipoffs_processed": 1,
            "cases_uncovered": 2,
            "complex_spots": 1,
        },
    }
    records = [
        record("agency_return", month, POLICE | {"month": month, **numbers_of_month})
        for month, numbers_of_month in numbers.items()
    ]
    assert figure("tipoffs_processed_pct", records, units=WHOLE).value == 80.0
    assert figure("cases_broken", records, units=WHOLE).value == 3
    assert figure("complex_spots", records, units=WHOLE).value == 1
    assert figure("complex_spots", records, units=WHOLE, period=FIRST_HALF).value == 2
    assert figure("complex_spots", records, units=[UNIT]).value is None


def test_a_number_that_nobody_sent_is_unknown_and_a_zero_that_was_sent_is_not(figure: FiguresOf) -> None:
    court = POLICE | {"agency_id": "court", "month": "2024-03-01"}
    sent = record("agency_return", "r1", court | {"cases_tried": 0})
    total = figure("cases_tried", [sent], units=WHOLE)
    assert (total.value, total.is_sent, total.sent) == (0, True, MonthsSent(1, 12, is_any=True))
    # The same return has no value for numbers that the court does not report.
    assert not figure("cases_broken", [sent], units=WHOLE).is_sent
    later = Period(date(2024, 7, 1), date(2025, 1, 1))
    assert figure("cases_tried", [sent], units=WHOLE, period=later).value is None
    # A share is known when both of its numbers are.
    half = record("agency_return", "r2", POLICE | {"month": "2024-03-01", "tipoffs_received": 5})
    assert figure("tipoffs_processed_pct", [half], units=WHOLE).value is None
    # What is no duty of anyone is counted as it is there: none is none.
    assert figure("commendations_total", [], units=WHOLE).value == 0


def test_a_commune_with_an_empty_register_is_not_surveyed(figure: FiguresOf) -> None:
    assert figure("census_commune_pct", []).value == 0


def test_harm_reduction_has_a_breakdown_by_service(figure: FiguresOf) -> None:
    months = [
        record(
            "harm_reduction_return",
            month,
            {"unit_id": DISTRICT, "month": month, "services": {"legal_aid": {"quantity": 2}, **more}},
        )
        for month, more in (("2024-01-01", {}), ("2024-02-01", {"info_contacts": {"quantity": 5}}))
    ]
    total = figure("harm_reduction_contacts", months, units=WHOLE)
    assert (total.value, total.breakdown) == (9, {"legal_aid": 4, "info_contacts": 5})


def test_a_model_counts_from_its_first_day_until_it_has_ended(figure: FiguresOf) -> None:
    data = {"unit_id": DISTRICT, "model_id": "reintegration", "started_on": "2024-03-01"}
    ended = data | {"status": "ended", "ended_on": "2024-09-30"}
    records = [
        record("pilot_model", "m1", data | {"status": "maintained"}),
        record("pilot_model", "m2", ended),
        record("pilot_model", "m3", data | {"status": "proposed"}),
        record("pilot_model", "m4", data | {"status": "active", "started_on": "2025-01-01"}),
    ]
    assert figure("pilot_models_active", records, units=WHOLE).value == 1
    assert figure("pilot_models_active", records, units=WHOLE, period=FIRST_HALF).value == 2


def test_commendations_and_budgets_add_up(figure: FiguresOf) -> None:
    given = {"unit_id": DISTRICT, "granted_on": "2024-11-18", "level": "district"}
    commendations = [
        record("commendation", "c1", given | {"subject": "collective", "count": 2}),
        record("commendation", "c2", given | {"subject": "individual", "count": 5}),
    ]
    total = figure("commendations_total", commendations, units=WHOLE)
    assert (total.value, total.breakdown) == (7, {"collective": 2, "individual": 5})
    lines = [
        record(
            "budget_line",
            line_id,
            {"unit_id": DISTRICT, "year": 2024, "allocated_vnd": 100, "spent_vnd": spent},
        )
        for line_id, spent in (("b1", 100), ("b2", 50))
    ]
    assert figure("budget_used_pct", lines, units=WHOLE).value == 75.0


def test_an_agency_that_ended_is_not_counted_beside_the_one_in_its_place(figure: FiguresOf) -> None:
    before = POLICE | {"month": "2025-01-01", "complex_spots": 5}
    after = {"agency_id": "commune_police", "unit_id": "c11629_v2", "month": "2025-09-01", "complex_spots": 2}
    records = [record("agency_return", "r1", before), record("agency_return", "r2", after)]
    both = [*WHOLE, "c11629_v2"]
    assert (
        figure("complex_spots", records, units=both, period=Period(date(2025, 1, 1), date(2025, 3, 1))).value
        == 5
    )
    assert figure("complex_spots", records, units=both, period=Period.of_year(2025)).value == 2


def test_total_is_valid_after_a_reform_until_its_successors_state_theirs(figure: FiguresOf) -> None:
    def stated(unit: str, day: str, value: int) -> CountedRecord:
        data = {"unit_id": unit, "kind": "commune_staff_total", "valid_from": day, "value": value}
        return record("denominator", f"{unit}{day}", data)

    joined = [stated(unit_id, "2025-01-01", 20) for unit_id in ("c11632_v1", "c11635_v1", "c11638_v1")]

    def den(until: date, *more: CountedRecord, units: Sequence[str] = ("c11635_v2",)) -> float | None:
        period = Period(date(2025, 1, 1), until)
        return figure("team_trained_pct", [*joined, *more], units=units, period=period).den

    new = stated("c11635_v2", "2025-10-01", 45)
    assert den(date(2026, 1, 1)) == 60
    assert den(date(2026, 1, 1), new) == 45
    assert den(date(2025, 10, 1), new) == 60
    # Stated before the reform, it holds from the reform on.
    early = stated("c11635_v2", "2025-06-01", 44)
    assert den(date(2026, 1, 1), early) == 44
    assert den(date(2025, 7, 1), early) == 60
    divided, half = stated("c11656_v1", "2025-01-01", 9), stated("c11629_v2", "2025-10-01", 30)
    assert den(date(2026, 1, 1), divided, half, units=("c11656_v1", "c11629_v2")) == 39
    rest = stated("c11446_v2", "2025-10-01", 8)
    assert den(date(2026, 1, 1), divided, half, rest, units=("c11656_v1", "c11629_v2", "c11446_v2")) == 38


def test_the_total_that_was_stated_last_is_divided_by(figure: FiguresOf) -> None:
    trained = {"commune_staff": {"attendance_count": 30, "first_time_count": 30}}
    training = record(
        "outreach_session",
        "s1",
        {
            "outreach_form_id": "training_class",
            "session_date": "2024-05-05",
            "unit_id": UNIT,
            "topic_ids": [],
            "audiences": trained,
        },
    )
    totals = [
        record(
            "denominator",
            f"d{day}",
            {"unit_id": UNIT, "kind": "commune_staff_total", "valid_from": day, "value": value},
        )
        for day, value in (("2023-01-01", 80), ("2024-01-01", 40), ("2025-01-01", 20))
    ]
    share = figure("team_trained_pct", [training, *totals], units=WHOLE)
    assert (share.num, share.den, share.value) == (30, 40, 75.0)
