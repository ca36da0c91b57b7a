from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine
from tests.engine_events import listen
from tests.world import OTHER_UNIT, SESSION, TENANT, UNIT, Tablet, World

from field178_server.database.unit_of_work import snapshot
from field178_server.office.reviews import queue
from field178_server.office.reviews.queue import (
    QueueRow,
    QueueState,
    QueueView,
    next_in_queue,
    queue_counts,
    queue_page,
)
from field178_server.records.access import AccessFilter, access_of
from field178_server.records.keyset import KeysetPage, PageStart
from field178_shared.wire.canonical import short_hash

ALL = AccessFilter(None)


@pytest.fixture
def tablet(world: World) -> Tablet:
    return world.tablet(UNIT, OTHER_UNIT, "ref")


def session_in(tablet: Tablet, unit: str = "c11629_v1") -> str:
    return tablet.created(SESSION | {"unit_id": unit}, type="outreach_session", scope=f"unit:{unit}")


def ids(world: World, view: QueueView) -> list[str]:
    with snapshot(world.engine) as session:
        return [row.record_id for row in queue_page(session, view).rows]


def counts(world: World, view: QueueView) -> dict[str, int]:
    with snapshot(world.engine) as session:
        return {state.value: count for state, count in queue_counts(session, view).items()}


def following(world: World, view: QueueView, record_id: str) -> str | None:
    with snapshot(world.engine) as session:
        return next_in_queue(session, view, record_id)


def test_oldest_waiting_record_comes_first(world: World, tablet: Tablet) -> None:
    filed = [session_in(tablet) for _ in range(3)]
    assert ids(world, QueueView(TENANT, ALL)) == filed


def test_approved_records_read_newest_first(world: World, tablet: Tablet) -> None:
    filed = [session_in(tablet) for _ in range(3)]
    for record_id in filed:
        world.review(record_id, "approved")
    assert ids(world, QueueView(TENANT, ALL, QueueState.APPROVED)) == filed[::-1]


def test_returned_record_waits_again_once_it_is_corrected(world: World, tablet: Tablet) -> None:
    filed = session_in(tablet)
    world.review(filed, "returned")
    assert counts(world, QueueView(TENANT, ALL)) == {
        "waiting": 0,
        "returned": 1,
        "approved": 0,
        "void": 0,
        "all": 1,
    }
    tablet.push(tablet.change(filed, {"venue": "Nhà văn hóa"}, type="outreach_session"))
    assert counts(world, QueueView(TENANT, ALL)) == {
        "waiting": 1,
        "returned": 0,
        "approved": 0,
        "void": 0,
        "all": 1,
    }
    with snapshot(world.engine) as session:
        assert [row.is_corrected for row in queue_page(session, QueueView(TENANT, ALL)).rows] == [True]


def test_void_record_is_in_its_own_drawer_and_in_all(world: World, tablet: Tablet) -> None:
    filed = session_in(tablet)
    world.review(filed, "void")
    record_counts = counts(world, QueueView(TENANT, ALL))
    assert record_counts == {"waiting": 0, "returned": 0, "approved": 0, "void": 1, "all": 1}
    assert ids(world, QueueView(TENANT, ALL, QueueState.VOID)) == [filed]


def test_type_narrows_rows_and_counts_alike(world: World, tablet: Tablet) -> None:
    session_in(tablet)
    view = QueueView(TENANT, ALL, type="inspection")
    assert (ids(world, view), counts(world, view)["waiting"]) == ([], 0)


def test_reach_hides_other_scopes_from_rows_and_counts(world: World, tablet: Tablet) -> None:
    mine, _ = session_in(tablet), session_in(tablet, "c11632_v1")
    view = QueueView(TENANT, AccessFilter(frozenset({UNIT})))
    assert (ids(world, view), counts(world, view)["all"]) == ([mine], 1)
    assert ids(world, QueueView(TENANT, AccessFilter(frozenset()))) == []


def test_other_tenants_see_nothing(world: World, tablet: Tablet) -> None:
    session_in(tablet)
    assert ids(world, QueueView("other", ALL)) == []


def test_next_record_follows_the_record_that_left(world: World, tablet: Tablet) -> None:
    first, second, third = (session_in(tablet) for _ in range(3))
    view = QueueView(TENANT, ALL)
    world.review(second, "approved")
    assert following(world, view, second) == third
    world.review(third, "approved")
    assert following(world, view, third) == first
    world.review(first, "approved")
    assert following(world, view, first) is None


