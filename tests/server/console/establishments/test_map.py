"""The register on the map: the same entries as in the table, each with its last result."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.server.console.conftest import PLACE, TEAM, UNIT, Browser, FieldWork
from tests.server.pmtiles import pmtiles
from tests.shared import builders
from tests.stores import Statements

from field178_server.console.shell import maps
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.establishments import map as register_map
from field178_server.office.establishments.queries import RegisterQuery
from field178_server.office.records import operations as records
from field178_server.records.access import AccessFilter

Json = dict[str, Any]
OLD, OPEN = 1, 2


def points(browser: Browser, path: str = "/establishments/points") -> dict[str, list[Any]]:
    """Return the marks of a map by the id of what they stand for."""
    answer = browser.get(path)
    assert answer.status_code == 200
    body = answer.get_json()
    return {
        point[0]: [*point[1:6], *(body["words"][number] for number in point[6:] if body["words"][number])]
        for point in body["points"]
    }


def entry(work: FieldWork, **over: Any) -> str:
    return work.file("establishment", UNIT, builders.establishment(**over))


def test_marker_shows_last_result_day_and_open_corrections(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    never = entry(in_the_field, name="Karaoke Thu Lam")
    assert points(reviewer)[never][2:4] == ["never", 0]
    about = {"establishment_id": PLACE}
    in_the_field.visit(**about, overall_result="violation_recorded", started_at="2025-01-02T01:00:00.000Z")
    assert points(reviewer)[PLACE] == [
        20.81821,
        106.54671,
        "violation",
        OLD,
        "Karaoke Mộc Diệp (GL-016)",
        "Karaoke",
        "Có vi phạm, lập biên bản",
        "Kiểm tra lần cuối: 02/01/2025",
    ]
    follow_ups = {"f1": {"text": "Dọn lối thoát nạn", "due_on": "2026-12-04", "status": "open"}}
    in_the_field.visit(
        **about,
        follow_ups=follow_ups,
        overall_result="minor_shortcomings",
        started_at="2026-11-01T02:00:00.000Z",
    )
    assert points(reviewer)[PLACE][2:4] == ["minor", OPEN]


def test_void_visit_counts_for_nothing(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    filed = in_the_field.visit(establishment_id=PLACE)
    assert points(reviewer)[PLACE][2] == "compliant"
    decided = reviewer.decide(filed, "void", reason="Ghi nhầm cơ sở", confirmed="void")
    assert decided.status_code == 303
    assert points(reviewer)[PLACE][2] == "never"


def test_visit_to_a_merged_entry_is_one_to_its_target(reviewer: Browser, in_the_field: FieldWork) -> None:
    office = in_the_field.office
    in_the_field.place()
    other = entry(in_the_field, name="Karaoke Mộc Diệp 2")
    in_the_field.visit(establishment_id=other, overall_result="handed_to_police")
    run_write(office.engine, lambda session: records.merge(session, office.context, other, PLACE))
    assert list(points(reviewer)) == [PLACE]
    assert points(reviewer)[PLACE][2] == "police"


def test_visits_of_scopes_that_are_not_granted_stay_out(in_the_field: FieldWork) -> None:
    in_the_field.place()
    follow_ups = {"f1": {"text": "Dọn lối thoát nạn", "due_on": "2026-12-04", "status": "open"}}
    in_the_field.visit(establishment_id=PLACE, follow_ups=follow_ups)
    office = in_the_field.office
    shown = {}
    with snapshot(office.engine) as session:
        for scopes in ((UNIT, TEAM), (UNIT,), (TEAM,)):
            query = RegisterQuery(office.settings.tenant, AccessFilter(frozenset(scopes)))
            points = register_map.register_map(session, query).points
            shown[scopes] = [(point.last_visit is not None, point.has_open_correction) for point in points]
    assert shown == {(UNIT, TEAM): [(True, True)], (UNIT,): [(False, False)], (TEAM,): []}


def test_map_shows_the_rows_of_the_table(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    hotel = entry(in_the_field, name="Khách sạn Thu", establishment_type_id="hotel")
    unplaced = entry(in_the_field, name="Khách sạn Lam", establishment_type_id="hotel", lat=None, lon=None)
    for query, expected in {
        "": {PLACE, hotel},
        "type=hotel": {hotel},
        "q=moc+diep": {PLACE},
        "point=no": set(),
        "point=yes&type=karaoke": {PLACE},
        "unit=elsewhere": set(),
    }.items():
        assert set(points(reviewer, f"/establishments/points?{query}")) == expected, query
    hotels = reviewer.get("/establishments/points?type=hotel").get_json()
    assert (hotels["said"], hotels["unplaced"]) == ("Trên bản đồ: 1", "Chưa có vị trí: 1")
    page = unescape(reviewer.text("/establishments?view=map&type=hotel"))
    assert 'data-source="/establishments/points?type=hotel&view=map"' in page
    (without,) = re.findall(r'href="([^"]+)" data-map-unplaced', page)
    assert re.findall(r'href="/establishments/([0-9a-f-]{36})"', reviewer.text(without)) == [unplaced]
    assert "data-map" not in reviewer.text("/establishments?type=hotel")
    assert reviewer.get("/map").headers["Location"] == "/establishments?view=map"


def test_map_states_when_points_exceed_the_limit(
    reviewer: Browser, in_the_field: FieldWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_map, "MOST_POINTS", 2)
    for number in range(3):
        entry(in_the_field, name=f"Karaoke Thu {number}")
    everything = reviewer.get("/establishments/points").get_json()
    assert len(everything["points"]) == 2
    assert everything["said"].startswith("Trên bản đồ: 2 đầu tiên trong 3.")


def test_many_points_cost_as_many_statements_as_few(
    reviewer: Browser, in_the_field: FieldWork, statements: Statements
) -> None:
    counted = []
    for more in (1, 12):
        for number in range(more):
            place = entry(in_the_field, name=f"Karaoke Thu {more} {number}")
            in_the_field.visit(establishment_id=place)
        with statements(in_the_field.office.engine) as queries:
            points(reviewer)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 15


@pytest.mark.parametrize(("tile_type", "kind"), [(1, "vector"), (2, "raster"), (4, "raster"), (9, "")])
def test_map_file_is_recognized_by_its_header(tmp_path: Path, tile_type: int, kind: str) -> None:
    path = tmp_path / "an-lao.pmtiles"
    path.write_bytes(pmtiles({(0, 0, 0): b"tile"}, tile_type))
    assert maps.ground_kind(path) == kind
    path.write_bytes(b"PMTiles\x03")
    assert maps.ground_kind(path) == maps.ground_kind(None) == maps.ground_kind(tmp_path / "none") == ""


def test_map_file_is_served_by_ranges(
    reviewer: Browser, in_the_field: FieldWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reviewer.get("/map/ground").status_code == 404
    path, whole = tmp_path / "an-lao.pmtiles", pmtiles({(0, 0, 0): b"tile"}, 2)
    path.write_bytes(whole)
    monkeypatch.setattr(maps, "map_file", lambda: path)
    with reviewer.client.get("/map/ground", headers={"Range": "bytes=0-126"}) as answer:
        assert (answer.status_code, answer.get_data()) == (206, whole[:127])
        assert answer.headers["Content-Range"] == f"bytes 0-126/{len(whole)}"
        assert answer.headers["Cache-Control"] == "no-store"
    assert 'data-ground="raster"' in reviewer.text("/establishments?view=map")


def test_browser_keeps_ranges_of_the_map_file_until_another_one_is_set(
    reviewer: Browser, in_the_field: FieldWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, whole = tmp_path / "an-lao.pmtiles", pmtiles({(0, 0, 0): b"tile"}, 2)
    path.write_bytes(whole)
    monkeypatch.setattr(maps, "map_file", lambda: path)
    source = ground_source(reviewer)
    with reviewer.client.get(source, headers={"Range": "bytes=0-126"}) as answer:
        assert (answer.status_code, answer.get_data()) == (206, whole[:127])
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        etag = answer.headers["ETag"]
    with reviewer.client.get(source, headers={"If-None-Match": etag}) as answer:
        assert (answer.status_code, answer.get_data()) == (304, b"")
    path.write_bytes(whole + b"more")
    assert ground_source(reviewer) != source
    with reviewer.client.get(source, headers={"Range": "bytes=0-126"}) as answer:
        assert answer.headers["Cache-Control"] == "no-store"


def ground_source(reviewer: Browser) -> str:
    page = reviewer.text("/establishments?view=map")
    return unescape(page.partition('data-ground-source="')[2].partition('"')[0])


def test_map_of_visits_states_the_source_of_the_points(reviewer: Browser, in_the_field: FieldWork) -> None:
    sentence = "không phải nơi đội đứng lúc đến"
    assert sentence in reviewer.text("/visits?view=map")
    assert sentence not in reviewer.text("/establishments?view=map")
