"""The parts of an unlocked store, and their access to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.integrity.clean_close import CleanClose
from field178_mobile.store.outbox.journal import Journal
from field178_mobile.store.replica.cache import ReplicaCache
from field178_mobile.store.replica.queries import Records

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Unlocked:
    """Objects that exist only while the store is unlocked."""

    context: DatabaseContext
    journal: Journal
    cache: ReplicaCache
    records: Records
    rebuilt: bool
    closed: CleanClose
    was_closed: bool


class DatabaseAccess(Protocol):
    """Access to the database thread; each call waits for its turn and raises AppError(locked)."""

    def read(self, work: Callable[[DatabaseContext], Result]) -> Result:
        """Run a reading function on the database thread and return its result."""
        ...

    def write(self, work: Callable[[Unlocked], Iterable[str]]) -> None:
        """Run `work`, which returns the ids of the records it touched; subscribers are notified."""
        ...

    def read_all(self, work: Callable[[Unlocked], Result]) -> Result:
        """Run a reading function on the unlocked store and return its result."""
        ...


class DraftAccess(DatabaseAccess, Protocol):
    """Access to the database that also notifies subscribers of drafts."""

    def write_draft(self, work: Callable[[Unlocked], str]) -> None:
        """Run `work`, which writes a draft and returns the id of its record."""
        ...
