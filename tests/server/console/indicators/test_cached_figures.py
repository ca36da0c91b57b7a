"""Figures of a page are computed once, and anew as soon as anything changes that they depend on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from tests.server.console.conftest import Browser
from tests.server.console.indicators.test_pages import CITY, LEADER, REVIEWER, shown
from tests.server.district import district_in
from tests.server.office_scene import MovedClock, Office
from tests.stores import Statements

from field178_server.database.models import FiledRecord
from field178_server.database.unit_of_work import snapshot
from field178_server.demo import DEMO_START
from field178_server.office.indicators import external_view, stored_facts
from field178_server.records.result_cache import ResultCache
from field178_shared.codelists.loading import released_files

SignIn = Callable[[str], Browser]
YEAR = "/indicators?year=2024&area=an_lao_area_2024"
VISITS = "visits_total"
WAITING = "nếu duyệt hết phiếu chờ"


@pytest.fixture
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The district in a store of its own, in which a test approves and publishes."""
    settings = district_in(tmp_path_factory, tmp_path_factory.mktemp("district") / "data", 12)
    office = Office(settings, MovedClock(DEMO_START))
    yield office
    office.close()


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the area of each computation of figures, and of what is hidden of them."""
    computations: list[str] = []
    for module, name, kept in (
        (stored_facts, "_compute_figures", "_figures"),
        (external_view, "hidden_figures", "_hidden"),
    ):
        monkeypatch.setattr(module, kept, ResultCache(32))
        monkeypatch.setattr(module, name, counting(name, getattr(module, name), computations))
    return computations


def figure_of(reader: Browser, indicator_id: str) -> str:
    """Return the number that leads to the records of an indicator."""
    link = re.search(rf'href="/indicators/{indicator_id}/records[^"]*"[^>]*>([^<]*)<', reader.text(YEAR))
    assert link is not None
    return link[1]


def counting(name: str, compute: Callable[..., object], computations: list[str]) -> Callable[..., object]:
    def counted(*arguments: object) -> object:
        computations.append(name)
        return compute(*arguments)

    return counted


def test_figures_are_computed_once_for_each_language_and_for_external_readers(
    reads_as: SignIn, district: Office, computed: list[str], statements: Statements
) -> None:
    reader, leader, city = reads_as(REVIEWER), reads_as(LEADER), reads_as(CITY)
    first = reader.text(YEAR)
    assert computed == ["_compute_figures"]
    with statements(district.engine) as queries:
        assert reader.text(YEAR) == first
    assert len(queries) <= 13
    leader.post("/preferences", {"language": "en", "next": "/"})
    assert ("Số lượt kiểm tra" in first, "Visits by kind" in shown(leader, YEAR)) == (True, True)
    assert computed == ["_compute_figures"]
    above = city.text(YEAR)
    assert computed == ["_compute_figures", "hidden_figures"]
    assert city.text(YEAR) == above
    assert len(computed) == 2


def test_an_approval_is_shown_at_once(reads_as: SignIn, district: Office) -> None:
    reader = reads_as(REVIEWER)
    before = shown(reader, YEAR)
    row = FiledRecord
    with snapshot(district.engine) as session:
        waiting = session.scalars(select(row.record_id).where(row.review_state == "waiting")).all()
    assert WAITING in before
    for record_id in waiting:
        assert reader.decide(record_id, "approve").status_code == 303
    after = shown(reader, YEAR)
    assert after != before
    assert WAITING not in after


def test_edited_lists_are_shown_at_once(reads_as: SignIn, district: Office, computed: list[str]) -> None:
    reader = reads_as(REVIEWER)
    before = figure_of(reader, VISITS)
    rows: Any = released_files()["indicators"]["items"]
    row = next(row for row in rows if row["id"] == VISITS)
    refused = {"num": "count(inspection, where=access_result == 'refused')"}
    district.publish_lists({"indicators.items": {VISITS: row | refused}})
    assert figure_of(reader, VISITS) != before
    assert len(computed) == 2


def test_another_day_area_and_period_are_computed_each(
    reads_as: SignIn, district: Office, computed: list[str]
) -> None:
    reader = reads_as(REVIEWER)
    for path in (YEAR, f"{YEAR}&period=half1", "/indicators?year=2024&area=c11632_v1", YEAR):
        reader.text(path)
    assert len(computed) == 3
    district.clock.move(days=1)
    reads_as(REVIEWER).text(YEAR)
    assert len(computed) == 4
