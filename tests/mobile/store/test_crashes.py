"""The process may end at any crash point: what was filed is there afterwards, and nothing is there twice."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mobile.support import KEY, USER, Crash, CrashAt, FrozenClock, draft_of, seeded_ids

from field178_mobile.store import Store
from field178_mobile.store.integrity.open_store import JOURNAL, RECORDS
from field178_mobile.store.outbox.changes import changes_of

RECORD = "0197aaaa-0000-7000-8000-000000000001"
OTHER = "0197aaaa-0000-7000-8000-000000000002"
POINTS = [
    "file.journal",
    "file.journalled",
    "file.begin",
    "file.commit",
    "file.done",
    "draft.begin",
    "draft.commit",
    "draft.done",
]


def opened(folder: Path, clock: FrozenClock, failpoint=None, seed: int = 178) -> Store:
    store = Store(folder, clock, seeded_ids(clock, seed), failpoint=failpoint or (lambda name: None))
    store.unlock(KEY)
    return store


def names(store: Store) -> list[object]:
    return store.read(lambda context: [change.set.get("name") for change in changes_of(context, RECORD)])


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_while_filing_leaves_the_draft_or_the_change(
    tmp_path: Path, clock: FrozenClock, point: str
) -> None:
    crash = CrashAt(point)
    store = opened(tmp_path, clock, crash)
    draft = draft_of(store, RECORD, clock.now(), name="một")
    saved = False
    with suppress(Crash):
        store.drafts.save(draft)
        saved = True
        store.file(draft, USER)
    assert crash.times == 0
    store.close()
    again = opened(tmp_path, clock, seed=2)
    in_draft, in_outbox = again.drafts.get(draft.id) is not None, names(again) == ["một"]
    if saved:
        assert in_draft != in_outbox
    again.file(draft_of(again, RECORD, clock.now(), name="hai"), USER)
    numbers = again.read(lambda context: [change.n for change in changes_of(context, RECORD)])
    assert numbers == list(range(1, len(numbers) + 1))
    again.close()


def test_a_step_of_two_changes_that_is_half_in_the_journal_did_not_happen(
    tmp_path: Path, clock: FrozenClock
) -> None:
    store = opened(tmp_path, clock, CrashAt("file.journalled"))
    draft = draft_of(store, RECORD, clock.now(), name="một")
    store.drafts.save(draft)
    with suppress(Crash):
        store.file(draft, USER, [draft_of(store, OTHER, clock.now(), name="hai")])
    store.close()
    journal = tmp_path / JOURNAL
    os.truncate(journal, journal.stat().st_size - 1)
    again = opened(tmp_path, clock, seed=2)
    assert again.drafts.get(draft.id) == draft
    assert names(again) == []
    again.file(draft, USER)
    again.close()
    # The journal alone brings back what the database knew, and no half step.
    shutil.rmtree(tmp_path / RECORDS)
    rebuilt = opened(tmp_path, clock, seed=3)
    assert names(rebuilt) == ["một"]
    rebuilt.close()


@pytest.mark.parametrize(
    "point",
    [
        "migrate.0001.begin",
        "migrate.0001.commit",
        "migrate.0001.done",
        "initialise.begin",
        "initialise.commit",
        "initialise.done",
    ],
)
def test_a_crash_at_the_first_opening_is_made_good_by_the_next(
    tmp_path: Path, clock: FrozenClock, point: str
) -> None:
    crash = CrashAt(point)
    broken = Store(tmp_path, clock, seeded_ids(clock), failpoint=crash)
    with pytest.raises(Crash):
        broken.unlock(KEY)
    broken.close()
    store = opened(tmp_path, clock)
    assert not store.was_rebuilt
    assert store.file(draft_of(store, RECORD, clock.now(), name="một"), USER) is not None
    store.close()


def test_a_crash_while_a_crash_is_made_good_loses_nothing(tmp_path: Path, clock: FrozenClock) -> None:
    store = opened(tmp_path, clock, CrashAt("file.journalled"))
    with pytest.raises(Crash):
        store.file(draft_of(store, RECORD, clock.now(), name="một"), USER)
    store.close()
    broken = Store(tmp_path, clock, seeded_ids(clock), failpoint=CrashAt("recover.commit"))
    with pytest.raises(Crash):
        broken.unlock(KEY)
    broken.close()
    again = opened(tmp_path, clock, seed=2)
    assert names(again) == ["một"]
    again.close()


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(POINTS), st.integers(1, 3)), min_size=1, max_size=6))
def test_no_series_of_crashes_loses_a_filed_change(
    tmp_path_factory: pytest.TempPathFactory, crashes: list[tuple[str, int]]
) -> None:
    folder, clock = tmp_path_factory.mktemp("store"), FrozenClock()
    acknowledged: list[str] = []
    for number, (point, times) in enumerate(crashes):
        store = opened(folder, clock, CrashAt(point, times), seed=number)
        with suppress(Crash):
            for step in range(3):
                clock.tick(seconds=1)
                draft = draft_of(store, RECORD, clock.now(), name=f"{number}.{step}")
                store.drafts.save(draft)
                change_id = store.file(draft, USER)
                assert change_id is not None
                acknowledged.append(change_id)
        store.close()
    last = opened(folder, clock, seed=99)
    held = last.read(lambda context: [change.id for change in changes_of(context, RECORD)])
    last.close()
    assert set(acknowledged) <= set(held)
    assert len(held) == len(set(held))
