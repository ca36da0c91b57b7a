"""Rules of what a commune enters: counts that agree, days that have come, outlets in force."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.shared import builders
from tests.shared.rules.contradictions import contradictions_of

from field178_shared.codelists import load
from field178_shared.list_packs import ListPack, lists_with
from field178_shared.rules import Context, filing_problems, published

NOW = Context(now=datetime(2026, 11, 20, 9, tzinfo=UTC))
STATION = {
    "id": "station_gl",
    "vi": "Đài truyền thanh xã GL",
    "en": "Station of GL",
    "channel_id": "commune_loudspeaker",
    "unit_id": builders.UNIT,
    "valid_from": "2026-05-01",
}
LISTS = lists_with(ListPack().with_rows({"places.media_outlets": {"station_gl": STATION}}))


def _problems(record_type: str, data: builders.Data) -> set[tuple[str, str]]:
    return {(problem.path, problem.code.value) for problem in filing_problems(record_type, data, LISTS, NOW)}


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, {}),
        ({"workers_male": 1}, {"workers_total": ["sum_mismatch"]}),
        ({"workers_sex_unstated": None}, {}),
        ({"workers_male": 1, "workers_sex_unstated": 1}, {}),
        ({"workers_male": None}, {}),
        (
            {"workers_male": None, "workers_female": 6},
            {"workers_total": ["sum_mismatch"], "workers_female": ["exceeds_total"]},
        ),
        ({"workers_contract": 6}, {"workers_contract": ["exceeds_total"]}),
        ({"workers_insured": 6}, {"workers_insured": ["exceeds_total"]}),
    ],
)
def test_counts_of_a_census_agree_with_its_total(over: builders.Data, expected: dict[str, list[str]]) -> None:
    assert contradictions_of("worker_census", builders.worker_census(**over)) == expected


def test_an_establishment_without_workers_is_a_count_too() -> None:
    zero = dict.fromkeys((*builders.CENSUS_COUNTS, "workers_insured"), 0)
    assert contradictions_of("worker_census", builders.worker_census(**zero)) == {}


def test_rules_of_a_census_are_published() -> None:
    assert [rule.path for rule in published("worker_census", load()) if rule.is_sum] == ["workers_total"]
    assert published("media_post", load()) == ()


@pytest.mark.parametrize(
    ("record_type", "path"),
    [("worker_census", "counted_on"), ("media_post", "published_on"), ("commune_plan", "issued_on")],
)
def test_a_day_that_is_still_to_come_is_refused(record_type: str, path: str) -> None:
    build = getattr(builders, record_type)
    assert _problems(record_type, build(**{path: "2026-11-20"})) == set()
    assert _problems(record_type, build(**{path: "2026-11-21"})) == {(path, "date_in_future")}


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, set()),
        ({"people_total": 0, "women_total": 0}, set()),
        ({"women_total": None}, {("women_total", "required")}),
        ({"women_total": 13}, {("women_total", "exceeds_total")}),
        ({"half_year": "2026-07-02"}, {("half_year", "bad_date")}),
        ({"half_year": "2027-01-01"}, {("half_year", "period_in_future")}),
        ({"half_year": "2025-01-01"}, {("half_year", "unit_not_valid")}),
        ({"unit_id": builders.CITY}, {("unit_id", "unknown_choice")}),
    ],
)
def test_an_at_risk_group_is_counted_by_a_commune_for_a_half_year_that_has_come(
    over: builders.Data, expected: set[tuple[str, str]]
) -> None:
    assert _problems("risk_group_count", builders.risk_group_count(**over)) == expected


def test_an_outlet_publishes_from_the_day_it_is_in_force() -> None:
    assert _problems("media_post", builders.media_post(published_on="2026-05-01")) == set()
    early = builders.media_post(published_on="2026-04-30")
    assert _problems("media_post", early) == {("outlet_id", "not_in_force")}
    unknown = builders.media_post(outlet_id="radio_of_nobody")
    assert _problems("media_post", unknown) == {("outlet_id", "unknown_choice")}


@pytest.mark.parametrize(
    ("record_type", "day", "refused"),
    [
        ("worker_census", {"counted_on": "2025-07-01"}, "counted_on"),
        ("worker_census", {"counted_on": "2025-06-30"}, ""),
        ("commune_plan", {"issued_on": "2025-08-01", "year": 2025}, "issued_on"),
        ("commune_plan", {"issued_on": "2025-06-01", "year": 2026}, "issued_on"),
        ("commune_plan", {"issued_on": "2025-06-01", "year": 2025}, ""),
        ("risk_group_count", {"half_year": "2025-07-01"}, "half_year"),
    ],
)
def test_ended_commune_enters_nothing_of_a_day_after_its_end(
    record_type: str, day: builders.Data, refused: str
) -> None:
    data = getattr(builders, record_type)(unit_id="c11629_v1", **day)
    paths = {path for path, code in _problems(record_type, data) if code == "unit_not_valid"}
    assert paths == ({refused} if refused else set())
