"""The encrypted database of the store: unlocking, locking, its thread, its subscribers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from field178_mobile.ports import Clock, Failpoint
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.driver import DatabaseError, OperationalError, is_refused_write
from field178_mobile.store.database.thread import DatabaseThread
from field178_mobile.store.integrity.clean_close import CleanClose, forget_close, is_damage, write_close
from field178_mobile.store.integrity.open_store import DATABASE, RECORDS, OpeningContext, open_database
from field178_mobile.store.model import StoreChange
from field178_mobile.store.replica.cache import ReplicaCache
from field178_mobile.store.replica.queries import Records
from field178_mobile.store.session import Unlocked
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource

Result = TypeVar("Result")
Listener = Callable[[StoreChange], None]


class LockableStore:
    """One SQLite connection on one database thread, locked until `unlock` gives it the data key.

    Every public method queues on that thread and waits, so it may be called from any thread.
    """

    def __init__(self, folder: Path, clock: Clock, ids: IdSource, failpoint: Failpoint) -> None:
        self._folder = folder
        self._clock = clock
        self._ids = ids
        self._failpoint = failpoint
        self._thread = DatabaseThread()
        self._unlocked: Unlocked | None = None
        self._listeners: list[Listener] = []
        self._in_sync = False
        # Records of commits that are reported later, None while each commit is reported at once.
        self._unreported: frozenset[str] | None = None
        self._untold: list[StoreChange] | None = None
        self._is_damaged = False

    @property
    def folder(self) -> Path:
        """Folder of this store."""
        return self._folder

    @property
    def is_unlocked(self) -> bool:
        """Return whether the store can be used."""
        return self._unlocked is not None

    @property
    def was_rebuilt(self) -> bool:
        """Return whether this unlock replaced a damaged database from the journal."""
        return self._unlocked is not None and self._unlocked.rebuilt

    @property
    def was_interrupted(self) -> bool:
        """Return whether the process before this unlocking ended without locking: it died."""
        return self._unlocked is not None and not self._unlocked.was_closed

    def unlock(self, key: bytes) -> None:
        """Open the database with the data key; recover from a crash or damage."""
        if self._unlocked is None:
            self._call(lambda: self._open(key))
            self._notify(StoreChange(everything=True))

    def lock(self) -> None:
        """Close the database and delete the key from memory; the data stays, encrypted."""
        self._call(self._close)

    def close(self) -> None:
        """Lock and end the database thread; the store cannot be used after."""
        self.lock()
        self._thread.stop()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after every change, on the thread that made it; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def read(self, work: Callable[[DatabaseContext], Result]) -> Result:
        """Run a reading on the database thread."""
        return self._run(lambda unlocked: work(unlocked.context))

    def read_all(self, work: Callable[[Unlocked], Result]) -> Result:
        """Run a reading that needs the journal as well, on the database thread."""
        return self._run(work)

    def write(self, work: Callable[[Unlocked], Iterable[str]]) -> None:
        """Run a writing on the database thread; it returns the ids of the records it touched."""
        touched = self._run(lambda unlocked: self._written(unlocked, work))
        self._notify(StoreChange(touched))

    def turn(self, work: Callable[[], Result]) -> Result:
        """Run several store calls in one turn of the database thread.

        Each call is its own transaction. Subscribers are notified after the turn, on this thread.
        """
        if self._thread.is_current:
            return work()  # in a turn already
        untold: list[StoreChange] = []
        try:
            return self._call(lambda: self._in_turn(work, untold))
        finally:
            for change in untold:
                self._notify(change)

    def _written(self, unlocked: Unlocked, work: Callable[[Unlocked], Iterable[str]]) -> frozenset[str]:
        touched = frozenset(work(unlocked))
        unlocked.cache.touch(touched)
        return touched

    def _open(self, key: bytes) -> None:
        opening = OpeningContext(key, self._clock.now(), self._ids.random, self._failpoint)
        self._is_damaged = False
        try:
            self._unlocked = self._opened(opening)
        except (AppError, DatabaseError) as error:
            if not (is_damage(error) and forget_close(self._folder / RECORDS / DATABASE)):
                raise
            self._unlocked = self._opened(opening)

    def _opened(self, opening: OpeningContext) -> Unlocked:
        opened = open_database(self._folder, opening)
        closed = opened.closed or CleanClose(opening.now, {})
        try:
            cache = ReplicaCache(opened.context, closed.lists)
        except BaseException:
            opened.context.connection.close()
            opened.journal.close()
            raise
        records = Records(opened.context, cache)
        taken = replace(closed, lists={})  # they are in the cache
        return Unlocked(
            opened.context, opened.journal, cache, records, opened.rebuilt, taken, opened.was_closed
        )

    def _close(self) -> None:
        unlocked, self._unlocked, self._in_sync, self._unreported = self._unlocked, None, False, None
        if unlocked is not None:
            unlocked.context.connection.close()
            unlocked.journal.close()
            self._note_close(unlocked)

    def _note_close(self, unlocked: Unlocked) -> None:
        database, closed = self._folder / RECORDS / DATABASE, unlocked.closed
        if self._is_damaged:
            forget_close(database)
        elif unlocked.cache.is_as_loaded:
            write_close(database, unlocked.context.sealer, closed)
        else:
            lists = unlocked.cache.lists()
            write_close(database, unlocked.context.sealer, CleanClose(closed.checked_at, lists))

    def _run(self, work: Callable[[Unlocked], Result]) -> Result:
        return self._call(lambda: work(self._require()))

    def _call(self, work: Callable[[], Result]) -> Result:
        try:
            return work() if self._thread.is_current else self._thread.call(work)
        except (OperationalError, OSError) as error:
            if not is_refused_write(error):
                raise
            # The transaction is rolled back; earlier drafts and changes are intact: only this write was lost.
            raise AppError(ErrorCode.STORE_UNWRITABLE) from error
        except (AppError, DatabaseError) as error:
            self._is_damaged |= is_damage(error)
            raise

    def _require(self) -> Unlocked:
        if self._unlocked is None:
            raise AppError(ErrorCode.STORE_LOCKED)
        return self._unlocked

    def _in_turn(self, work: Callable[[], Result], untold: list[StoreChange]) -> Result:
        self._untold = untold
        try:
            return work()
        finally:
            self._untold = None

    def _notify(self, change: StoreChange) -> None:
        if self._untold is not None and self._thread.is_current:
            self._untold.append(change)
            return
        for listener in list(self._listeners):
            listener(change)
