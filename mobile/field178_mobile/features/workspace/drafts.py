"""Drafts of all types and officers on this tablet, in one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from field178_mobile.components.shift.roster import read_roster
from field178_mobile.features.inbox.inbox_words import SCREENS
from field178_mobile.presentation.moments import moment_text
from field178_mobile.presentation.wording import Wording, record_title
from field178_mobile.store import Draft, Store
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.time.clock import Clock, local_date

# Older drafts were left on purpose and not interrupted.
NIGHT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """Row of a draft: subject, type, author and time of the last save."""

    id: str
    record_id: str
    type: str
    screen: str
    title: str
    detail: str
    saved: str
    owner: str


class DraftsPresenter:
    """Presenter of the drafts, latest first; it deletes a draft at the user's request.

    Every officer of the tablet can open a draft (docs/decisions/0002), so the list shows its author.
    """

    def __init__(self, store: Store, clock: Clock, words: Wording, user: str) -> None:
        self._store = store
        self._clock = clock
        self._words = words
        self._user = user

    def rows(self) -> tuple[DraftRow, ...]:
        """Return the drafts as the store holds them now."""
        now = self._clock.now()
        roster = read_roster(
            self._store.views(RecordType.TEAM), self._store.views(RecordType.PERSON), local_date(now)
        )
        return tuple(
            self._row(draft, now, "" if draft.user == self._user else roster.name_of(draft.user))
            for draft in self._store.drafts.all()
        )

    def interrupted(self) -> DraftRow | None:
        """Return the officer's draft that was open at a crash, None if it is too old."""
        now = self._clock.now()
        own = (draft for draft in self._store.drafts.all() if draft.user == self._user)
        latest = next(own, None) if self._store.was_interrupted else None
        return self._row(latest, now) if latest is not None and now - latest.saved_at < NIGHT else None

    def discard(self, draft_id: str) -> None:
        """Delete a draft; filed records stay."""
        self._store.drafts.discard(draft_id)

    def _row(self, draft: Draft, now: datetime, owner: str = "") -> DraftRow:
        record_id, record_type = self._opened_by(draft)
        return DraftRow(
            id=draft.id,
            record_id=record_id,
            type=record_type,
            screen=SCREENS.get(record_type, ""),
            title=self._title(draft),
            detail=self._detail(draft),
            saved=self._words.say("Saved {when}", when=moment_text(draft.saved_at, now)),
            owner=owner,
        )

    def _opened_by(self, draft: Draft) -> tuple[str, str]:
        """Return id and type of the record that a draft opens: for an answer, its subject."""
        if draft.type != RecordType.COMMENT_ANSWER:
            return draft.record_id, draft.type
        record_id = text_of(draft.data, "record")
        view = self._store.view(record_id)
        return record_id, draft.type if view is None else view.type

    def _title(self, draft: Draft) -> str:
        words = self._words
        if draft.type == RecordType.COMMENT_ANSWER:
            return record_title(self._store, text_of(draft.data, "record"), words) or words.record(
                RecordType.COMMENT_ANSWER
            )
        form = words.lists.forms.get(text_of(draft.data, "outreach_form_id"))
        if form is not None:
            return form.label(words.language)
        establishment = self._store.view(text_of(draft.data, "establishment_id"))
        name = (
            text_of(establishment.data, "name") if establishment is not None else text_of(draft.data, "name")
        )
        return name or draft.title or self._words.record(draft.type)

    def _detail(self, draft: Draft) -> str:
        kind = self._words.record(draft.type)
        if draft.seen is not None:
            kind = self._words.say("{kind}, filed before", kind=kind)
        return " · ".join(part for part in (kind, self._words.unit(draft.data.get("unit_id"))) if part)