def test_counts_equal_the_rows_in_every_state(world: World, tablet: Tablet) -> None:
    first, second, third, fourth = (session_in(tablet) for _ in range(4))
    world.review(first, "approved")
    world.review(second, "returned")
    tablet.push(tablet.change(second, {"venue": "Nhà văn hóa"}, type="outreach_session"))
    world.review(second, "returned")
    tablet.push(tablet.change(first, {"venue": "Chợ"}, type="outreach_session"))  # locked: a conflict
    world.move(third, OTHER_UNIT)
    tablet.sync()
    seen = short_hash(tablet.base[fourth]["data"])
    tablet.push(tablet.delete(fourth, seen, type="outreach_session"))

    for access in (ALL, AccessFilter(frozenset({UNIT})), AccessFilter(frozenset({OTHER_UNIT}))):
        views = {state.value: QueueView(TENANT, access, state) for state in QueueState}
        listed = {state: len(ids(world, view)) for state, view in views.items()}
        assert counts(world, views["all"]) == listed
    assert counts(world, QueueView(TENANT, ALL)) == {
        "waiting": 1,
        "returned": 1,
        "approved": 1,
        "void": 0,
        "all": 3,
    }


def steps_of_a_page(engine: Engine, view: QueueView) -> list[str]:
    """Return how SQLite reads the records of a page."""
    world = World(engine)
    session_in(world.tablet(UNIT, "ref"))
    plans: list[str] = []

    def explain(connection: Any, _: object, statement: str, parameters: Any, *__: object) -> None:
        plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plans.extend(row[3] for row in plan)

    listen(engine, "after_cursor_execute", explain)
    ids(world, view)
    return [step for step in plans if "establishment_row" not in step and step != "SCAN CONSTANT ROW"]


@pytest.mark.parametrize("state", QueueState)
def test_a_page_is_read_in_the_order_of_an_index(sqlite_engine: Engine, state: QueueState) -> None:
    plan = steps_of_a_page(sqlite_engine, QueueView(TENANT, ALL, state))
    key = "tenant_id=?" if state is QueueState.ALL else "tenant_id=? AND drawer=?"
    assert [step.rpartition("(")[2] for step in plan] == [f"{key})"]
    assert "received_at" in plan[0]


@pytest.mark.parametrize(
    ("state", "index"),
    [
        (QueueState.ALL, "ix_filed_record_sessions (tenant_id=?)"),
        (QueueState.WAITING, "ix_filed_record_session_drawers (tenant_id=? AND drawer=?)"),
        (QueueState.APPROVED, "ix_filed_record_session_drawers (tenant_id=? AND drawer=?)"),
    ],
)
def test_sessions_are_read_by_an_index_of_their_own(
    sqlite_engine: Engine, state: QueueState, index: str
) -> None:
    plan = steps_of_a_page(sqlite_engine, QueueView(TENANT, ALL, state, "outreach_session"))
    assert [step.partition("USING ")[2] for step in plan] == [f"INDEX {index}"]


def test_only_a_reviewer_without_named_scopes_sees_the_whole_tenant() -> None:
    assert access_of("reviewer", ()).scopes is None
    assert access_of("reviewer", {UNIT}).scopes == {UNIT}
    assert access_of("team_lead", ()).scopes == frozenset()


def page_of(world: World, view: QueueView, place: PageStart) -> KeysetPage[QueueRow]:
    with snapshot(world.engine) as session:
        return queue_page(session, view, place)


