"""Visits and sessions of the year before the reform count in the communes of today, once these are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session
from tests.server.district import TODAY, WAITING, district_in, lists_of, opened

from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.demo import DEMO_START
from field178_server.demo.seed import DemoStore
from field178_server.office.indicators import team_figures
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.report_facts import (
    DataSpan,
    ReportFacts,
    ReportQuestion,
    begun_on,
    data_span_of,
    report_figures,
)
from field178_server.office.reports.content import _left_out as left_out_of_report
from field178_server.office.units.operations import entries_of, reassign
from field178_server.records.access import AccessFilter
from field178_shared.codelists import CodeLists
from field178_shared.indicators.periods import Period
from field178_shared.record_type import RecordType
from field178_shared.records.left_out import LeftOut
from field178_shared.records.teams import Team
from field178_shared.schemas import validate
from field178_shared.time.clock import ShiftedClock, SystemClock

AREA = "an_lao_area_2025"
YEAR, BEFORE = Period.of_year(2025), Period.of_year(2024)
DIVIDED = ("c11656_v1", "c11662_v1")
# Both communes became a part of this commune; a part of the first is in another area.
INSIDE, OUTSIDE = "c11629_v2", "c11446_v2"
EVERYTHING = AccessFilter(None)
TEAM = "gl_team_2025"


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStore]:
    settings = district_in(tmp_path_factory, tmp_path_factory.mktemp("divided") / "data", WAITING)
    with opened(settings, ShiftedClock(DEMO_START, SystemClock())) as made:
        yield made


@dataclass(frozen=True)
class Seen:
    """What a report of 2025 shows of the year before."""

    visits: float
    sessions: float
    left_out: LeftOut
    begun_on: date | None
    sentences: tuple[str, ...]


def seen(store: DemoStore, lists: CodeLists, units: tuple[str, ...]) -> Seen:
    tenant_id = store.context.tenant_id
    with snapshot(store.engine) as session:
        question = ReportQuestion(lists, YEAR, units, TODAY)
        figures = report_figures(session, tenant_id, question)
        counted = figures.figures()
        anew = ReportFacts(session, tenant_id, question).figures.figures()
        assert {key: anew[key].before for key in anew} == {key: counted[key].before for key in counted}
        return Seen(
            counted["visits_total"].before.num,
            counted["sessions_total"].before.num,
            left_out(session, tenant_id, FigureQuestion(lists, BEFORE, units, TODAY)),
            begun_on(session, tenant_id, question),
            tuple(left_out_of_report(lists, figures.missing)),
        )


def assign(store: DemoStore, lists: CodeLists, unit_id: str, to: str) -> int:
    """Assign every establishment of a divided commune to one that followed it."""

    def work(session: Session) -> int:
        ids = entries_of(session, store.context.tenant_id, EVERYTHING, unit_id, 1000)
        return reassign(session, store.context, EVERYTHING, unit_id, dict.fromkeys(ids, to), lambda *_: None)

    return run_write(store.engine, work)


def with_places_inside(lists: CodeLists) -> CodeLists:
    """Return the lists with each school and zone of a divided commune in the one that followed it."""
    schools, zones = (
        {
            key: replace(place, unit_id=INSIDE) if place.unit_id in DIVIDED else place
            for key, place in places.items()
        }
        for places in (lists.schools, lists.zones)
    )
    return replace(lists, schools=schools, zones=zones)


def test_assigning_places_brings_their_visits_into_the_year_before(store: DemoStore) -> None:
    lists = lists_of(store)
    units = tuple(unit.id for unit in lists.members_of(AREA))
    first = seen(store, lists, units)
    assert first.left_out.visits > 0
    assert first.left_out.sessions > 0
    assert f"{first.left_out.visits} lượt kiểm tra" in first.sentences[-1]
    assert all(assign(store, lists, place, INSIDE) for place in DIVIDED)
    after = seen(store, lists, units)
    assert (after.left_out.visits, after.visits) == (0, first.visits + first.left_out.visits)
    assert (after.left_out.sessions, after.sessions) == (first.left_out.sessions, first.sessions)
    assert "lượt kiểm tra" not in after.sentences[-1]
    assert f"{after.left_out.sessions} buổi tuyên truyền trong số liệu cùng kỳ" in after.sentences[-1]
    moved = seen(store, with_places_inside(lists), units)
    assert 0 < moved.left_out.sessions < after.left_out.sessions
    assert moved.sessions == after.sessions + after.left_out.sessions - moved.left_out.sessions
    assert after.begun_on is not None
    assert after.begun_on.year == 2024


def test_commune_without_records_has_a_year_before_once_places_are_assigned(store: DemoStore) -> None:
    lists = lists_of(store)
    before = seen(store, lists, (OUTSIDE,))
    assert (before.begun_on, before.visits) == (None, 0)
    assert before.left_out.visits > 0
    assign(store, lists, DIVIDED[0], OUTSIDE)
    after = seen(store, lists, (OUTSIDE,))
    assert (after.visits, after.left_out.visits) == (before.left_out.visits, 0)
    assert data_span_of(BEFORE, after.begun_on) is not DataSpan.NONE


def test_tablets_of_a_present_commune_receive_records_in_no_figure(
    store: DemoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists, now = lists_of(store), datetime(2026, 11, 24, 3, tzinfo=UTC)
    unit_ids = tuple(unit.id for unit in lists.members_of(AREA))
    monkeypatch.setattr(team_figures.teams, "everyone", lambda *_: [Team(id=TEAM, unit_ids=unit_ids)])
    with snapshot(store.engine) as session:
        [(_, data)] = team_figures.figures_of_teams(session, store.context.tenant_id, lists, now)
    assert data["left_out"] == {
        "unit_ids": list(DIVIDED),
        "establishments": 33,
        "zones": 1,
        "schools": 1,
    }
    assert validate(RecordType.INDICATOR_FIGURES, data) == {}
