"""Planned visits behind a number of a large store: counted plan by plan, as all records count them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.bench import office_store
from tests.server.office.indicators.test_server_memory import SMALL
from tests.server.office_scene import MovedClock, Office, settings_of

from field178_server.database.unit_of_work import snapshot
from field178_server.office.indicators import stored_numbers
from field178_server.office.indicators.counted_facts import FigureQuestion, read_facts
from field178_server.office.indicators.numbers import NumberSide, formula_of, rows_of
from field178_server.office.indicators.stored_numbers import StoredNumber, rows_from_totals
from field178_shared.codelists import load
from field178_shared.indicators.periods import Period
from field178_shared.time.clock import local_date

PLANNED = "plan_completion_pct"


def test_planned_visits_are_counted_plan_by_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_numbers, "_PLANS", 7)
    # Late in a year: on its first days no visit of it was made and no unannounced visit is over.
    last_visits, last_day = (datetime(2026, month, day, 5, tzinfo=UTC) for month, day in ((11, 30), (12, 31)))
    monkeypatch.setattr(office_store, "SystemClock", lambda: MovedClock(last_visits))
    monkeypatch.setattr(office_store, "TODAY", last_visits.date())
    office_store.stock(tmp_path / "store", sizes=SMALL)
    office = Office(settings_of(tmp_path / "store"), MovedClock(last_day))
    lists, tenant_id, today = load(), office.settings.tenant, local_date(office.clock.now())
    units = tuple(unit_id for unit_id in lists.units if unit_id.startswith("c116"))[:20]
    year = Period.of_year(office_store.TODAY.year)
    question = FigureQuestion(lists, year, units, today)
    with snapshot(office.engine) as session:
        counted = read_facts(session, tenant_id, question, [PLANNED])
        for side in NumberSide:
            formula = formula_of(lists.figures[PLANNED], side)
            assert formula is not None
            for with_waiting in (False, True):
                rows = rows_of(counted, formula, year, counted.area, with_waiting=with_waiting)
                number = StoredNumber(
                    question, lists.indicators[PLANNED], formula, year, counted.area, with_waiting
                )
                assert rows, (side, with_waiting)
                assert set(rows_from_totals(session, tenant_id, number)) == set(rows)
    office.close()
