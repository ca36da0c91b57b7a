"""Seeded work on a real store, what was called saved after each step, and the cuts through it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

from tests.contract.power_cuts.disk import NOTHING, Act, Disk, Entry, Remains
from tests.contract.power_cuts.recording import recorded
from tests.mobile.support import KEY, UNIT, USER, FrozenClock, base_row, draft_of

from field178_mobile.store import Draft, Store
from field178_mobile.store.integrity.open_store import JOURNAL
from field178_mobile.store.integrity.rebuild import is_sound
from field178_mobile.store.outbox import prune
from field178_mobile.store.outbox.changes import all_changes, open_changes
from field178_mobile.store.outbox.in_flight import mark_sent
from field178_mobile.store.outbox.journal import Journal
from field178_mobile.store.outbox.receipt_digests import receipts_digest
from field178_mobile.store.photos.files import BLOCK_BYTES
from field178_mobile.store.photos.rows import PhotoState, all_photos
from field178_mobile.store.photos.upload_queue import UploadQueue
from field178_mobile.store.replica.server_records import get_server_record
from field178_mobile.store.replication.apply_answer import (
    Checkpoint,
    Greeting,
    commit_checkpoint,
    finish_exchange,
)
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_mobile.store.replication.receipts import ReceiptPage
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.ids import IdSource
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical, digest_of
from field178_shared.wire.protocol import Receipt, Status, receipt_scope

RECORDS = [f"0197aaaa-0000-7000-8000-{number:012d}" for number in range(12)]
RECEIPTS = receipt_scope("device")
GRANTED = frozenset({UNIT, RECEIPTS})
# So small that the journal is rewritten at almost every pruning.
JOURNAL_WORTH_REWRITING = 3000


class Lost(AssertionError):
    """Error: after a power cut saved data is missing, or half of a step is stored."""


@dataclass(frozen=True, slots=True)
class Saved:
    """All a store holds that somebody was told is saved."""

    drafts: dict[str, Draft]
    changes: dict[str, tuple[bytes, str]]
    rows: dict[str, tuple[int, bytes]]
    setting: object
    photos: dict[str, bytes]

    def is_whole(self, promised: Saved) -> bool:
        """Return whether the stored data are exactly the promised ones; additional photos are allowed."""
        return replace(self, photos={}) == replace(promised, photos={}) and (
            self.photos.items() >= promised.photos.items()
        )


EMPTY = Saved({}, {}, {}, None, {})


@dataclass(frozen=True, slots=True)
class Step:
    """The log was this long when the step returned, and the store held this."""

    end: int
    saved: Saved


def saved_in(store: Store) -> Saved:
    """Read everything through the store's own eyes."""
    drafts = {draft.id: draft for draft in store.drafts.all()}
    states = store.read(
        lambda context: dict(context.connection.execute("SELECT id, state FROM outbox").fetchall())
    )
    filed = store.read(all_changes)
    rows = [
        store.read(lambda context, key=record_id: get_server_record(context, key)) for record_id in RECORDS
    ]
    return Saved(
        drafts,
        {change.id: (canonical(change.wire), states[change.id]) for change in filed},
        {row.id: (row.rev, canonical(row.data)) for row in rows if row is not None},
        store.settings.get("note"),
        {photo.sha256: store.photos.read(photo.sha256) for photo in store.read(all_photos)},
    )


class Work:
    """Random operations of a tablet, one after the other."""

    def __init__(self, store: Store, clock: FrozenClock, rng: random.Random) -> None:
        self._store, self._sync, self._clock, self._rng = store, SyncStore(store), clock, rng
        self._uploads = UploadQueue(store)
        self.acts: list[Callable[[], None]] = [
            *[self._save] * 4,
            *[self._file] * 3,
            *[self._file_two] * 2,
            *[self._photograph] * 2,
            self._send_photo,
            self._discard,
            self._set,
            self._send,
            *[self._answer] * 2,
            *[self._prune] * 2,
        ]

    def step(self) -> None:
        self._clock.tick(seconds=1)
        self._rng.choice(self.acts)()

    def _draft(self) -> Draft:
        text = "ghi chú " * self._rng.choice([1, 10, 100, 1500])
        record_id, rooms = self._rng.choice(RECORDS), self._rng.randrange(1000)
        return draft_of(self._store, record_id, self._clock.now(), rooms_total=rooms, note=text)

    def _save(self) -> None:
        draft = self._draft()
        self._store.drafts.save(draft)
        assert self._store.drafts.get(draft.id) == draft

    def _photograph(self) -> None:
        draft = self._draft()
        data = self._rng.randbytes(self._rng.choice([1, 3000, BLOCK_BYTES + 1]))
        named = {"p": self._store.photos.add(draft.record_id, data, "image/jpeg")}
        self._store.drafts.save(replace(draft, data={**draft.data, "attachments": named}))

    def _send_photo(self) -> None:
        photos = self._store.read(all_photos)
        if photos:
            photo = self._rng.choice(photos)
            if photo.state is PhotoState.SENT:
                self._uploads.let_go(photo)
            else:
                self._uploads.move(photo, PhotoState.SENT)

    def _file(self) -> None:
        kept = self._store.drafts.all()
        draft = self._rng.choice(kept) if kept else self._draft()
        self._store.file(draft, USER)

    def _file_two(self) -> None:
        first, second = self._draft(), self._draft()
        if first.record_id != second.record_id:
            self._store.file(first, USER, [second])

    def _discard(self) -> None:
        kept = self._store.drafts.all()
        if len(kept) > 3:
            self._store.drafts.discard(self._rng.choice(kept).id)

    def _set(self) -> None:
        self._store.settings.put("note", self._rng.randrange(1_000_000))

    def _send(self) -> None:
        self._sync.write(mark_sent, [change.id for change in self._sync.read(open_changes, 20)])

    def _answer(self) -> None:
        changes = self._sync.read(open_changes, self._rng.randrange(1, 8))
        seq = 1 + max([scope.cursor for scope in self._sync.read(read_checkpoint).scopes.values()], default=0)
        rows, receipts = {}, []
        for change in changes:
            base = rows.get(change.record_id) or self._sync.read(get_server_record, change.record_id)
            data = {**({} if base is None else base.data), "name": "Ánh Trăng", "answered": seq}
            row = base_row(change.record_id, 1 if base is None else base.rev + 1, **data)
            rows[row.id] = row
            place = (UNIT, row.rev, seq, to_wire(self._clock.now()), change.incarnation)
            receipts.append(Receipt(change.id, Status.APPLIED, None, {}, *place))
        # All of it is in a verified backup.
        greeting = Greeting("epoch", seq, (), GRANTED)
        digest = self._sync.read(receipts_digest).union(digest_of(receipt.hash for receipt in receipts))
        page = ReceiptPage(RECEIPTS, receipts, GRANTED, self._next_incarnation, seq, digest)
        checkpoint = Checkpoint(UNIT, seq, None, list(rows.values()), greeting)
        assert self._sync.commit(commit_checkpoint, checkpoint, page).receipts_verified
        self._sync.write(finish_exchange, greeting, self._clock.now())

    def _prune(self) -> None:
        self._sync.prune()

    def _next_incarnation(self) -> str:
        raise AssertionError("no other database is a copy of this one")


