"""The lists in memory follow every transaction: what is read again and what is kept are the same."""

from __future__ import annotations

import pytest
from tests.mobile.inspection_world import (
    CAFE,
    GUESTHOUSE,
    KARAOKE,
    LAST_VISIT,
    TEAM_SCOPE,
    closure,
    filed_visit,
    merged,
    settle,
    uid,
    voided,
)
from tests.mobile.support import KEY, USER, FrozenClock, base_row, draft_of, server_commits

from field178_mobile.store import Store

NEWER, OLDER = uid("newer visit"), uid("older visit")


@pytest.fixture
def settled(store: Store) -> Store:
    settle(store)
    return store


def server_visit(store: Store, record_id: str, place: str, rev: int = 1, **more: object) -> None:
    server_commits(store, base_row(record_id, rev, "inspection", TEAM_SCOPE, **filed_visit(place, **more)))


def visits(store: Store, place: str) -> list[str]:
    return [visit.id for visit in store.visits().get(place, ())]


def read_again(store: Store) -> None:
    store.lock()
    store.unlock(KEY)


@pytest.mark.parametrize("is_read_again", [False, True])
def test_visits_are_kept_by_establishment_the_newest_first(settled: Store, is_read_again: bool) -> None:
    server_visit(settled, NEWER, KARAOKE, started_at="2026-02-01T14:00:00Z")
    server_visit(settled, OLDER, KARAOKE, started_at="2024-02-01T14:00:00Z")
    if is_read_again:
        read_again(settled)
    assert visits(settled, KARAOKE) == [NEWER, LAST_VISIT, OLDER]
    assert visits(settled, CAFE) == []


@pytest.mark.parametrize("is_read_again", [False, True])
def test_a_changed_visit_takes_the_place_of_the_former_one(settled: Store, is_read_again: bool) -> None:
    assert settled.visits()[KARAOKE][0].follow_up_keys == ("fire_exits_clear",)
    fixed = {"fire_exits_clear": {"text": "Dọn", "due_on": "2025-12-01", "status": "fixed"}}
    answer = {"visit_id": OLDER, "follow_up_id": "f1", "status": "cancelled"}
    more = {"follow_ups": fixed, "follow_up_answers": {"a": answer}, "access_result": "closed"}
    server_visit(settled, LAST_VISIT, KARAOKE, rev=2, **more)
    if is_read_again:
        read_again(settled)
    [visit] = settled.visits()[KARAOKE]
    assert (visit.follow_up_keys, visit.closes) == ((), ((OLDER, "f1"),))
    assert not visit.is_inspected


@pytest.mark.parametrize("is_read_again", [False, True])
def test_a_visit_that_moved_or_went_is_not_kept_where_it_was(settled: Store, is_read_again: bool) -> None:
    server_visit(settled, LAST_VISIT, GUESTHOUSE, rev=2)
    server_visit(settled, NEWER, CAFE)
    settled.delete(NEWER, USER)
    if is_read_again:
        read_again(settled)
    assert (visits(settled, KARAOKE), visits(settled, GUESTHOUSE)) == ([], [LAST_VISIT])
    assert visits(settled, CAFE) == []


@pytest.mark.parametrize("is_read_again", [False, True])
def test_own_filed_record_is_cached(settled: Store, clock: FrozenClock, is_read_again: bool) -> None:
    draft = draft_of(settled, CAFE, clock.now(), name="Cà phê Mộc Diệp")
    settled.file(draft, USER)
    if is_read_again:
        read_again(settled)
    assert "Cà phê Mộc Diệp" in [listing.name for listing in settled.establishments()]


def test_the_visits_to_an_establishment_are_read_whole(settled: Store) -> None:
    server_visit(settled, NEWER, KARAOKE, started_at="2026-02-01T14:00:00Z")
    assert [view.data["started_at"] for view in settled.visits_to(KARAOKE)] == [
        "2026-02-01T14:00:00Z",
        "2025-11-20T14:00:00Z",
    ]


@pytest.mark.parametrize("is_read_again", [False, True])
def test_correction_that_the_office_closed_is_asked_for_no_more_until_it_is_withdrawn(
    settled: Store, is_read_again: bool
) -> None:
    for row, expected in (
        (closure(LAST_VISIT, "fire_exits_clear"), ()),
        (closure(LAST_VISIT, "fire_exits_clear", 2, withdrawn_reason="Nhập nhầm"), ("fire_exits_clear",)),
        (closure(LAST_VISIT, "fire_exits_clear", 3), ()),
    ):
        server_commits(settled, row)
        if is_read_again:
            read_again(settled)
        assert settled.visits()[KARAOKE][0].follow_up_keys == expected
        assert settled.closed_follow_ups() == ({(LAST_VISIT, "fire_exits_clear")} if not expected else set())


@pytest.mark.parametrize("is_read_again", [False, True])
def test_void_visit_asks_for_nothing_and_closes_nothing(settled: Store, is_read_again: bool) -> None:
    answer = {"visit_id": LAST_VISIT, "follow_up_id": "fire_exits_clear", "status": "fixed"}
    server_visit(settled, NEWER, KARAOKE, started_at="2026-02-01T14:00:00Z", follow_up_answers={"a": answer})
    server_commits(settled, voided(NEWER))
    if is_read_again:
        read_again(settled)
    newest, last = settled.visits()[KARAOKE]
    assert (newest.is_void, newest.follow_up_keys, newest.closes) == (True, (), ())
    assert (last.is_void, last.follow_up_keys) == (False, ("fire_exits_clear",))
    server_commits(settled, voided(NEWER, "returned", 2))
    assert settled.visits()[KARAOKE][0].closes == ((LAST_VISIT, "fire_exits_clear"),)


@pytest.mark.parametrize("is_read_again", [False, True])
def test_visits_to_a_merged_establishment_are_those_of_its_merge_target(
    settled: Store, is_read_again: bool
) -> None:
    server_visit(settled, NEWER, GUESTHOUSE, started_at="2026-02-01T14:00:00Z")
    server_commits(settled, merged(KARAOKE, CAFE), merged(CAFE, GUESTHOUSE))
    if is_read_again:
        read_again(settled)
        read_again(settled)
    assert visits(settled, GUESTHOUSE) == [NEWER, LAST_VISIT]
    assert visits(settled, KARAOKE) == []
    assert [view.id for view in settled.visits_to(GUESTHOUSE)] == [NEWER, LAST_VISIT]
