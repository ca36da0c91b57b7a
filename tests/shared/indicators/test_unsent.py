"""Unsent records count by themselves: the difference between what the server has of them and what is here."""

from __future__ import annotations

from datetime import date

from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.periods import Period
from field178_shared.indicators.plan_of_year import plan_followed
from field178_shared.indicators.unsent import unsent_numbers

LISTS = load()
PLACE = builders.record_id("place")
AT = (Period.of_year(2026), date(2026, 11, 24))


def counted(kind: str, data: builders.Data, record_id: str = "") -> CountedRecord:
    return CountedRecord(record_id=record_id or builders.record_id(kind), type=kind, data=data)


def place() -> CountedRecord:
    return counted("establishment", builders.establishment(unit_id=builders.UNIT), PLACE)


def census(total: int, day: str = "2026-10-01") -> CountedRecord:
    data = builders.worker_census(establishment_id=PLACE, unit_id=builders.UNIT, counted_on=day)
    parts = {name: None for name in data if name.startswith("workers_")}
    kept = {name: value for name, value in {**data, **parts}.items() if value is not None}
    return counted("worker_census", {**kept, "workers_total": total})


def difference(before: list[CountedRecord], after: list[CountedRecord]) -> dict[str, int]:
    return dict(unsent_numbers(LISTS, before, after, [builders.UNIT], AT))


def test_nothing_unsent_counts_nothing() -> None:
    assert difference([place()], [place()]) == {}


def test_new_census_counts_its_workers_and_its_place_nothing_new() -> None:
    differences = difference([place()], [place(), census(7)])
    assert differences["workers_total"] == 7
    assert "establishments_total" not in differences


def test_new_place_counts_itself() -> None:
    assert difference([], [place(), census(7)])["establishments_total"] == 1


def test_correction_counts_the_difference_and_a_withdrawal_subtracts() -> None:
    assert difference([place(), census(7)], [place(), census(5)])["workers_total"] == -2
    assert difference([place(), census(7)], [place()])["workers_total"] == -7


def test_record_of_another_year_or_area_counts_nothing() -> None:
    late = census(7, day="2027-02-01")
    assert "workers_total" not in difference([place()], [place(), late])
    assert unsent_numbers(LISTS, [place()], [place(), census(7)], ["c11635_v2"], AT) == {}


def test_plan_followed_is_that_of_the_area_and_year_else_the_template() -> None:
    area = [unit.id for unit in LISTS.members_of("an_lao_area_2024")]
    own = plan_followed(LISTS, area[:1], 2024)
    template = plan_followed(LISTS, area[:1], 2026)
    assert own.id == "an_lao_2024"
    assert template.year is None
    # The communes of today are where those of 2024 went.
    assert plan_followed(LISTS, ["c11629_v2"], 2024) == own
