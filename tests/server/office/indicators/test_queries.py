"""Figures of the made-up district, counted from its records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.engine import create_engine_for
from field178_server.demo import DEMO_START
from field178_server.demo.seed import DemoStore, seed
from field178_server.office.indicators.queries import IndicatorFigure, figures
from field178_server.replication.policy.record_validation import DeclaredTypes
from field178_server.serving.installation import install
from field178_server.settings import Settings
from field178_shared.codelists import demo, load
from field178_shared.ids import IdSource
from field178_shared.indicators.periods import Period
from field178_shared.time.clock import ShiftedClock, SystemClock

WAITING = 12
AREA = tuple(unit.id for unit in load().members_of("an_lao_area_2024"))
# What of the data set no record tells yet: media, plans of communes, what zones and schools were told, and
# the workers of places that nobody visited.
UNTOLD = {
    *("media_outlet_month_pct", "media_commune_full_pct", "commune_plan_pct", "commune_plan_integrated_pct"),
    *("iz_workers_reached_pct", "students_reached_pct", "workers_reached_pct"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStore]:
    folder: Path = tmp_path_factory.mktemp("figures")
    settings = Settings.from_environment({"FIELD178_DATA_DIR": str(folder)})
    clock = ShiftedClock(DEMO_START, SystemClock())
    engine, ids = create_engine_for(settings.effective_database_url), IdSource(clock)
    install(settings, engine, clock, ids)
    made = DemoStore(engine, OperationContext(settings.tenant, clock, ids, load()), DeclaredTypes(load()))
    seed(made, demo(), "not a hash", waiting=WAITING)
    yield made
    engine.dispose()


def counted(store: DemoStore, year: int = 2024) -> dict[str, IndicatorFigure]:
    with Session(store.engine) as session:
        found = figures(
            session, store.context.tenant_id, load(), Period.of_year(year), AREA, date(2026, 11, 24)
        )
    return dict(found)


def test_golden_figures_come_out_of_the_records(store: DemoStore) -> None:
    found = counted(store)
    golden = demo()["golden_indicators"]
    told = {name: golden[name] for name in golden if name not in UNTOLD}
    assert {
        name: {
            "num": found[name].with_waiting.num,
            "den": found[name].with_waiting.den,
            "value": found[name].with_waiting.value,
        }
        for name in told
    } == told


def test_only_approved_records_count_and_those_that_wait_stand_beside(store: DemoStore) -> None:
    found = counted(store)
    filed = ("visits_total", "sessions_total")
    approved = sum(found[name].approved.num for name in filed)
    assert sum(found[name].with_waiting.num for name in filed) - approved == WAITING


def test_another_year_has_nothing_to_divide_by_or_counts_the_register_alone(store: DemoStore) -> None:
    found = counted(store, 2020)
    assert found["visits_total"].approved.num == 0
    assert found["inspected_once_pct"].approved.value is None
    assert counted(store, 2025)["establishments_total"].approved.num == 127


def test_the_team_is_set_up_by_its_decision(store: DemoStore) -> None:
    assert counted(store, 2025)["team_consolidated"].approved.num == 1
