"""Words and numbers that narrow a list of filed records, on both engines."""

from __future__ import annotations

import pytest
from tests.shared import builders
from tests.world import ESTABLISHMENT, SESSION, TEAM, TENANT, UNIT, Tablet, World

from field178_server.database.models import FiledRecord
from field178_server.database.unit_of_work import snapshot
from field178_server.office.filed_records import queries, text_search
from field178_server.office.filed_records.list_filter import FiledRecordFilter, FiledRecordList
from field178_server.office.filed_records.queries import (
    FiledRecordPage,
    count_filed_records,
    filed_record_page,
)
from field178_server.records.access import AccessFilter
from field178_server.records.keyset import PageStart

WHOLE = AccessFilter(None)
LAST = PageStart(is_last=True)


def visit(tablet: Tablet, place: str, number: str, day: int = 1, **more: object) -> str:
    data = builders.inspection(
        establishment_id=place,
        decision_number=number,
        started_at=f"2025-03-{day:02}T02:00:00.000Z",
        team_id=TEAM[5:],
        **more,
    )
    return tablet.created(data, type="inspection", scope=TEAM)


def page(
    world: World,
    text: str,
    place: PageStart | None = None,
    *,
    access: AccessFilter = WHOLE,
    type_: str = "inspection",
    **more: str,
) -> FiledRecordPage:
    with snapshot(world.engine) as session:
        narrow = FiledRecordFilter(type_, text=text, **more)  # type: ignore[arg-type]  # texts alone
        return filed_record_page(session, FiledRecordList(TENANT, access, narrow), place or PageStart())


def ids(filed: FiledRecordPage) -> list[str]:
    return [row.record_id for row in filed.page.rows]


@pytest.mark.parametrize("most", [2000, 2])
def test_words_and_numbers_find_without_marks_part_by_part(
    world: World, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(text_search, "MOST_FOUND", most)
    tablet = world.tablet(UNIT, TEAM, "ref")
    here = tablet.created()
    there = tablet.created({**ESTABLISHMENT, "name": "Karaoke Đại Dương 7"})
    first, second, third = (
        visit(tablet, place, number, day)
        for place, number, day in ((here, "0007/QĐ", 1), (there, "0108/KH", 2), (there, "50%_9/KH", 2))
    )
    newest = sorted((second, third), reverse=True)
    expected = {
        "hoa phuong": [first],
        "Dại dương": newest,
        "kh-qd": [],
        "0007/qđ": [first],
        "7": [*newest, first],
        # Words of the place and of the number do not add up, and a sign of a pattern is one of the text.
        "phuong 0007": [],
        "0%8": [],
        "0_9": [],
        "50%_9": [third],
    }
    # A word without a digit is looked for among the places alone.
    assert {text: ids(page(world, text)) for text in expected} == expected
    assert [page(world, text).total for text in expected] == [len(matches) for matches in expected.values()]


def test_texts_of_one_record_do_not_run_into_each_other(world: World) -> None:
    tablet = world.tablet(UNIT, TEAM, "ref")
    numbers = {"minutes_number": "12/BB-ĐKT178", "decision_number": "34/QĐ"}
    measure = {"k": {"measure_id": "fine_money", "document_number": "56/QĐ", "amount_vnd": 9_000_000}}
    visit_id = visit(
        tablet, tablet.created(), measures=measure, number="34/QĐ", minutes_number="12/BB-ĐKT178"
    )
    session = tablet.created({**SESSION, "venue": "Nhà văn hoá  Đông"}, type="outreach_session")
    (row,) = world.rows(FiledRecord, FiledRecord.record_id == visit_id)
    assert set(row.folded.split("\n")) >= {"12/bb-dkt178", "34/qd", "56/qd"}
    assert all(ids(page(world, text)) == [visit_id] for text in (*numbers.values(), "56/qđ"))
    assert ids(page(world, "12/bb-dkt178 34/qd")) == []
    for text, expected in (("hoa dong", [session]), ("Nhà văn hóa đông", [session]), ("dong nha", [])):
        assert ids(page(world, text, type_="outreach_session")) == expected
    assert ids(page(world, "hoa dong 1")) == []


def test_pages_of_one_day_end_with_the_first_filed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    tablet = world.tablet(UNIT, TEAM, "ref")
    place = tablet.created()
    every = sorted((visit(tablet, place, f"9{number}/BB") for number in range(5)), reverse=True)
    for most in (2000, 3):
        monkeypatch.setattr(text_search, "MOST_FOUND", most)
        for text in ("hoa", "9"):
            first = page(world, text)
            assert first.page.after is not None
            second = page(world, text, first.page.after)
            assert second.page.after is not None
            third = page(world, text, second.page.after)
            assert [*ids(first), *ids(second), *ids(third)] == every
            assert ids(page(world, text, LAST)) == sorted(every[-2:], reverse=True)
            assert (first.total, first.is_more) == ((5, False) if most == 2000 else (3, True))


def test_counts_include_readable_records_of_the_type(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 1)
    other = "team:01900000-0000-7000-8000-000000000179"
    tablet = world.tablet(UNIT, TEAM, "ref")
    place = tablet.created()
    for number in range(3):
        visit(tablet, place, f"77{number}/BB")
    tablet.created({**SESSION, "venue": "Hội trường 77"}, type="outreach_session")
    for text in ("77", "hoa"):
        assert page(world, text).total == 3
        assert page(world, text, access=AccessFilter(frozenset({TEAM}))).total == 3
        assert page(world, text, access=AccessFilter(frozenset({other}))).total == 0
        for kind, total in (("planned", 3), ("none_such", 0)):
            assert page(world, text, kind=kind).total == total
        # With more than are looked up by their ids, the count of what may be read stays honest.
        monkeypatch.setattr(text_search, "MOST_FOUND", 2)
        assert page(world, text).is_more
        assert not page(world, text, access=AccessFilter(frozenset({other}))).is_more
        monkeypatch.setattr(text_search, "MOST_FOUND", 2000)
    assert page(world, "77", type_="outreach_session").total == 1


def test_visits_with_a_code_are_counted_once_and_within_access(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 1)
    tablet = world.tablet(UNIT, TEAM, "ref")
    place = tablet.created()
    day = "2025-03-01"
    twice = {key: {"violation_id": "noise", "occurred_on": day} for key in ("f1", "f2")}
    for number in range(2):
        visit(tablet, place, f"{number}/QĐ", findings=twice)
    visit(tablet, place, "3/QĐ", findings={"f1": {"violation_id": "kd_door_latch", "occurred_on": day}})
    assert page(world, "", violation="noise").total == 2
    for access, total in ((frozenset({TEAM}), 2), (frozenset({UNIT}), 0)):
        assert page(world, "", access=AccessFilter(access), violation="noise").total == total
    assert page(world, "", type_="outreach_session", violation="noise").total == 0
    assert page(world, "hoa", violation="noise").total == 2
    with snapshot(world.engine) as session:
        filed = FiledRecordList(
            TENANT, WHOLE, FiledRecordFilter("inspection", violation="noise", outcome="none_such")
        )
        assert count_filed_records(session, filed) == 0
