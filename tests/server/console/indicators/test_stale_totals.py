"""A large store whose totals are stale: pages and tablets wait, and the server reads no store for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from tests.server.console.conftest import Browser
from tests.server.console.indicators.test_pages import LEADER, shown
from tests.server.office_scene import Office

from field178_server.database.models import IndicatorBasis, IndicatorTotal, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.indicators import counted_records, queries, recounting, store_size
from field178_server.office.indicators.team_figures import publish_figures
from field178_server.office.indicators.updater import settle_if_needed
from field178_server.records.lists_in_force import ListsInForce
from field178_shared.codelists import load
from field178_shared.records.area_figures import TYPE


@pytest.fixture
def stale(district: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Return a large store without totals, in a process that may not read its records for figures."""
    monkeypatch.setattr(store_size, "MOST_COUNTED_AT_ONCE", 10)
    ListsInForce(district.engine, district.settings.tenant).follow()
    another = update(IndicatorBasis).values(basis="of another release")
    run_write(district.engine, lambda session: session.execute(another))

    def refuse(*_: object) -> None:
        raise AssertionError("records are counted in the server")

    for module in (queries, recounting, counted_records):
        monkeypatch.setattr(module, "records_to_count", refuse)
    return district


def test_today_of_a_leader_says_that_targets_are_being_counted_and_then_tells_them(
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


def published(office: Office) -> list[str]:
    with snapshot(office.engine) as session:
        return list(session.scalars(select(Record.record_id).where(Record.type == TYPE)))
