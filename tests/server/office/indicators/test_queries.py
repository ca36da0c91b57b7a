"""Figures of the made-up district, counted from its records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session
from tests.server.district import TODAY, WAITING, counted_district_in, opened

from field178_server.demo import DEMO_START
from field178_server.demo.seed import DemoStore
from field178_server.office.indicators.queries import IndicatorFigure, differences, figures, units_of_area
from field178_server.office.indicators.totals.reading import counts_of
from field178_server.records.lists_in_force import stored_pack
from field178_shared.codelists import demo, load
from field178_shared.indicators.periods import Period
from field178_shared.list_packs import lists_with
from field178_shared.time.clock import ShiftedClock, SystemClock

AREA = tuple(unit.id for unit in load().members_of("an_lao_area_2024"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStore]:
    settings = counted_district_in(tmp_path_factory, tmp_path_factory.mktemp("figures") / "data", WAITING)
    with opened(settings, ShiftedClock(DEMO_START, SystemClock())) as made:
        yield made


def counted(store: DemoStore, year: int = 2024) -> dict[str, IndicatorFigure]:
    """Return the figures by the totals, which are those of a full count."""
    tenant_id = store.context.tenant_id
    with Session(store.engine) as session:
        lists = lists_with(stored_pack(session, tenant_id))
        at = (session, tenant_id, lists, Period.of_year(year), AREA, TODAY)
        assert counts_of(session, tenant_id, lists, Period.of_year(year), AREA, TODAY) is not None
        assert differences(*at) == ()
        return dict(figures(*at))


def test_the_golden_figures_come_out_of_the_records(store: DemoStore) -> None:
    """The fourteen figures count records with and without review: the last visits of the year wait for it."""
    figures, golden = counted(store), demo()["golden_indicators"]
    assert len(golden) == 14
    assert {
        name: {"num": value.num, "den": value.den, "value": value.value}
        for name in golden
        for value in [figures[name].with_waiting]
    } == golden


def test_returns_of_agencies_have_the_figures_of_the_data_set(store: DemoStore) -> None:
    figures = counted(store)
    police, services = demo()["agency_returns_2024"]["dist_police"], dict(demo()["harm_reduction_2024"])
    assert {
        name: figures[name].approved.num
        for name in (
            "tipoffs_processed_pct",
            "cases_broken",
            "cases_prosecuted",
            "cases_tried",
            "complex_spots",
        )
    } == {
        "tipoffs_processed_pct": police["tipoffs_processed"],
        "cases_broken": police["cases_uncovered"],
        "cases_prosecuted": demo()["agency_returns_2024"]["procuracy"]["cases_prosecuted"],
        "cases_tried": demo()["agency_returns_2024"]["court"]["cases_tried"],
        "complex_spots": police["complex_spots"],
    }
    assert figures["condoms_distributed"].approved.num == services.pop("condoms_distributed")
    assert figures["harm_reduction_contacts"].approved.breakdown == services
    assert figures["pilot_models_active"].approved.num == 2
    assert figures["commendations_total"].approved.num == 8
    assert figures["budget_used_pct"].approved.value == 88.9
    assert figures["team_trained_pct"].approved.den == 40
    assert [name for name, figure in figures.items() if not figure.approved.is_sent] == []
    assert figures["information_corrections"].approved.breakdown == {
        **{"correct_information": 3, "correction_asked": 3, "handed_over": 1}
    }
    assert figures["supervision_bodies"].approved.breakdown == {"supervision": 7, "social_criticism": 1}
    done = figures["supervision_done_pct"].approved
    assert (done.num, done.den, done.value) == (10, 14, 71.4)


def test_at_risk_groups_are_counted_in_all_communes_but_one(store: DemoStore) -> None:
    figures = counted(store)
    communes = figures["at_risk_counted_pct"].approved
    assert (communes.num, communes.den) == (16, 17)
    by_commune = list(demo()["per_commune"].values())[:-1]
    workers = figures["at_risk_workers_in_scope"].approved
    assert workers.value == sum(census["workers_total"] for census in by_commune)
    assert figures["at_risk_workers_in_scope_women"].approved.num <= workers.num


def test_statement_of_a_whole_area_counts_there_after_districts_ended() -> None:
    lists = load()
    assert units_of_area(lists, ["c11629_v1"], date(2024, 12, 31)) == ("c11629_v1", "d313_v1")
    after = units_of_area(lists, ["c11629_v1"], date(2026, 12, 31))
    assert set(after) == {"c11629_v1", "d313_v1", "p31_v2"}
    # What a unit of after the reform was before has its district still.
    assert set(units_of_area(lists, ["c11635_v2"], date(2024, 12, 31))) == {"c11635_v2", "p31_v2", "d313_v1"}


def test_only_approved_records_count_and_waiting_records_are_separate(store: DemoStore) -> None:
    figures = counted(store)
    filed = ("visits_total", "sessions_total")
    approved = sum(figures[name].approved.num for name in filed)
    assert sum(figures[name].with_waiting.num for name in filed) - approved == WAITING


def test_another_year_has_nothing_to_divide_by_or_counts_the_register_alone(store: DemoStore) -> None:
    figures = counted(store, 2020)
    assert figures["visits_total"].approved.num == 0
    assert figures["inspected_once_pct"].approved.value is None
    assert counted(store, 2025)["establishments_total"].approved.num == 127


def test_the_team_is_set_up_by_its_decision(store: DemoStore) -> None:
    assert counted(store, 2025)["team_consolidated"].approved.num == 1