@dataclass(frozen=True, slots=True)
class Life:
    """One run from opening on: the log of its disk and what had been saved when."""

    disk: Disk
    steps: list[Step]

    def may_hold(self, position: int) -> list[Saved]:
        """Return the states that are allowed after a cut: of the last step, or of the step in progress."""
        done = [step.saved for step in self.steps if step.end <= position][-1]
        return [done, *[step.saved for step in self.steps if step.end > position][:1]]


class Tablet:
    """A tablet that loses its power again and again; `cut_often` raises Lost when that costs something."""

    def __init__(self, folder: Path, seed: int, synchronous: str = "EXTRA") -> None:
        self._folder, self._synchronous = folder, synchronous
        self._rng = random.Random(seed)
        self._clock = FrozenClock()
        self._ids = IdSource(self._clock, random.Random(seed))
        self._remains, self._saved = NOTHING, EMPTY
        self._lives = 0

    def cut_often(self, lives: int, cuts: int, steps: int = 25) -> None:
        """Live several times; cut each life at several writes; live on from what the last cut left."""
        for _ in range(lives):
            life = self._live(self._rng.randrange(steps))
            for _ in range(cuts):
                position = self._position(life.disk.log)
                remains = life.disk.cut(position, self._rng)
                saved = self._reopened(remains)
                _check(saved, life.may_hold(position))
                self._remains, self._saved = remains, saved

    def _position(self, log: list[Entry]) -> int:
        # Half of them right before a sync, when most hangs in the air; the small files as often as the large.
        syncs: dict[Path, list[int]] = {}
        for position, entry in enumerate(log):
            if entry.act is Act.SYNC:
                syncs.setdefault(entry.path, []).append(position)
        if syncs and self._rng.random() < 0.5:
            return self._rng.choice(self._rng.choice(list(syncs.values())))
        return self._rng.randrange(len(log) + 1)

    def _live(self, steps: int) -> Life:
        disk = Disk(self._remains)
        root = self._next_folder()
        self._remains.write(root)
        done = [Step(0, self._saved)]
        with (
            patch.object(prune, "_JOURNAL_WORTH_REWRITING", JOURNAL_WORTH_REWRITING),
            recorded(disk, root, self._synchronous) as folder,
        ):
            store = Store(folder, self._clock, self._ids)
            store.unlock(KEY)
            work = Work(store, self._clock, self._rng)
            for _ in range(steps):
                work.step()
                done.append(Step(len(disk.log), saved_in(store)))
            store.close()
        shutil.rmtree(root)
        return Life(disk, done)

    def _reopened(self, remains: Remains) -> Saved:
        root = self._next_folder()
        remains.write(root)
        store = Store(root, self._clock, self._ids)
        try:
            store.unlock(KEY)
            if store.was_rebuilt or not store.read(lambda context: is_sound(context.connection)):
                raise Lost("the database was damaged")
            saved = saved_in(store)
        finally:
            store.close()
        journal = Journal(root / JOURNAL)
        held = {frame.change_id for frame in journal.frames()}
        journal.close()
        if not saved.changes.keys() <= held:
            raise Lost("a change has no second copy in the journal")
        shutil.rmtree(root)
        return saved

    def _next_folder(self) -> Path:
        self._lives += 1
        return self._folder / str(self._lives)


def _check(saved: Saved, allowed: list[Saved]) -> None:
    if any(saved.is_whole(promised) for promised in allowed):
        return
    first = allowed[0]
    raise Lost(
        f"drafts {sorted(first.drafts.keys() ^ saved.drafts.keys())}, "
        f"changes {sorted(first.changes.keys() ^ saved.changes.keys())}, "
        f"rows {sorted(first.rows.keys() ^ saved.rows.keys())}, setting {first.setting} {saved.setting}, "
        f"photos {sorted(first.photos.keys() - saved.photos.keys())}"
    )
