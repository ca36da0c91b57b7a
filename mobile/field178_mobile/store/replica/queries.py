"""Queries of records from server records, own changes and reviews. Database thread only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_number, get_text
from field178_mobile.store.drafts.rows import all_drafts
from field178_mobile.store.model import (
    InboxItem,
    InboxKind,
    MergedRecord,
    PendingRecord,
    ReviewerComment,
    ShownState,
    StoreStatus,
)
from field178_mobile.store.outbox.changes import (
    OwnChange,
    by_record,
    changes_of,
    refused_changes,
    shown_changes,
)
from field178_mobile.store.photos.undeliverable import pending_photos, undeliverable_photos
from field178_mobile.store.replica.cache import OpenConflict, ReplicaCache
from field178_mobile.store.replica.merged_view import compose, effective, refusal
from field178_mobile.store.replica.server_records import (
    get_server_record,
    is_loading,
    server_records,
    server_rev,
)
from field178_mobile.store.replica.status import attention_of, is_returned, word_of
from field178_mobile.store.replication.server_state import notice_items
from field178_shared.record_type import RecordType
from field178_shared.records.comment_threads import CommentAnswer, CommentThread, is_answered, threads_of
from field178_shared.records.review import ReviewRecord, ReviewState
from field178_shared.time.clock import from_wire
from field178_shared.wire.protocol import Op

_TITLE_MEMBERS = ("name", "title", "record_code", "decision_number", "venue", "session_date", "started_at")


@dataclass(frozen=True, slots=True)
class Records:
    """Answers for the screens."""

    context: DatabaseContext
    cache: ReplicaCache

    def view(self, record_id: str) -> MergedRecord | None:
        """Return one record as the user sees it, None if it is not on this tablet."""
        return self._marked(
            compose(get_server_record(self.context, record_id), changes_of(self.context, record_id))
        )

    def standing(self, record_id: str) -> MergedRecord | None:
        """Return one record without refused values, which the server never had."""
        return compose(
            get_server_record(self.context, record_id), effective(changes_of(self.context, record_id))
        )

    def views(self, record_type: str, scope: str | None) -> list[MergedRecord]:
        """Return the live records of a type, including those filed only here."""
        own = by_record(shown_changes(self.context, record_type))
        views = [compose(row, own.pop(row.id, [])) for row in server_records(self.context, record_type)]
        views += [compose(None, changes) for changes in own.values()]
        live = [self._marked(view) for view in views if view is not None and not view.deleted]
        return [view for view in live if view is not None and scope in (None, view.scope)]

    def shown_state(self, record_id: str) -> ShownState:
        """Return the word and the badge of a record."""
        query = "SELECT 1 FROM draft WHERE record_id = ?"
        has_draft = self.context.connection.execute(query, (record_id,)).fetchone() is not None
        own = changes_of(self.context, record_id)
        return self._state(record_id, has_draft, server_rev(self.context, record_id), own)

    def visits_to(self, establishment_id: str) -> list[MergedRecord]:
        """Return the visits to an establishment, whole."""
        views = [self.view(visit.id) for visit in self.cache.visits().get(establishment_id, ())]
        return [view for view in views if view is not None]

    def own_states(self, record_type: str) -> dict[str, ShownState]:
        """Return the states of the records of a type with drafts or unsettled changes here."""
        drafts = (draft.record_id for draft in all_drafts(self.context) if draft.type == record_type)
        changed = by_record(shown_changes(self.context, record_type))
        return {record_id: self.shown_state(record_id) for record_id in sorted({*drafts, *changed})}

    def unsent(self) -> list[PendingRecord]:
        """Return the records with unanswered changes; None stands for no live record."""
        rows = self.context.connection.execute(
            "SELECT DISTINCT record_id FROM outbox WHERE state <> 'acknowledged' AND replaced_by IS NULL"
        ).fetchall()
        pending = []
        for (record_id,) in rows:
            row, own = get_server_record(self.context, record_id), changes_of(self.context, record_id)
            view = compose(row, own)
            before = None if row is None or row.deleted else row.data
            after = None if view is None or view.deleted else view.data
            pending.append(PendingRecord(record_id, own[-1].type, before, after))
        return pending

    def status(self, in_sync: bool) -> StoreStatus:
        """Return the whole tablet in one line."""
        unsent, records = self.context.connection.execute(
            "SELECT count(*), count(DISTINCT record_id) FROM outbox "
            "WHERE state <> 'acknowledged' AND replaced_by IS NULL"
        ).fetchone()
        photos = pending_photos(self.context)
        return StoreStatus(
            unsent_records=records,
            unsent_changes=unsent,
            last_success_at=from_wire(get_text(self.context, "last_success_at") or ""),
            last_error=get_text(self.context, "last_error"),
            quarantined=len(refused_changes(self.context)),
            conflicts=len(self.cache.conflicts()),
            returned=sum(item.needs_answer for item in self._returned()),
            in_sync=in_sync and not photos,
            records_agree=in_sync,
            unsent_photos=len(photos),
            undeliverable_photos=len(undeliverable_photos(self.context)),
            unsent_photo_bytes=sum(photo.size_bytes - photo.sent_bytes for photo in photos),
            drafts=self.context.connection.execute("SELECT count(*) FROM draft").fetchone()[0],
            clock_offset_ms=get_number(self.context, "clock_offset_ms"),
            is_revoked=get_number(self.context, "revoked") == 1,
            is_loading=is_loading(self.context),
        )

    def inbox(self) -> list[InboxItem]:
        """Return the inbox: returned, refused and conflicting records, and notices of the office."""
        return [*self._returned(), *self._refused(), *self._conflicts(), *notice_items(self.context)]

    def _state(self, record_id: str, has_draft: bool, rev: int, own: Sequence[OwnChange]) -> ShownState:
        review = self.cache.review(record_id)
        word = word_of(has_draft=has_draft, server_rev=rev, own=own, review=review)
        return ShownState(word, attention_of(refusal(own), self.cache.conflicts(record_id)))

    def _marked(self, view: MergedRecord | None) -> MergedRecord | None:
        if view is None or view.type == RecordType.CONFLICT:
            return view
        conflicts = self.cache.conflicts(view.id)
        if not conflicts:
            return view
        paths = {conflict.path for conflict in conflicts}
        attention = attention_of(view.attention, conflicts)
        return replace(view, attention=attention, marked=tuple(sorted({*view.marked, *paths})))

    def comment_threads(self, record_id: str) -> tuple[CommentThread, ...]:
        """Return the comment threads of a record that waits for its correction, and their answers."""
        review = self.cache.review(record_id)
        if review is None or self._waiting(review) is None:
            return ()
        return threads_of(review, self.cache.answers_to(record_id))

    def _waiting(self, review: ReviewRecord) -> MergedRecord | None:
        """Return the record of a review that waits for its correction."""
        if review.state != ReviewState.RETURNED:
            return None
        row, own = get_server_record(self.context, review.record), changes_of(self.context, review.record)
        if row is None or not is_returned(review, row.rev, own):
            return None
        return compose(row, own)

    def _returned(self) -> list[InboxItem]:
        items = []
        for review in self.cache.reviews():
            view = self._waiting(review)
            if view is None:
                continue
            answers = self.cache.answers_to(review.record)
            item = _item(
                InboxKind.RETURNED,
                view,
                review.reason,
                comments=_comments(review, answers),
                at=review.decided_at,
                by=review.decided_by,
                is_answered=is_answered(review, answers),
                handed_to=review.handed_to,
            )
            items.append(item)
        return items

    def _refused(self) -> list[InboxItem]:
        items = []
        for change in refused_changes(self.context):
            view = compose(
                get_server_record(self.context, change.record_id), changes_of(self.context, change.record_id)
            )
            at = from_wire(str(change.wire.get("at", "")))
            details = tuple(
                (str(path), _codes(codes))
                for path, codes in change.details.items()
                if isinstance(codes, list)
            )
            item = InboxItem(
                InboxKind.QUARANTINED,
                change.record_id,
                change.type,
                "",
                change.reason or "",
                (),
                at,
                details,
            )
            items.append(item if view is None else replace(item, title=title_of(view)))
        return items

    def _conflicts(self) -> list[InboxItem]:
        items = []
        for conflict in self.cache.conflicts():
            view = self.view(conflict.record_id)
            if view is not None and not self._is_being_settled(conflict):
                reason = attention_of(None, (conflict,)) or ""
                item = _item(InboxKind.CONFLICT, view, reason, comments=(), at=conflict.at)
                items.append(replace(item, refused_values=conflict.refused_values))
        return items

    def _is_being_settled(self, conflict: OpenConflict) -> bool:
        own = changes_of(self.context, conflict.record_id)
        return any(
            change.is_pending and not change.is_refused and settles(change, conflict) for change in own
        )


def settles(change: OwnChange, conflict: OpenConflict) -> bool:
    """Return whether an own change resolves a conflict in its current state."""
    named = change.wire.get("conflicts")
    return change.op == Op.RESOLVE and isinstance(named, dict) and named.get(conflict.id) == conflict.rev


def title_of(view: MergedRecord) -> str:
    """Return a short title of the record; empty if its data has none."""
    return next((str(view.data[name]) for name in _TITLE_MEMBERS if view.data.get(name)), "")


def _item(kind: InboxKind, view: MergedRecord, reason: str, **rest: object) -> InboxItem:
    item = InboxItem(kind, view.id, view.type, title_of(view), reason)
    return replace(item, **rest)  # type: ignore[arg-type]


def _comments(review: ReviewRecord, answers: Sequence[CommentAnswer]) -> tuple[ReviewerComment, ...]:
    """Return the comments of a review, those that wait for an answer first and the closed ones last."""
    threads = sorted(
        threads_of(review, answers), key=lambda thread: (not thread.is_open, not thread.awaits_answer)
    )
    return tuple(
        ReviewerComment(
            comment.path,
            comment.text,
            comment.user,
            comment.at,
            is_open=thread.is_open,
            is_answered=bool(thread.answers_to(comment)),
        )
        for thread in threads
        for comment in thread.comments
    )


def _codes(codes: list[object]) -> str:
    return ",".join(str(code) for code in codes)
