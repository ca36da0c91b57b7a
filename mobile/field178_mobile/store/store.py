"""The tablet's durable store, used by the screens and the sync engine.

One SQLite connection lives on one database thread; every public method queues there and waits, so the
store may be called from any thread. It is locked until `unlock` gives it the data key.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from field178_mobile.ports import Clock, Failpoint, no_failpoint
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.driver import DatabaseError, OperationalError, is_refused_write
from field178_mobile.store.database.key_value import get_number, get_setting, put_setting
from field178_mobile.store.database.thread import DatabaseThread
from field178_mobile.store.drafts.drafts import all_drafts, delete_draft, get_draft, save_draft
from field178_mobile.store.integrity.clean_close import CleanClose, forget_close, is_damage, write_close
from field178_mobile.store.integrity.open_store import DATABASE, RECORDS, OpeningContext, open_database
from field178_mobile.store.minutes_numbers import MinutesNumbers
from field178_mobile.store.model import (
    Draft,
    EstablishmentListing,
    InboxItem,
    MergedRecord,
    PendingRecord,
    RefusedValue,
    ShownState,
    StoreChange,
    StoreStatus,
    VisitListing,
)
from field178_mobile.store.outbox.submit import (
    Content,
    Saving,
    content_of_draft,
    deletion,
    file_contents,
    resolution,
)
from field178_mobile.store.photos.photo_store import PhotoStore
from field178_mobile.store.replica.cache import ReplicaCache
from field178_mobile.store.replica.queries import Records
from field178_mobile.store.replica.server_records import Committed, ServerRecord, scope_rows
from field178_mobile.store.replica.status import revision_of
from field178_mobile.store.replication.erasure import named_in, refuse_erased
from field178_mobile.store.session import Unlocked
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource
from field178_shared.records.comment_threads import ANSWER, CommentThread
from field178_shared.records.follow_ups import FollowUpRef

Result = TypeVar("Result")
UNIT_SCOPE = "unit:"
Listener = Callable[[StoreChange], None]


def _first_schema(record_type: str) -> int:
    return 1


class Store:
    """Drafts, filing, views and states; `subscribe` reports every change."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        ids: IdSource,
        *,
        failpoint: Failpoint = no_failpoint,
        schema_of: Callable[[str], int] = _first_schema,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._ids = ids
        self._failpoint = failpoint
        self._schema_of = schema_of
        self._thread = DatabaseThread()
        self._unlocked: Unlocked | None = None
        self._listeners: list[Listener] = []
        self._in_sync = False
        self._untold: list[StoreChange] | None = None
        self._is_damaged = False
        self.drafts = DraftStore(self)
        self.settings = StoredSettings(self)
        self.photos = PhotoStore(self, folder)
        self.minutes_numbers = MinutesNumbers(self)

    @property
    def folder(self) -> Path:
        """Where everything of this store lies."""
        return self._folder

    @property
    def is_unlocked(self) -> bool:
        """Tell whether the store can be used."""
        return self._unlocked is not None

    @property
    def was_rebuilt(self) -> bool:
        """Tell whether this unlocking replaced a damaged database from the journal."""
        return self._unlocked is not None and self._unlocked.rebuilt

    @property
    def was_interrupted(self) -> bool:
        """Tell whether the process before this unlocking ended without locking: it died."""
        return self._unlocked is not None and not self._unlocked.was_closed

    def unlock(self, key: bytes) -> None:
        """Open the database with the data key; brings back what a crash or a damage left behind."""
        if self._unlocked is None:
            self._call(lambda: self._open(key))
            self._tell(StoreChange(everything=True))

    def lock(self) -> None:
        """Close the database and forget the key; nothing is lost, nothing is readable."""
        self._call(self._close)

    def close(self) -> None:
        """Lock and end the database thread; the store cannot be used after."""
        self.lock()
        self._thread.stop()

    def file(
        self, draft: Draft, user: str, extra: Sequence[Draft] = (), gone: Sequence[MergedRecord] = ()
    ) -> str | None:
        """File a draft, with others that belong to it, in ONE step: after it returns, nothing is lost.

        `gone`: records, as the user sees them, that are deleted in the same step.
        Returns the id of the draft's change, or None when nothing differs from what the user saw.
        """
        deletions = [deletion(view) for view in gone]
        change_ids = self._run(lambda unlocked: self._file(unlocked, (draft, *extra), user, deletions))
        filed = frozenset(item.record_id for item in (draft, *extra))
        self._tell(StoreChange(filed | {item.record_id for item in deletions}))
        return change_ids[0]

    def file_content(self, content: Content, user: str) -> str:
        """File changes made by `edits`; screens have `delete` and `resolve`."""
        change_id = self._run(lambda unlocked: self._file_all(unlocked, [content], user))[0]
        self._tell(StoreChange(frozenset({content.record_id})))
        return change_id

    def delete(self, record_id: str, user: str) -> str | None:
        """Delete a record as the user sees it; None when it is not here."""
        view = self.view(record_id)
        return None if view is None or view.deleted else self.file_content(deletion(view), user)

    def resolve(
        self, record_id: str, shown: Collection[RefusedValue], chosen: Mapping[str, object], user: str
    ) -> str | None:
        """Resolve the conflicts of a record that were shown whole: `chosen` values, all others unchanged.

        None, and nothing filed, when there is none: one that gained a value since stays open.
        """
        standing, found = self._run(
            lambda unlocked: (unlocked.records.standing(record_id), unlocked.cache.conflicts(record_id))
        )
        conflicts = [one for one in found if all(value in shown for value in one.refused_values)]
        if standing is None or not conflicts:
            return None
        return self.file_content(resolution(standing, conflicts, chosen), user)

    def view(self, record_id: str) -> MergedRecord | None:
        """Return one record as the user sees it, None when it is not on this tablet."""
        return self._run(lambda unlocked: unlocked.records.view(record_id))

    def revision(self, record_id: str) -> ServerRecord | None:
        """Return revision and hash of a record once the server has all of it; None where nobody can say."""
        return self.read(lambda context: revision_of(context, record_id))

    def views(self, record_type: str, scope: str | None = None) -> list[MergedRecord]:
        """Return the live records of a type."""
        return self._run(lambda unlocked: unlocked.records.views(record_type, scope))

    def shown_state(self, record_id: str) -> ShownState:
        """Return the state word of a record and its badge."""
        return self._run(lambda unlocked: unlocked.records.shown_state(record_id))

    def shown_states(self, record_ids: Collection[str]) -> dict[str, ShownState]:
        """Return word and badge of the records that a list shows."""
        return self._run(lambda unlocked: {key: unlocked.records.shown_state(key) for key in record_ids})

    def own_states(self, record_type: str) -> dict[str, ShownState]:
        """Return word and badge of the records of a type that this tablet has work of: few of many."""
        return self._run(lambda unlocked: unlocked.records.own_states(record_type))

    def unit_ids(self) -> frozenset[str]:
        """Return the units whose scope this tablet holds."""
        scopes = self.read(scope_rows)
        return frozenset(scope.removeprefix(UNIT_SCOPE) for scope in scopes if scope.startswith(UNIT_SCOPE))

    def clock_offset_ms(self) -> int:
        """Return by how much this tablet's clock was ahead of the server's when they last spoke."""
        return self.read(lambda context: get_number(context, "clock_offset_ms"))

    def status(self) -> StoreStatus:
        """Return the whole tablet in one line; `in_sync` as the protocol means it, nothing weaker."""
        return self._run(lambda unlocked: unlocked.records.status(self._in_sync))

    def unsent(self) -> list[PendingRecord]:
        """Return the records that the server has not heard all of."""
        return self._run(lambda unlocked: unlocked.records.unsent())

    def inbox(self) -> list[InboxItem]:
        """Return the inbox."""
        return self._run(lambda unlocked: unlocked.records.inbox())

    def comment_threads(self, record_id: str) -> tuple[CommentThread, ...]:
        """Return the comment threads of a record that waits for its correction."""
        return self._run(lambda unlocked: unlocked.records.comment_threads(record_id))

    def establishments(self) -> tuple[EstablishmentListing, ...]:
        """Return the establishments in memory, by folded name."""
        return self._run(lambda unlocked: unlocked.cache.establishments())

    def visits(self) -> dict[str, tuple[VisitListing, ...]]:
        """Return the visits to each establishment, the newest first: in memory, without their content."""
        return self._run(lambda unlocked: unlocked.cache.visits())

    def visits_to(self, establishment_id: str) -> list[MergedRecord]:
        """Return the visits to one establishment."""
        return self._run(lambda unlocked: unlocked.records.visits_to(establishment_id))

    def void_visits(self) -> frozenset[str]:
        """Return the records that the office voided."""
        return self._run(lambda unlocked: unlocked.cache.void_visits())

    def closed_follow_ups(self) -> frozenset[FollowUpRef]:
        """Return the corrections that the office has closed."""
        return self._run(lambda unlocked: unlocked.cache.closed_by_office())

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
        self._tell(StoreChange(touched))

    def write_draft(self, work: Callable[[Unlocked], str]) -> None:
        """Run the writing of a draft on the database thread; it returns the id of its record."""
        self._tell(StoreChange(drafts=frozenset({self._run(work)})))

    def commit(
        self, work: Callable[[Unlocked], Committed], afterwards: Callable[[Unlocked], None]
    ) -> Committed:
        """Commit the server's records; lists and subscribers learn of them whatever fails afterwards."""
        return self.turn(lambda: self._run(lambda unlocked: self._committed(unlocked, work, afterwards)))

    def turn(self, work: Callable[[], Result]) -> Result:
        """Run work that makes several calls in one turn of the database thread.

        Each call is its own transaction as ever. Subscribers are told when the turn is over, on this thread.
        """
        if self._thread.is_current:
            return work()  # in a turn already
        untold: list[StoreChange] = []
        try:
            return self._call(lambda: self._in_turn(work, untold))
        finally:
            for change in untold:
                self._tell(change)

    def set_in_sync(self, in_sync: bool) -> None:
        """Take the engine's word on full agreement; any change filed after takes it back."""
        if in_sync != self._in_sync:
            self._in_sync = in_sync
            self._tell(StoreChange())

    def _file(
        self, unlocked: Unlocked, drafts: Sequence[Draft], user: str, deletions: Sequence[Content]
    ) -> list[str | None]:
        refuse_erased(unlocked.context, [one for draft in drafts for one in named_in(draft)])
        contents = [content_of_draft(unlocked.context, draft) for draft in drafts]
        said = [item for item in contents if item is not None]
        filed = iter(self._file_all(unlocked, [*said, *deletions], user))
        unchanged = [draft for draft, item in zip(drafts, contents, strict=True) if item is None]
        if unchanged:
            with unlocked.context.transaction("draft"):
                for draft in unchanged:
                    delete_draft(unlocked.context, draft.id)
        return [None if item is None else next(filed) for item in contents]

    def _file_all(self, unlocked: Unlocked, contents: Sequence[Content], user: str) -> list[str]:
        if not contents:
            return []
        self._in_sync = False
        saving = Saving(user, self._clock.now(), self._ids.time_ordered, self._schema_of)
        change_ids = file_contents(unlocked.context, unlocked.journal, contents, saving)
        unlocked.cache.touch(content.record_id for content in contents)
        return change_ids

    def _written(self, unlocked: Unlocked, work: Callable[[Unlocked], Iterable[str]]) -> frozenset[str]:
        touched = frozenset(work(unlocked))
        unlocked.cache.touch(touched)
        return touched

    def _committed(
        self,
        unlocked: Unlocked,
        work: Callable[[Unlocked], Committed],
        afterwards: Callable[[Unlocked], None],
    ) -> Committed:
        committed = work(unlocked)
        unlocked.cache.touch(committed.records, committed.new)
        self._tell(StoreChange(committed.records))
        afterwards(unlocked)
        return committed

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
            *(opened.context, opened.journal, cache, records), opened.rebuilt, taken, opened.was_closed
        )

    def _close(self) -> None:
        unlocked, self._unlocked, self._in_sync = self._unlocked, None, False
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
            # The transaction is undone, drafts and changes of before are whole: only this one was not kept.
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

    def _tell(self, change: StoreChange) -> None:
        if self._untold is not None and self._thread.is_current:
            self._untold.append(change)
            return
        for listener in list(self._listeners):
            listener(change)


