"""The lease: days without contact close the notebook, whatever the clock of the tablet is set to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.mobile.support import KEY, FrozenClock, seeded_ids

from field178_mobile.store import Store
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.replication.lease import Lease, renew_lease
from field178_mobile.store.replication.server_state import note_agreement
from field178_mobile.store.replication.sync_store import SyncStore


def noted(store: Store, clock: FrozenClock, open_s: float = 0) -> Lease:
    return store.lease.note(clock.now(), open_s)


def contact(store: Store, clock: FrozenClock, days: int = 0) -> None:
    def renew(context: DatabaseContext) -> None:
        with context.transaction("test"):
            renew_lease(context, clock.now(), days)

    SyncStore(store).write(renew)


def test_store_is_closed_after_seven_days_and_open_after_a_contact(store: Store, clock: FrozenClock) -> None:
    assert not noted(store, clock).is_over
    clock.turn(days=7, seconds=-1)
    assert not noted(store, clock).is_over
    clock.turn(seconds=1)
    assert noted(store, clock).is_over
    SyncStore(store).write(note_agreement, clock.now())
    assert not noted(store, clock).is_over


@pytest.mark.parametrize(("days", "lasts"), [(1, 1), (20, 20), (30, 30), (400, 30)])
def test_days_of_the_office_hold_until_it_says_others(
    store: Store, clock: FrozenClock, days: int, lasts: int
) -> None:
    contact(store, clock, days)
    contact(store, clock)  # a short answer has no days
    clock.turn(days=lasts, seconds=-61)
    assert not noted(store, clock).is_over
    clock.turn(seconds=61)
    assert noted(store, clock).is_over


def test_clock_set_back_does_not_help(store: Store, clock: FrozenClock) -> None:
    noted(store, clock)
    clock.turn(days=8)
    assert noted(store, clock).is_over
    clock.turn(days=-400)
    assert noted(store, clock).is_over


def test_clock_that_stands_still_is_overtaken_by_the_time_of_use(store: Store, clock: FrozenClock) -> None:
    noted(store, clock)
    for _hour in range(7 * 24 - 1):
        assert not noted(store, clock, 3600).is_over
    assert noted(store, clock, 3600).is_over


def test_clock_set_forward_closes_and_the_next_contact_opens(store: Store, clock: FrozenClock) -> None:
    noted(store, clock)
    clock.turn(days=400)
    assert noted(store, clock).is_over
    contact(store, clock)
    assert not noted(store, clock).is_over
    clock.turn(days=-400)
    assert not noted(store, clock).is_over


def test_lease_outlasts_a_restart(tmp_path: Path, clock: FrozenClock) -> None:
    passed = []
    for days in (0, 6, -6):
        clock.turn(days=days)
        started = Store(tmp_path / "store", clock, seeded_ids(clock))
        started.unlock(KEY)
        passed.append(noted(started, clock).passed)
        started.close()
    assert passed == [timedelta(), timedelta(days=6), timedelta(days=6)]


def test_full_disk_neither_opens_nor_stops_the_lease(
    store: Store, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from field178_shared.errors import AppError, ErrorCode

    noted(store, clock)

    def full(_work: object) -> None:
        raise AppError(ErrorCode.STORE_UNWRITABLE)

    monkeypatch.setattr(store, "write", full)
    clock.turn(days=7)
    assert noted(store, clock).is_over
