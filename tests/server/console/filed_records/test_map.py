"""Visits on the map: the same visits as in the table, each at the point of its establishment."""

from __future__ import annotations

from typing import Any

import pytest
from tests.server.console.conftest import PLACE, UNIT, Browser, FieldWork
from tests.server.console.filed_records.test_tables import shown
from tests.shared import builders
from tests.stores import Statements

from field178_server.database.unit_of_work import run_write
from field178_server.office.filed_records import map as visit_map
from field178_server.office.records import operations as records


def map_data(browser: Browser, query: str = "") -> dict[str, Any]:
    answer = browser.get(f"/visits/points?{query}")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.get_json()
    return body


def marks(browser: Browser, query: str = "") -> dict[str, str]:
    return {point[0]: point[3] for point in map_data(browser, query)["points"]}


def test_visits_stand_where_their_establishment_is(reviewer: Browser, in_the_field: FieldWork) -> None:
    office = in_the_field.office
    in_the_field.place()
    without = builders.establishment(name="Karaoke Thu Lam", lat=None, lon=None)
    bare = in_the_field.file("establishment", UNIT, without)
    merged = in_the_field.file("establishment", UNIT, builders.establishment(name="Karaoke Mộc Diệp 2"))
    good = in_the_field.visit(establishment_id=PLACE)
    bad = in_the_field.visit(establishment_id=merged, overall_result="violation_recorded")
    unplaced = in_the_field.visit(establishment_id=bare)
    run_write(office.engine, lambda session: records.merge(session, office.context, merged, PLACE))
    assert marks(reviewer) == {good: "compliant", bad: "violation"}
    answer = map_data(reviewer)
    assert (answer["said"], answer["unplaced"]) == ("Trên bản đồ: 2", "Chưa có vị trí: 1")
    assert {point[5] for point in answer["points"]} == {"Karaoke Mộc Diệp (GL-016)"}
    for query, ids in {
        "outcome=compliant": {good},
        "q=moc+diep": {good, bad},
        "point=yes": {good, bad},
        "point=no": set(),
        "until=2020-01-01": set(),
    }.items():
        assert set(marks(reviewer, query)) == ids, query
    assert shown(reviewer, "/visits?point=no") == [unplaced]
    assert set(shown(reviewer, "/visits?point=yes&view=map")) == {good, bad}


def test_map_is_offered_for_visits_and_not_for_sessions(reviewer: Browser) -> None:
    assert 'data-source="/visits/points?state=waiting&amp;view=map"' in reviewer.text(
        "/visits?view=map&state=waiting"
    )
    assert "data-map" not in reviewer.text("/sessions?view=map")


def test_the_newest_are_shown_when_there_are_too_many(
    reviewer: Browser, in_the_field: FieldWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit_map, "MOST_POINTS", 2)
    in_the_field.place()
    ids = [in_the_field.visit(started_at=f"2026-03-0{day}T02:00:00.000Z") for day in (1, 2, 3)]
    assert set(marks(reviewer)) == set(ids[1:])
    assert map_data(reviewer)["said"].startswith("Trên bản đồ: 2 đầu tiên trong 3.")


def test_many_points_cost_as_many_statements_as_few(
    reviewer: Browser, in_the_field: FieldWork, statements: Statements
) -> None:
    in_the_field.place()
    counted = []
    for more in (1, 12):
        for _ in range(more):
            in_the_field.visit(establishment_id=PLACE)
        with statements(in_the_field.office.engine) as queries:
            marks(reviewer)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 15
