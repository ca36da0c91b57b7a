"""Stored flags of records follow every change of the values that they depend on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.shared import builders
from tests.shared.places import PLACES
from tests.world import OTHER_UNIT, SESSION, TEAM, TENANT, UNIT, Tablet, World

from field178_server.database.models import Attachment
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.reviews import quality_flags
from field178_server.office.reviews.quality_flags import flags_of
from field178_shared.codelists import load, put_in_force
from field178_shared.list_packs import ListPack, lists_with

HERE = {"lat": 208_182_100, "lon": 1_065_467_100}
ELSEWHERE = {"lat": 208_982_100, "lon": 1_065_467_100}


@pytest.fixture
def tablet(world: World) -> Tablet:
    return world.tablet(UNIT, OTHER_UNIT, TEAM, "ref")


@pytest.fixture
def place(tablet: Tablet) -> str:
    return tablet.created(_place())


def _place(**more: Any) -> dict[str, Any]:
    return builders.establishment(**({"unit_id": UNIT[5:]} | HERE | more))


def visit_at(tablet: Tablet, place: str, day: str = "2025-03-10", **more: Any) -> str:
    times = {"started_at": f"{day}T03:00:00.000Z", "ended_at": f"{day}T04:00:00.000Z"}
    named = {"establishment_id": place, "unit_id": UNIT[5:], "team_id": TEAM[5:]}
    data = builders.inspection(**(named | times | more))
    return tablet.created(data, type="inspection", scope=TEAM)


def change(tablet: Tablet, record_id: str, set_: dict[str, Any], **more: Any) -> None:
    current = tablet.base[record_id]["data"]
    was = {name: current[name] for name in set_}
    (receipt,) = tablet.push(tablet.change(record_id, set_, was=was, **more))
    assert receipt["status"] == "applied", receipt


def session_at(tablet: Tablet, *places: str, **more: Any) -> str:
    named = {place: {"attendance_count": 5, "first_time_count": 3} for place in places}
    data = SESSION | {"establishments": named} | more
    return tablet.created(data, type="outreach_session", scope=UNIT)


def flags(world: World, *record_ids: str) -> list[set[str]]:
    """Return the codes of each: found with what is kept, and the same when nothing is."""
    with snapshot(world.engine) as session:
        kept = flags_of(session, TENANT, record_ids)
        again = flags_of(session, TENANT, record_ids)
        quality_flags._cache = quality_flags._FlagCache(())
        assert kept == again == flags_of(session, TENANT, record_ids)
        alone = {
            key: key_flags
            for record_id in record_ids
            for key, key_flags in flags_of(session, TENANT, [record_id]).items()
        }
        assert alone == kept
    return [{flag.code.value for flag in kept.get(record_id, ())} for record_id in record_ids]


def test_flags_follow_the_point_and_the_kind_of_the_establishment(
    world: World, tablet: Tablet, place: str
) -> None:
    visit = visit_at(tablet, place)
    before = flags(world, visit)[0]
    assert "far_from_point" not in before
    change(tablet, place, ELSEWHERE)
    assert "far_from_point" in flags(world, visit)[0]
    change(tablet, place, HERE)
    assert flags(world, visit)[0] == before


def test_flags_follow_the_name_of_the_establishment(world: World, tablet: Tablet, place: str) -> None:
    visit = visit_at(tablet, place, recommendation="Nhà nghỉ Lê Văn Sửu thiếu sổ")
    assert "personal_data" in flags(world, visit)[0]
    change(tablet, place, {"name": "Nhà nghỉ Lê Văn Sửu"})
    with_its_name = flags(world, visit)[0]
    change(tablet, place, {"name": "Karaoke Mộc Diệp"})
    assert "personal_data" in flags(world, visit)[0]
    assert with_its_name == flags(world, visit)[0] - {"personal_data"}


def test_flags_follow_the_merge_of_the_establishment(world: World, tablet: Tablet, place: str) -> None:
    visit = visit_at(tablet, place)
    target = tablet.created(_place(name="Karaoke Khác", **ELSEWHERE))
    assert "far_from_point" not in flags(world, visit)[0]
    world.merge(place, target)
    assert "far_from_point" in flags(world, visit)[0]


def test_flags_follow_the_other_visits_of_the_day(world: World, tablet: Tablet, place: str) -> None:
    first = visit_at(tablet, place)
    assert "visited_twice" not in flags(world, first)[0]
    other_day = visit_at(tablet, place, "2025-03-07")
    second = visit_at(tablet, place)
    twice = ["visited_twice" in codes for codes in flags(world, first, second, other_day)]
    assert twice == [True, True, False]
    world.review(second, "void")
    twice = ["visited_twice" in codes for codes in flags(world, first, second)]
    assert twice == [False, True]  # the void one still says what it repeats
    world.review(second, "waiting")
    later = {"started_at": "2025-03-08T03:00:00.000Z", "ended_at": "2025-03-08T04:00:00.000Z"}
    change(tablet, second, later, type="inspection", scope=TEAM)
    assert "visited_twice" not in flags(world, first)[0]


def test_visit_around_midnight_is_flagged_with_visits_of_both_days(
    world: World, tablet: Tablet, place: str
) -> None:
    late = {"started_at": "2025-03-10T16:00:00.000Z", "ended_at": "2025-03-10T18:30:00.000Z"}
    early = {"started_at": "2025-03-10T17:30:00.000Z", "ended_at": "2025-03-10T19:00:00.000Z"}
    both = [visit_at(tablet, place, **late), visit_at(tablet, place, **early)]
    assert ["visited_twice" in codes for codes in flags(world, *both)] == [True, True]
    change(tablet, both[1], {"started_at": "2025-03-10T18:45:00.000Z"}, type="inspection", scope=TEAM)
    assert ["visited_twice" in codes for codes in flags(world, *both)] == [False, False]


def test_flags_follow_the_other_sessions_that_share_an_establishment(
    world: World, tablet: Tablet, place: str
) -> None:
    other_place = tablet.created(_place(name="Khách sạn Sông Lam"))
    first = session_at(tablet, place)
    session_at(tablet, other_place)
    session_at(tablet, place, outreach_form_id="onsite_establishment")
    session_at(tablet, place, session_date="2025-03-09")
    assert "already_recorded" not in flags(world, first)[0]
    second = session_at(tablet, other_place, place)
    assert ["already_recorded" in codes for codes in flags(world, first, second)] == [True, True]
    world.review(second, "void")
    assert "already_recorded" not in flags(world, first)[0]


def test_flags_follow_the_files_that_have_not_come(world: World, tablet: Tablet, place: str) -> None:
    visit = visit_at(tablet, place)

    def name_a_file(session: Any) -> None:
        session.add(
            Attachment(
                tenant_id=TENANT,
                record_id=visit,
                attachment_key="extra",
                sha256="0" * 64,
                scope=TEAM,
                size=1,
                content_type="image/jpeg",
                named_at=world.clock.now() - timedelta(days=1),
            )
        )

    before = flags(world, visit)[0]
    run_write(world.engine, name_a_file)
    assert flags(world, visit)[0] == before | {"missing_photos"}


def test_flags_follow_the_record_itself(world: World, tablet: Tablet, place: str) -> None:
    visit = visit_at(tablet, place)
    assert "long_visit" not in flags(world, visit)[0]
    late = {"ended_at": "2025-03-10T23:00:00.000Z"}
    change(tablet, visit, late, type="inspection", scope=TEAM)
    assert "long_visit" in flags(world, visit)[0]


def test_flags_follow_the_lists_in_force(world: World, tablet: Tablet, place: str) -> None:
    visit, lists = visit_at(tablet, place), load()
    kept, kind = replace(lists), lists.types["karaoke"]
    assert "unusual_count" not in flags(world, visit)[0]
    few = replace(kind, workers=replace(kind.workers, least=0, typical=0, most=0))
    try:
        put_in_force(replace(lists, types={**lists.types, "karaoke": few}))
        assert "unusual_count" in flags(world, visit)[0]
    finally:
        put_in_force(kept)
    assert "unusual_count" not in flags(world, visit)[0]


def test_a_session_with_more_people_than_its_school_is_flagged(world: World, tablet: Tablet) -> None:
    crowd = {"upper_secondary_students": {"attendance_count": 99_999, "first_time_count": 9}}
    session = session_at(tablet, audiences=crowd, school_id="thpt_gl_1")
    assert flags(world, session) == [{"unusual_count"}]
    put_in_force(lists_with(ListPack().with_rows(PLACES)))
    with snapshot(world.engine) as reading:
        (flag,) = flags_of(reading, TENANT, [session])[session]
    assert flag.path == "audiences.upper_secondary_students.attendance_count"
    # Of the lists in force now, though the flags were kept.
    assert dict(flag.details).keys() == {"of", "most"}
