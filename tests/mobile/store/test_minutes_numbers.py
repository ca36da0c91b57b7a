"""Numbers of minutes on the tablet: one for one visit, durable, from the own life's block alone."""

from __future__ import annotations

import pytest
from tests.mobile.inspection_world import KARAOKE, TEAM_SCOPE, filed_visit, lease, settle, uid
from tests.mobile.support import KEY, Crash, CrashAt, FrozenClock, base_row, seeded_ids, server_commits

from field178_mobile.store import Store
from field178_mobile.store.replication.incarnation import begin_incarnation
from field178_mobile.store.session import Unlocked

YEAR = 2026


@pytest.fixture
def numbered(store: Store) -> Store:
    """A tablet with the numbers 7 to 9."""
    settle(store)
    lease(store, 7, 9)
    return store


def take(store: Store, visit: str, year: int = YEAR) -> str:
    return store.minutes_numbers.take(uid(visit), TEAM_SCOPE, year)


def test_numbers_are_given_in_order_and_one_visit_keeps_its_own(numbered: Store) -> None:
    assert [take(numbered, visit) for visit in ("a", "b", "a")] == [
        "07/BB-ĐKT178",
        "08/BB-ĐKT178",
        "07/BB-ĐKT178",
    ]
    assert numbered.minutes_numbers.left(TEAM_SCOPE, YEAR) == 1


def test_used_up_is_said_and_the_next_block_goes_on(numbered: Store) -> None:
    for visit in ("a", "b", "c"):
        take(numbered, visit)
    assert take(numbered, "d") == ""
    lease(numbered, 51, 60)
    assert take(numbered, "d") == "51/BB-ĐKT178"


def test_a_number_that_was_taken_is_there_after_reopening(numbered: Store) -> None:
    take(numbered, "a")
    numbered.lock()
    numbered.unlock(KEY)
    assert take(numbered, "a") == "07/BB-ĐKT178"
    assert take(numbered, "b") == "08/BB-ĐKT178"


def test_a_number_on_a_record_is_never_given_again(numbered: Store) -> None:
    visit = {**filed_visit(KARAOKE), "started_at": "2026-11-20T14:00:00Z", "minutes_number": "07/BB-ĐKT178"}
    server_commits(numbered, base_row(uid("elsewhere"), 1, "inspection", TEAM_SCOPE, **visit))
    assert take(numbered, "a") == "08/BB-ĐKT178"


def test_each_year_is_a_series_of_its_own(numbered: Store) -> None:
    assert take(numbered, "a", YEAR + 1) == ""
    lease(numbered, 1, 5, year=YEAR + 1)
    assert take(numbered, "a", YEAR + 1) == "01/BB-ĐKT178"
    assert take(numbered, "b", YEAR) == "07/BB-ĐKT178"


def test_blocks_of_other_tablets_are_left_alone(store: Store) -> None:
    settle(store)
    lease(store, 1, 50, device=uid("another tablet"))
    assert take(store, "a") == ""


def test_a_copy_of_the_database_that_began_a_new_life_leaves_the_old_block_alone(numbered: Store) -> None:
    def begin_anew(unlocked: Unlocked) -> list[str]:
        with unlocked.context.transaction("test"):
            begin_incarnation(unlocked.context, "new")
        return []

    numbered.write(begin_anew)
    assert take(numbered, "a") == ""


@pytest.mark.parametrize("moment", ["begin", "commit", "done"])
def test_a_cut_while_a_number_is_taken_gives_it_to_nobody_twice(
    numbered: Store, clock: FrozenClock, moment: str
) -> None:
    numbered.lock()
    cut = Store(numbered.folder, clock, seeded_ids(clock), failpoint=CrashAt(f"minutes_number.{moment}"))
    cut.unlock(KEY)
    with pytest.raises(Crash):
        take(cut, "a")
    cut.close()
    numbered.unlock(KEY)
    assert {take(numbered, "b"), take(numbered, "a")} == {"07/BB-ĐKT178", "08/BB-ĐKT178"}
