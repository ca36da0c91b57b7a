"""Database access of the sync engine: functions of the store run on the database thread."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Concatenate, ParamSpec, TypeVar

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.outbox import prune as pruning
from field178_mobile.store.outbox.changes import prunable
from field178_mobile.store.replica.server_records import Committed
from field178_mobile.store.replication import erasure
from field178_mobile.store.session import Unlocked
from field178_mobile.store.store import Store

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


class SyncStore:
    """Runs functions of the store for the engine, each with its arguments; safe to call from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def turn(self, work: Callable[[], Result]) -> Result:
        """Run several calls of this store in one turn of the database thread."""
        return self._store.turn(work)

    def read(
        self,
        reading: Callable[Concatenate[DatabaseContext, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Run a reading function and return its result."""
        return self._store.read(lambda context: reading(context, *args, **kwargs))

    def write(
        self,
        writing: Callable[Concatenate[DatabaseContext, Arguments], Collection[str] | None],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> None:
        """Run a writing function, which returns the ids of the records whose state it changed, if any."""
        self._store.write(lambda unlocked: writing(unlocked.context, *args, **kwargs) or ())

    def commit(
        self,
        committing: Callable[Concatenate[DatabaseContext, Arguments], Committed],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Committed:
        """Run a function that commits server records, then finish the erasures that they contain."""
        return self._store.commit(
            lambda unlocked: committing(unlocked.context, *args, **kwargs), self._finish_erasures
        )

    def prune(self) -> None:
        """Delete changes whose receipt is in a verified backup, after an answer that proved the receipts."""
        if self.read(prunable):
            self._store.write(lambda unlocked: pruning.prune(unlocked.context, unlocked.journal))

    def hold_changes(self) -> None:
        """Report the following commits together, at `report_changes`."""
        self._store.hold_changes()

    def report_changes(self) -> None:
        """Report the commits held back to the screens."""
        self._store.report_changes()

    def set_in_sync(self, in_sync: bool) -> None:
        """Store whether tablet and server agree in everything."""
        self._store.set_in_sync(in_sync)

    def _finish_erasures(self, unlocked: Unlocked) -> None:
        erasure.finish_erasures(unlocked.context, unlocked.journal, self._store.photos.files)
