"""Lives of a tablet whose disk is full at random writes of its database and its journal."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from tests.contract.power_cuts.life import EMPTY, Saved, Work, saved_in
from tests.full_disk import no_room_beyond
from tests.mobile.support import KEY, FrozenClock

from field178_mobile.store import Store
from field178_mobile.store.integrity.open_store import JOURNAL
from field178_mobile.store.integrity.rebuild import is_sound
from field178_mobile.store.outbox.journal import Journal
from field178_mobile.store.photos.rows import match_photos
from field178_mobile.store.session import Unlocked
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource

STEPS = 14
# A step writes a few pages into a log that begins at 0: anywhere in them, and now and then beyond.
_LAST_BYTE = 60_000
# These come in two transactions: the first may stand when the second found no room.
_IN_TWO = ("_answer", "_prune")
# What the user or a backup lets go of may be gone in part: the draft, the bytes of a photo, not yet its row.
_LETS_GO = ("_send_photo", "_discard")


@dataclass
class RefusalCounts:
    """Counts of steps and of refused writes and openings in a series of lives."""

    refused: int = 0
    refused_openings: int = 0
    steps: int = 0


class FullDisk:
    """One tablet; `live` raises AssertionError when a refused write cost, or made up, anything."""

    def __init__(self, folder: Path, seed: int, counts: RefusalCounts) -> None:
        self._folder, self._counts = folder, counts
        self._rng = random.Random(f"full {seed}")
        self._clock = FrozenClock()
        self._ids = IdSource(self._clock, random.Random(seed))

    def live(self) -> None:
        saved = EMPTY
        for _ in range(3):
            store = self._opened()
            # A photo whose row found no room comes back at the opening, as one too many.
            assert saved_in(store).is_whole(saved), "reopening changed what was saved"
            saved = saved_in(store)
            work = Work(store, self._clock, self._rng)
            for _ in range(STEPS):
                saved = self._step(store, work, saved)
            store.close()

    def _step(self, store: Store, work: Work, before: Saved) -> Saved:
        self._counts.steps += 1
        act = self._rng.choice(work.acts)
        store.read(lambda context: context.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        try:
            with no_room_beyond(self._rng.randrange(_LAST_BYTE)):
                act()
        except AppError as error:
            _must_name_the_disk(error)
            self._counts.refused += 1
            _match_photos(store)
            after = saved_in(store)
            if act.__name__ in _IN_TWO:
                assert (after.drafts, after.setting) == (before.drafts, before.setting)
            elif act.__name__ in _LETS_GO:
                assert act.__name__ == "_discard" or after.drafts == before.drafts
                assert _only_let_go(before, after), f"{act.__name__} found no room and left something"
            else:
                assert after.is_whole(before), f"{act.__name__} found no room and left something"
            self._second_copies(store, after)
            act()  # with room again everything goes on
        after = saved_in(store)
        self._second_copies(store, after)
        return after

    def _second_copies(self, store: Store, saved: Saved) -> None:
        journal = Journal(self._folder / JOURNAL)
        held = {frame.change_id for frame in journal.frames()}
        journal.close()
        assert saved.changes.keys() <= held, "a change has no second copy in the journal"
        assert store.read(lambda context: is_sound(context.connection))

    def _opened(self) -> Store:
        store = Store(self._folder, self._clock, self._ids)
        try:
            with no_room_beyond(self._rng.randrange(_LAST_BYTE)):
                store.unlock(KEY)
        except AppError as error:
            _must_name_the_disk(error)
            self._counts.refused_openings += 1
            store.unlock(KEY)
        assert not store.was_rebuilt, "a full disk was taken for damage"
        return store


def _must_name_the_disk(error: AppError) -> None:
    if error.code is not ErrorCode.STORE_UNWRITABLE:
        raise error


def _only_let_go(before: Saved, after: Saved) -> bool:
    kept = (after.changes, after.rows, after.setting) == (before.changes, before.rows, before.setting)
    fewer = len(before.drafts) - len(after.drafts)
    return (
        kept
        and fewer <= 1
        and before.drafts.items() >= after.drafts.items()
        and (before.photos.items() >= after.photos.items())
    )


def _match_photos(store: Store) -> None:
    """Match photo files with rows as the next opening does: bytes come before the row, and go before it."""

    def work(unlocked: Unlocked) -> tuple[str, ...]:
        match_photos(unlocked.context, store.photos.files)
        return ()

    store.write(work)
