"""A large store whose totals are stale: pages and tablets wait, and the server reads no store for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from tests.server.console.conftest import Browser
from tests.server.console.indicators.test_pages import LEADER, REVIEWER, shown
from tests.server.office_scene import Office

from field178_server.database.models import IndicatorBasis, IndicatorTotal, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.indicators import queries, stored_numbers
from field178_server.office.indicators.source import counted_records, store_size
from field178_server.office.indicators.source import records as source
from field178_server.office.indicators.team_figures import publish_figures
from field178_server.office.indicators.totals import recounting
from field178_server.office.indicators.totals.updater import settle_if_needed
from field178_server.records.lists_in_force import ListsInForce
from field178_shared.codelists import CodeLists, load
from field178_shared.indicators.events import CountedRecord
from field178_shared.record_type import RecordType


@pytest.fixture
def stale(district: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Return a large store without totals, in a process that may not read its records for figures."""
    monkeypatch.setattr(store_size, "MOST_COUNTED_AT_ONCE", 10)
    ListsInForce(district.engine, district.settings.tenant).follow()
    another = update(IndicatorBasis).values(basis="of another release")
    run_write(district.engine, lambda session: session.execute(another))

    def refuse(*_: object) -> None:
        raise AssertionError("records are counted in the server")

    for module in (queries, counted_records):
        monkeypatch.setattr(module, "records_to_count", refuse)
    monkeypatch.setattr(recounting, "records_as_written", refuse)
    return district


def test_today_of_a_leader_shows_targets_once_they_are_counted(
    reads_as: Callable[[str], Browser], stale: Office
) -> None:
    leader = reads_as(LEADER)
    assert "Mục tiêu chậm tiến độ hoặc chưa kết luận được … số liệu đang được tính xong khoảng 0 %" in shown(
        leader, "/"
    )
    settle_if_needed(stale.runtime)
    page = shown(leader, "/")
    assert "số liệu đang được tính" not in page
    assert "mục tiêu của" in page


def test_figures_of_teams_are_published_once_they_are_counted(stale: Office) -> None:
    assert published(stale) == []
    assert publish_figures(stale.runtime, load()) is None
    assert published(stale) == []
    settle_if_needed(stale.runtime)
    assert publish_figures(stale.runtime, load())
    assert published(stale)


def test_totals_are_counted_in_a_process_of_their_own(stale: Office) -> None:
    assert settle_if_needed(stale.runtime) > 0
    with snapshot(stale.engine) as session:
        assert session.scalars(select(IndicatorTotal.counts)).all()
    assert settle_if_needed(stale.runtime) == 0


def test_no_page_reads_the_records_of_a_large_store_at_once(
    reads_as: Callable[[str], Browser], district: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_size, "MOST_COUNTED_AT_ONCE", 10)
    monkeypatch.setattr(stored_numbers, "_PLANS", 5)
    reviewer, query = reads_as(REVIEWER), "?year=2024&area=an_lao_area_2024"
    shown(reviewer, f"/indicators{query}")
    settle_if_needed(district.runtime)
    with snapshot(district.engine) as session:
        every = session.scalar(select(func.count()).select_from(Record))
    assert every
    read: list[int] = []
    whole, written = source.records_to_count, source.records_as_written

    def counted(
        session: Session, tenant_id: str, lists: CodeLists, ids: Collection[str] | None = None
    ) -> Iterator[CountedRecord]:
        read.append(every if ids is None else len(ids))
        return whole(session, tenant_id, lists, ids)

    def recounted(session: Session, tenant_id: str, ids: Collection[str]) -> Iterator[CountedRecord]:
        read.append(len(ids))
        return written(session, tenant_id, ids)

    for module in (queries, counted_records, stored_numbers):
        monkeypatch.setattr(module, "records_to_count", counted)
    monkeypatch.setattr(recounting, "records_as_written", recounted)
    indicators = ("workers_reached_pct", "plan_completion_pct", "visits_total", "census_commune_pct")
    for indicator in indicators:
        for more in ("", "&unit=c11635_v1", "&since=2024-01-03&until=2024-11-20"):
            assert "đang được tính" not in shown(reviewer, f"/indicators/{indicator}/records{query}{more}")
    assert 0 < max(read) < every / 4


def published(office: Office) -> list[str]:
    with snapshot(office.engine) as session:
        return list(
            session.scalars(select(Record.record_id).where(Record.type == RecordType.INDICATOR_FIGURES))
        )
