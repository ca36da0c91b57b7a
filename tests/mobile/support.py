"""Fakes of the tablet's core tests: time that stands still, ids from a seed, drafts in one line."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from field178_mobile.store import Draft
from field178_mobile.store.integrity.open_store import DATABASE, RECORDS
from field178_mobile.store.replica.server_records import (
    Committed,
    ScopeCursor,
    ServerRecord,
    get_scope,
    put_scope,
    put_server_record,
)
from field178_mobile.store.replication.apply_answer import Greeting, commit_receipts
from field178_mobile.store.replication.receipts import ReceiptPage
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.store.session import Unlocked
from field178_mobile.store.store import Store
from field178_mobile.vault.device_secret import FileKeyStore
from field178_shared.ids import IdSource
from field178_shared.wire.canonical import Digest, canonical, digest_of, record_hash
from field178_shared.wire.protocol import Receipt, receipt_scope

KEY = bytes(range(32))
UNIT = "unit:c1_v1"
USER = "0197aaaa-0000-7000-8000-0000000000aa"


class FrozenClock:
    """A clock that moves only when a test moves it."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.instant

    def tick(self, **by: float) -> None:
        """Let time pass."""
        self.instant += timedelta(**by)
        self.seconds += timedelta(**by).total_seconds()

    def turn(self, **by: float) -> None:
        """Set the clock forward or back; no time passes."""
        self.instant += timedelta(**by)

    def stopwatch(self) -> float:
        """Return the seconds that have passed."""
        return self.seconds


class SystemKeyStore(FileKeyStore):
    """A system's key store, kept in a file for tests."""

    is_protected = True

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "device.key")


class Crash(BaseException):
    """The process ends here; nothing may catch it and tidy up."""


class CrashAt:
    """A crash point hook that ends the process the n-th time a name comes by."""

    def __init__(self, name: str = "", times: int = 1) -> None:
        self.name, self.times, self.seen = name, times, list[str]()

    def __call__(self, name: str) -> None:
        self.seen.append(name)
        if name == self.name:
            self.times -= 1
            if self.times == 0:
                raise Crash(name)


def seeded_ids(clock: FrozenClock, seed: int = 178) -> IdSource:
    return IdSource(clock, random.Random(seed))


def draft_of(store: Store, record_id: str, saved_at: datetime, **data: object) -> Draft:
    """A draft begun on what the store shows now, with these members changed."""
    view = store.view(record_id)
    seen = None if view is None else view.data
    return Draft(
        id=f"draft-{record_id}",
        type="establishment",
        record_id=record_id,
        scope=UNIT,
        data={**(seen or {}), **data},
        seen=seen,
        base_rev=0 if view is None else view.rev,
        user=USER,
        saved_at=saved_at,
    )


def server_commits(store: Store, *rows: ServerRecord, cursor: int = 1) -> None:
    """Put rows into the base as a checkpoint does."""

    def work(unlocked: Unlocked) -> list[str]:
        with unlocked.context.transaction("test"):
            digests: dict[str, Digest] = {}
            for row in rows:
                put_server_record(unlocked.context, row, digests)
            for scope, digest in digests.items():
                put_scope(
                    unlocked.context,
                    ScopeCursor(scope, cursor, get_scope(unlocked.context, scope).refresh, digest),
                )
        return [row.id for row in rows]

    store.write(work)


def base_row(
    record_id: str, rev: int = 1, record_type: str = "establishment", scope: str = UNIT, /, **data: object
) -> ServerRecord:
    deleted = bool(data.pop("deleted", False))
    h = record_hash(record_id, record_type, rev, deleted, data)
    return ServerRecord(record_id, record_type, scope, rev, deleted, canonical(data), h)


def open_changed_file(store: Store) -> None:
    """Lock a store whose file changes while nobody has it open, and unlock it."""
    store.lock()
    (store.folder / RECORDS / DATABASE).touch()
    store.unlock(KEY)


def server_answers(
    store: Store, *receipts: Receipt, granted: Collection[str] = (UNIT,), seq: int | None = None
) -> Committed:
    """Commit receipts as an answer does; with a seq also their checkpoint, whose digest is right."""
    scope, granted_scopes = receipt_scope("device"), frozenset({receipt_scope("device"), *granted})
    before = store.read(lambda context: get_scope(context, scope).digest)
    digest = None if seq is None else before.union(digest_of(receipt.hash for receipt in receipts))
    page = ReceiptPage(scope, list(receipts), granted_scopes, lambda: "never", seq, digest)
    greeting = Greeting("epoch", 0, (), granted_scopes)
    return SyncStore(store).commit(commit_receipts, page, greeting)


Reopen = Callable[[], Store]


def never(error: Exception) -> None:
    """Raise the error of work that must not fail."""
    raise error
