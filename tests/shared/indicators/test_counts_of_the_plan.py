"""Figures of wrong information, social supervision and at-risk groups."""

from __future__ import annotations

from datetime import date

from tests.shared.indicators.conftest import OTHER_UNIT, UNIT, FiguresOf, record

from field178_shared.codelists import load
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.periods import Period

DISTRICT = "d313_v1"
WHOLE = [UNIT, OTHER_UNIT, DISTRICT]
FIRST_HALF, SECOND_HALF = (
    Period(date(2024, 1, 1), date(2024, 7, 1)),
    Period(date(2024, 7, 1), date(2025, 1, 1)),
)
WOMEN, YOUTH = "women_unstable_work", "youth_unstable_work"


def counted(group: str, half_year: str, people: int, unit: str = UNIT, women: int = 0) -> CountedRecord:
    data = {"unit_id": unit, "half_year": half_year, "group_id": group}
    numbers = {"people_total": people, "women_total": women}
    return record("risk_group_count", f"{group}{half_year}{unit}", data | numbers)


def test_wrong_information_adds_up_with_a_breakdown_by_action(figure: FiguresOf) -> None:
    data = {"unit_id": DISTRICT, "agency_id": "dist_culture_office"}
    records = [
        record(
            "information_correction",
            key,
            data | {"corrected_on": day, "action_id": action_id, "item_count": count},
        )
        for key, day, action_id, count in (
            ("i1", "2024-02-03", "reminder", 2),
            ("i2", "2024-08-09", "reminder", 1),
            ("i3", "2024-08-09", "handed_over", 4),
            ("i4", "2025-01-01", "handed_over", 8),
        )
    ]
    corrections = figure("information_corrections", records, units=WHOLE)
    assert (corrections.value, corrections.breakdown) == (7, {"reminder": 3, "handed_over": 4})


def test_only_recommendations_whose_outcome_is_known_are_divided_by(figure: FiguresOf) -> None:
    data = {"unit_id": DISTRICT, "concluded_on": "2024-10-10", "units_supervised": 3}
    records = [
        record("supervision", "v1", data | {"kind_id": "supervision", "recommendations": 5}),
        record(
            "supervision",
            "v2",
            data | {"kind_id": "social_criticism", "recommendations": 4, "recommendations_done": 3},
        ),
    ]
    bodies = figure("supervision_bodies", records, units=WHOLE)
    assert (bodies.value, bodies.breakdown) == (6, {"supervision": 3, "social_criticism": 3})
    share = figure("supervision_done_pct", records, units=WHOLE)
    assert (share.num, share.den, share.value) == (3, 4, 75.0)
    assert figure("supervision_done_pct", records[:1], units=WHOLE).value is None


def test_at_risk_groups_are_those_of_the_last_count_of_each_commune(figure: FiguresOf) -> None:
    records = [
        counted(WOMEN, "2024-01-01", 30, women=30),
        counted(WOMEN, "2024-07-01", 20, women=20),
        counted(YOUTH, "2024-01-01", 7, women=3),
        counted(YOUTH, "2024-07-01", 5, OTHER_UNIT),
    ]
    women, youth, young_women = f"at_risk_{WOMEN}", f"at_risk_{YOUTH}", f"at_risk_{YOUTH}_women"
    values = {
        indicator_id: figure(indicator_id, records, units=WHOLE).value
        for indicator_id in (women, youth, young_women)
    }
    assert values == {women: 20, youth: 12, young_women: 3}
    assert figure(women, records, units=WHOLE, period=FIRST_HALF).value == 30
    assert figure(youth, records, units=[OTHER_UNIT]).value == 5
    assert figure(women, records, units=[OTHER_UNIT]).value is None
    communes = figure("at_risk_counted_pct", records, units=WHOLE)
    assert (communes.num, communes.den) == (2, 2)
    assert figure("at_risk_counted_pct", records, units=WHOLE, period=FIRST_HALF).num == 1


def test_no_indicator_adds_groups_up_in_which_a_person_may_be_twice() -> None:
    lists = load()
    texts = {
        indicator.id: indicator.numerator
        for indicator in lists.indicators.values()
        if "total(risk_group" in indicator.numerator
    }
    groups = [group.id for group in lists.choices["risk_group"]]
    of_group = {
        key: [group for group in groups if f"where=group_id == '{group}')" in text]
        for key, text in texts.items()
    }
    assert all(len(named) == 1 for named in of_group.values())
    assert sorted({named[0] for named in of_group.values()}) == sorted(groups)
    assert not [column for column in lists.annex_columns.values() if "risk_group" in column.formula]


def test_at_risk_women_whom_nobody_counted_are_unknown_and_a_zero_is_not(figure: FiguresOf) -> None:
    nobody = counted(WOMEN, "2024-01-01", 0)
    assert not figure(f"at_risk_{WOMEN}", [], units=WHOLE).is_sent
    assert figure(f"at_risk_{WOMEN}", [], units=WHOLE).value is None
    assert figure(f"at_risk_{WOMEN}", [nobody], units=WHOLE).value == 0
    # The last count holds on.
    assert figure(f"at_risk_{WOMEN}", [nobody], units=WHOLE, period=SECOND_HALF).value == 0
    before = Period(date(2023, 1, 1), date(2024, 1, 1))
    assert figure(f"at_risk_{WOMEN}", [nobody], units=WHOLE, period=before).value is None


def test_a_half_year_counts_in_the_report_of_either_calendar(figure: FiguresOf) -> None:
    records = [counted(WOMEN, "2024-01-01", 6), counted(WOMEN, "2024-07-01", 9)]
    reported = Period(date(2023, 12, 15), date(2024, 6, 15))
    assert figure(f"at_risk_{WOMEN}", records, period=reported).value == 6
    assert (
        figure(f"at_risk_{WOMEN}", records, period=Period(date(2023, 12, 15), date(2024, 12, 15))).value == 9
    )


def test_a_commune_that_became_another_counts_no_longer(figure: FiguresOf) -> None:
    old, new = counted(WOMEN, "2025-01-01", 6), counted(WOMEN, "2025-07-01", 11, "c11629_v2")
    year = Period.of_year(2025)
    units = [UNIT, "c11629_v2"]
    assert figure(f"at_risk_{WOMEN}", [old], units=units, period=year).value is None
    assert figure(f"at_risk_{WOMEN}", [old, new], units=units, period=year).value == 11
