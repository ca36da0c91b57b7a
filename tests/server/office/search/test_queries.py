"""Search of filed records on both engines."""

from __future__ import annotations

from tests.shared import builders
from tests.world import SESSION, TEAM, TENANT, UNIT, World

from field178_server.database.unit_of_work import snapshot
from field178_server.office.search.queries import SHOWN, FoundRecord, find_records
from field178_server.records.access import AccessFilter


def matches_of(world: World, text: str, scopes: frozenset[str] | None = None) -> list[FoundRecord]:
    with snapshot(world.engine) as session:
        return find_records(session, TENANT, AccessFilter(scopes), text)


def test_search_by_number_returns_the_newest_first_and_marks_further_matches(world: World) -> None:
    tablet = world.tablet(UNIT, TEAM, "ref")
    place = tablet.created()
    visits = [
        tablet.created(
            builders.inspection(
                establishment_id=place,
                minutes_number="112/BB-ĐKT178",
                started_at=f"2025-03-{day:02}T02:00:00.000Z",
                team_id=TEAM[5:],
            ),
            type="inspection",
            scope=TEAM,
        )
        for day in (1, 3, 2, 2)
    ]
    old, new, *same = visits
    newest = [new, *sorted(same, reverse=True), old]
    assert [match.record_id for match in matches_of(world, "112/bb")] == newest
    assert {match.text for match in matches_of(world, "112/bb")} == {"112/bb-dkt178"}
    assert matches_of(world, "112/bb", frozenset({UNIT})) == []
    for number in range(SHOWN):
        session = {**SESSION, "session_date": f"2025-04-{number + 1:02}", "venue": "Nhà văn hoá 112/BB"}
        tablet.created(session, type="outreach_session")
    many = matches_of(world, "112/bb")
    assert [match.type for match in many] == ["outreach_session"] * SHOWN + ["inspection"]
    assert many[-1].record_id == new


def test_each_match_has_the_text_that_matched(world: World) -> None:
    tablet = world.tablet(UNIT, TEAM, "ref")
    measures = {"k": {"measure_id": "fine_money", "document_number": "15/QĐ-XPHC", "amount_vnd": 9_000_000}}
    visit = builders.inspection(
        establishment_id=tablet.created(), minutes_number="07/BB-ĐKT178", measures=measures, team_id=TEAM[5:]
    )
    record_id = tablet.created(visit, type="inspection", scope=TEAM)
    for text, whole in (("qd-xp", "15/qd-xphc"), ("07/BB", "07/bb-dkt178"), ("15/qđ", "15/qd-xphc")):
        assert [(match.record_id, match.text) for match in matches_of(world, text)] == [(record_id, whole)]
    assert matches_of(world, "7/bb 15") == matches_of(world, "%/bb") == matches_of(world, "7_bb") == []