def test_pages_lead_on_to_the_last_record_and_back(
    world: World, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE_SIZE", 2)
    filed, view = [session_in(tablet) for _ in range(5)], QueueView(TENANT, ALL)
    shown, place, seen = list[str](), PageStart(), list[PageStart | None]()
    while True:
        page = page_of(world, view, place)
        shown += [row.record_id for row in page.rows]
        seen.append(page.before)
        if page.after is None:
            break
        place = page.after
    assert shown == filed
    assert seen[0] is None
    assert seen[-1] is not None
    assert [row.record_id for row in page_of(world, view, seen[-1]).rows] == filed[2:4]
    assert [row.record_id for row in page_of(world, view, PageStart(is_last=True)).rows] == filed[3:]


def test_page_goes_on_where_it_ended_when_records_have_left_the_drawer(
    world: World, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE_SIZE", 2)
    filed, view = [session_in(tablet) for _ in range(5)], QueueView(TENANT, ALL)
    place = page_of(world, view, PageStart()).after
    assert place is not None
    for record_id in filed[:2]:
        world.review(record_id, "approved")
    assert [row.record_id for row in page_of(world, view, place).rows] == filed[2:4]
    for record_id in filed[2:]:
        world.review(record_id, "approved")
    assert page_of(world, view, place).rows == ()
    assert page_of(world, view, place).after is None


def test_last_page_shows_the_remaining_records_after_deletions(
    world: World, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE_SIZE", 2)
    filed, view = [session_in(tablet) for _ in range(4)], QueueView(TENANT, ALL)
    place = page_of(world, view, PageStart()).after
    assert place is not None
    for record_id in filed[2:]:
        world.review(record_id, "approved")
    assert [row.record_id for row in page_of(world, view, place).rows] == filed[:2]


@pytest.mark.parametrize("state", [QueueState.WAITING, QueueState.ALL])
@pytest.mark.parametrize("most", [4, 1000])
def test_pages_with_a_flag_go_through_all_of_them(
    world: World, tablet: Tablet, monkeypatch: pytest.MonkeyPatch, state: QueueState, most: int
) -> None:
    """Forward and backward pages contain each record once and in order."""
    monkeypatch.setattr(queue, "PAGE_SIZE", 3)
    monkeypatch.setattr(queue, "STEP", 2)
    monkeypatch.setattr(queue, "MOST_LOOKED_THROUGH", most)
    filed = [session_in(tablet) for _ in range(23)]
    flagged = {
        record_id for number, record_id in enumerate(filed) if number in (0, 1, 4, 5, 6, 7, 14, 20, 22)
    }
    monkeypatch.setattr(
        queue,
        "_flagged",
        lambda _, __, ids, ___: {record_id: () for record_id in ids if record_id in flagged},
    )
    view = QueueView(TENANT, ALL, state)
    order = [
        record_id
        for record_id in (filed if state is QueueState.WAITING else filed[::-1])
        if record_id in flagged
    ]

    def walked(place: PageStart, name: str) -> list[list[str]]:
        pages: list[list[str]] = []
        following: PageStart | None = place
        while following is not None and len(pages) < 30:
            with snapshot(world.engine) as session:
                result = queue.flagged_page(session, view, "any", following)
            assert not result.is_all
            pages.append([row.record_id for row in result.page.rows])
            following = getattr(result.page, name)
        return pages

    forwards, backwards = walked(PageStart(), "after"), walked(PageStart(is_last=True), "before")
    assert [record_id for page in forwards for record_id in page] == order
    assert max(map(len, forwards)) == 3
    # The first page shows what is left with what follows, which the page after it has shown as well.
    assert {record_id for page in backwards for record_id in page} == flagged
    assert all(page == [record_id for record_id in order if record_id in page] for page in backwards)
    assert backwards[-1] == forwards[0]
    # The page before the second one is the first one.
    with snapshot(world.engine) as session:
        second = queue.flagged_page(session, view, "any", PageStart()).page.after
        assert second is not None
        back = queue.flagged_page(session, view, "any", second).page.before
        assert back is not None
        rows = queue.flagged_page(session, view, "any", back).page.rows
    assert [row.record_id for row in rows][: len(forwards[0])] == forwards[0]


def test_few_flagged_records_are_counted_and_the_next_is_returned(
    world: World, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "STEP", 2)
    filed = [session_in(tablet) for _ in range(6)]
    flagged = {filed[1], filed[4]}
    monkeypatch.setattr(
        queue,
        "_flagged",
        lambda _, __, ids, ___: {record_id: () for record_id in ids if record_id in flagged},
    )
    with snapshot(world.engine) as session:
        view = QueueView(TENANT, ALL)
        first_page = queue.flagged_page(session, view, "any", PageStart())
        assert ([row.record_id for row in first_page.page.rows], first_page.is_all) == (
            [filed[1], filed[4]],
            True,
        )
        nexts = [
            queue.next_with_flag(session, view, "any", record_id)
            for record_id in (filed[0], filed[1], filed[4])
        ]
        assert nexts == [filed[1], filed[4], filed[1]]
        gone = queue.flagged_page(session, view, "any", PageStart(after=filed[5]))
        assert [row.record_id for row in gone.page.rows] == [filed[1], filed[4]]
