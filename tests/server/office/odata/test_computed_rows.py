"""Rows of figures in data feeds: the periods listed, and the periods stored."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.server.office.odata.test_feed_table import query_of, reader_of, rows_of
from tests.shared import builders
from tests.world import UNIT, World

from field178_server.database.models import IndicatorPeriod
from field178_server.database.unit_of_work import run_write
from field178_server.office.indicators import queries, stored_facts
from field178_server.office.indicators.totals.operations import keep_period, settle
from field178_server.office.odata import computed_rows
from field178_server.records.stored_record import new_record
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.periods import Period


def periods_in(world: World, text: str = "") -> set[tuple[int, str]]:
    rows, _ = rows_of(world.engine, query_of("IndicatorFigures", text), reader_of())
    return {(row["Year"], row["PeriodId"]) for row in rows}


def test_periods_of_two_years_are_listed_once_they_have_begun(world: World) -> None:
    periods = periods_in(world)
    assert (2026, "quarter4") in periods
    assert len(periods) == 14
    assert periods_in(world, "Year eq 2024") == {(2024, name) for _, name in periods}
    assert periods_in(world, "Year eq 2027") == set()
    assert periods_in(world, "Year eq 1900 or Year eq 2026") == {key for key in periods if key[0] == 2026}


def test_period_of_a_large_store_is_returned_once_it_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (stored_facts, queries):
        monkeypatch.setattr(module, "is_large", lambda *_: True)
    with pytest.raises(AppError) as raised:
        periods_in(world)
    assert raised.value.code is ErrorCode.BEING_COUNTED
    settle(world.engine, world.tenant_id, load(), date(2026, 11, 29))
    years = {(2025, "year"), (2026, "year")}
    assert periods_in(world) == years
    today, quarter = date(2026, 11, 29), Period(date(2026, 1, 1), date(2026, 4, 1))
    assert quarter in set(computed_rows.periods_to_keep(load(), today))
    run_write(world.engine, lambda session: keep_period(session, world.tenant_id, quarter, today))
    settle(world.engine, world.tenant_id, load(), today)
    with world.engine.connect() as connection:
        assert connection.scalar(select(IndicatorPeriod.state).where(IndicatorPeriod.end_day == quarter.end))
    assert periods_in(world) == years | {(2026, "quarter1")}


def test_figures_of_a_part_have_the_count_of_unassigned_places(world: World) -> None:
    data = builders.establishment(unit_id="c11662_v1")

    def file(session: Session) -> None:
        batch = world.batch(session)
        batch.put(new_record(world.ids.random(), "establishment", UNIT, data))
        batch.flush()

    run_write(world.engine, file)
    columns = ("UnassignedEstablishments", "UnassignedZones", "UnassignedSchools", "LeftOutVi", "LeftOutEn")
    query = query_of("IndicatorFigures", "Year eq 2026 and PeriodId eq 'year'")
    for unit_id, count in (("c11668_v2", 1), ("c11635_v2", 0)):
        rows, _ = rows_of(world.engine, query, reader_of("reviewer", f"unit:{unit_id}"))
        [own_row] = {tuple(row[name] for name in columns) for row in rows if row["AreaId"] == "own"}
        assert own_row[:3] == (count, 0, 0)
        assert (own_row[3] is None) == (own_row[4] is None) == (count == 0)
    rows, _ = rows_of(world.engine, query, reader_of("city_viewer", "unit:c11668_v2"))
    assert {row["UnassignedEstablishments"] for row in rows} == {None}
    assert all("dưới 5 cơ sở" in row["LeftOutVi"] for row in rows)
