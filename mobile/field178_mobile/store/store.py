"""The tablet's durable store, used by the screens and the sync engine: records, drafts, filing, states."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from field178_mobile.ports import Clock, Failpoint, no_failpoint
from field178_mobile.store.database.key_value import get_number
from field178_mobile.store.drafts.draft_store import DraftStore
from field178_mobile.store.drafts.rows import delete_draft
from field178_mobile.store.lockable_store import LockableStore
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
from field178_mobile.store.reading_lease import ReadingLease
from field178_mobile.store.replica.server_records import Committed, ServerRecord, scope_rows
from field178_mobile.store.replica.status import revision_of
from field178_mobile.store.replication.erasure import named_in, refuse_erased
from field178_mobile.store.session import Unlocked
from field178_mobile.store.settings import StoredSettings
from field178_shared.ids import IdSource
from field178_shared.records.comment_threads import CommentThread
from field178_shared.records.follow_ups import FollowUpRef

UNIT_SCOPE = "unit:"


def _first_schema(record_type: str) -> int:
    return 1


class Store(LockableStore):
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
        super().__init__(folder, clock, ids, failpoint)
        self._schema_of = schema_of
        self.photos = PhotoStore(self, folder)
        self.drafts = DraftStore(self, self.photos)
        self.settings = StoredSettings(self)
        self.lease = ReadingLease(self)
        self.minutes_numbers = MinutesNumbers(self)

    def file(
        self, draft: Draft, user: str, extra: Sequence[Draft] = (), gone: Sequence[MergedRecord] = ()
    ) -> str | None:
        """File a draft and related drafts in ONE step; they are durable when this returns.

        `gone`: records, as the user sees them, that are deleted in the same step. Returns the id of the
        draft's change, or None if nothing differs from the seen record.
        """
        deletions = [deletion(view) for view in gone]
        change_ids = self._run(lambda unlocked: self._file(unlocked, (draft, *extra), user, deletions))
        filed = frozenset(item.record_id for item in (draft, *extra))
        touched = filed | {item.record_id for item in deletions}
        self._notify(StoreChange(touched, is_filed=bool(deletions) or any(change_ids)))
        return change_ids[0]

    def file_content(self, content: Content, user: str) -> str:
        """File changes made by `edits`; screens have `delete` and `resolve`."""
        change_id = self._run(lambda unlocked: self._file_all(unlocked, [content], user))[0]
        self._notify(StoreChange(frozenset({content.record_id}), is_filed=True))
        return change_id

    def delete(self, record_id: str, user: str) -> str | None:
        """Delete a record as the user sees it; return None if it is not on the tablet."""
        view = self.view(record_id)
        return None if view is None or view.deleted else self.file_content(deletion(view), user)

    def resolve(
        self, record_id: str, shown: Collection[RefusedValue], chosen: Mapping[str, object], user: str
    ) -> str | None:
        """Resolve the completely shown conflicts of a record: `chosen` values, all others unchanged.

        Return None and file nothing if there is none; a conflict that gained a value since stays open.
        """
        standing, stored_conflicts = self._run(
            lambda unlocked: (unlocked.records.standing(record_id), unlocked.cache.conflicts(record_id))
        )
        conflicts = [
            conflict
            for conflict in stored_conflicts
            if all(value in shown for value in conflict.refused_values)
        ]
        if standing is None or not conflicts:
            return None
        return self.file_content(resolution(standing, conflicts, chosen), user)

    def view(self, record_id: str) -> MergedRecord | None:
        """Return one record as the user sees it, None if it is not on this tablet."""
        return self._run(lambda unlocked: unlocked.records.view(record_id))

    def revision(self, record_id: str) -> ServerRecord | None:
        """Return the revision and hash of a record once the server has all changes; None if unknown."""
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
        """Return the status of the store; `in_sync` in the strict sense of the protocol."""
        return self._run(lambda unlocked: unlocked.records.status(self._in_sync))

    def unsent(self) -> list[PendingRecord]:
        """Return the records with unsent changes."""
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

    def write_draft(self, work: Callable[[Unlocked], str]) -> None:
        """Run the writing of a draft on the database thread; it returns the id of its record."""
        self._notify(StoreChange(drafts=frozenset({self._run(work)})))

    def commit(
        self, work: Callable[[Unlocked], Committed], afterwards: Callable[[Unlocked], None]
    ) -> Committed:
        """Commit the server's records; lists and subscribers are updated even if `afterwards` fails."""
        return self.turn(lambda: self._run(lambda unlocked: self._committed(unlocked, work, afterwards)))

    def hold_changes(self) -> None:
        """Report the following commits of the server's records together, at `report_changes`.

        Drafts, filed changes and all other changes are reported at once.
        """
        self._call(self._hold)

    def report_changes(self) -> None:
        """Report the commits held back, if any, and each later one at once."""
        records = self._call(self._release)
        if records:
            self._notify(StoreChange(records))

    def set_in_sync(self, in_sync: bool) -> None:
        """Store the engine's result on full agreement; any later change resets it."""
        if in_sync != self._in_sync:
            self._in_sync = in_sync
            self._notify(StoreChange())

    def _file(
        self, unlocked: Unlocked, drafts: Sequence[Draft], user: str, deletions: Sequence[Content]
    ) -> list[str | None]:
        refuse_erased(unlocked.context, [record_id for draft in drafts for record_id in named_in(draft)])
        contents = [content_of_draft(unlocked.context, draft) for draft in drafts]
        visible_contents = [item for item in contents if item is not None]
        filed = iter(self._file_all(unlocked, [*visible_contents, *deletions], user))
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

    def _committed(
        self,
        unlocked: Unlocked,
        work: Callable[[Unlocked], Committed],
        afterwards: Callable[[Unlocked], None],
    ) -> Committed:
        committed = work(unlocked)
        unlocked.cache.touch(committed.records, committed.new)
        if self._unreported is None:
            self._notify(StoreChange(committed.records))
        else:
            self._unreported |= committed.records
        afterwards(unlocked)
        return committed

    def _hold(self) -> None:
        self._unreported = self._unreported or frozenset()

    def _release(self) -> frozenset[str]:
        records, self._unreported = self._unreported, None
        return records or frozenset()