class DraftStore:
    """The drafts of this tablet: a save that returned survives a power cut."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, draft: Draft) -> None:
        """Write a draft whole; AppError(purged) when the office has removed the record for good since."""

        def work(unlocked: Unlocked) -> str:
            # Every tap in a form saves: only an answer is about a second record.
            named = named_in(draft) if draft.type == ANSWER else (draft.record_id,)
            refuse_erased(unlocked.context, named)
            with unlocked.context.transaction("draft"):
                save_draft(unlocked.context, draft)
            return draft.record_id

        self._store.write_draft(work)

    def get(self, draft_id: str) -> Draft | None:
        """Return one draft, None when it is filed or discarded."""
        return self._store.read(lambda context: get_draft(context, draft_id))

    def all(self) -> list[Draft]:
        """Return every draft, the latest saved first."""
        return self._store.read(all_drafts)

    def discard(self, draft_id: str) -> None:
        """Throw a draft away; only ever on the user's word."""

        def work(unlocked: Unlocked) -> Iterable[str]:
            draft = get_draft(unlocked.context, draft_id)
            with unlocked.context.transaction("draft"):
                delete_draft(unlocked.context, draft_id)
            return () if draft is None else (draft.record_id,)

        draft = self.get(draft_id)
        self._store.write(work)
        if draft is not None:
            self._store.photos.forget_unfiled(draft.record_id)


class StoredSettings:
    """What officers chose on this tablet: sealed JSON values by key."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, key: str, default: object = None) -> object:
        """Return a setting."""
        found = self._store.read(lambda context: get_setting(context, key))
        return default if found is None else found

    def put(self, key: str, value: object) -> None:
        """Keep a setting."""

        def work(unlocked: Unlocked) -> Iterable[str]:
            with unlocked.context.transaction("setting"):
                put_setting(unlocked.context, key, value)
            return ()

        self._store.write(work)
