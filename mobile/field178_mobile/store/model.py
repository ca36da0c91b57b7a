"""Values of the store for screens and sync engine: frozen, complete, independent of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from field178_mobile.ports import Json
from field178_shared.records.follow_ups import FollowUpRef


@dataclass(frozen=True, slots=True)
class Draft:
    """Unfinished work on one record: `data` as typed so far, `seen` the record at the beginning.

    `seen` is None for a new record. `scope` may be empty until the draft is filed.
    """

    id: str
    type: str
    record_id: str
    scope: str
    data: Json
    seen: Json | None
    base_rev: int
    user: str
    saved_at: datetime
    title: str = ""


@dataclass(frozen=True, slots=True)
class MergedRecord:
    """One record as the user sees it: the server record and own changes on top.

    `pending` is true while a change of it waits for its receipt. `attention` is the reason code of a
    quarantine or conflict that needs attention, `marked` the paths it concerns.
    """

    id: str
    type: str
    scope: str
    rev: int
    data: Json
    deleted: bool
    pending: bool
    attention: str | None = None
    marked: tuple[str, ...] = ()


class StateWord(StrEnum):
    """The one word a record shows."""

    DRAFT = "draft"
    UNSENT = "unsent"
    RECEIVED = "received"
    RETURNED = "returned"
    APPROVED = "approved"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class ShownState:
    """State word of a record, and the reason code if it needs attention."""

    word: StateWord
    attention: str | None = None


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Status of the store for the status line. `records_agree`: `in_sync` except photos.

    `is_loading`: older records of a scope are still to come. `undeliverable_photos`: photos dismissed by an
    officer; they do not count as unsent.
    """

    unsent_records: int
    unsent_changes: int
    last_success_at: datetime | None
    last_error: str | None
    quarantined: int
    conflicts: int
    returned: int
    in_sync: bool
    drafts: int = 0
    unsent_photos: int = 0
    unsent_photo_bytes: int = 0
    records_agree: bool = False
    undeliverable_photos: int = 0
    # By how much this tablet's clock was before the server's when they last spoke.
    clock_offset_ms: int = 0
    is_revoked: bool = False
    is_loading: bool = False


@dataclass(frozen=True, slots=True)
class PendingRecord:
    """A record with unsent changes: the server's version, and the version on this tablet."""

    id: str
    type: str
    before: Json | None
    after: Json | None


class InboxKind(StrEnum):
    """Why something is in the inbox."""

    RETURNED = "returned"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class ReviewerComment:
    """A reviewer's words, pinned to a field; whether they are closed, and whether they are answered."""

    path: str
    text: str
    user: str
    at: datetime | None
    is_open: bool = True
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class RefusedValue:
    """An own value refused by the server: the seen value, the written value, the present value."""

    conflict_id: str
    path: str
    was: object
    mine: object
    current: object
    reason: str


@dataclass(frozen=True, slots=True)
class InboxItem:
    """An item of the inbox. `text` is the text of a notice by language, `notice_id` its id.

    `handed_to`: officer who must answer in place of the author of the record, "" for nobody. `by` and `at` of
    a returned record: who returned it and when, as far as the review contains it.
    """

    kind: InboxKind
    record_id: str
    type: str
    title: str
    reason: str
    comments: tuple[ReviewerComment, ...] = ()
    at: datetime | None = None
    details: tuple[tuple[str, str], ...] = ()
    refused_values: tuple[RefusedValue, ...] = ()
    text: tuple[tuple[str, str], ...] = ()
    # Of a returned record: all comments are answered in words.
    is_answered: bool = False
    handed_to: str = ""
    by: str = ""
    notice_id: str = ""

    @property
    def needs_answer(self) -> bool:
        """Return whether an officer has to do something; a notice of the office is only read."""
        return self.kind is not InboxKind.NOTICE and not self.is_answered


class EstablishmentListing(NamedTuple):
    """One line of the establishment search; positions in 1e-7 degrees.

    `folded` and `folded_address`: the texts to search in; `order`: the name as a dictionary sorts it.
    """

    id: str
    name: str
    folded: str
    folded_address: str
    order: str
    type_id: str
    unit_id: str
    address: str
    lat: int | None
    lon: int | None
    registration_number: str = ""


class VisitListing(NamedTuple):
    """One filed visit in lists of establishments.

    `follow_up_keys`: follow-ups that the visit requests and the office has not closed.
    `closes`: follow-ups of earlier visits that the visit closed. Both are empty for a void visit.
    """

    id: str
    establishment_id: str
    started_at: datetime | None
    is_inspected: bool
    follow_up_keys: tuple[str, ...] = ()
    closes: tuple[FollowUpRef, ...] = ()
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class StoreChange:
    """Records changed by a transaction; `everything`: any record of the store may have changed.

    `drafts`: records of which only a draft was saved, as at every tap in a form. `is_filed`: the outbox has
    new changes.
    """

    records: frozenset[str] = field(default_factory=frozenset)
    drafts: frozenset[str] = field(default_factory=frozenset)
    everything: bool = False
    is_filed: bool = False

    @property
    def is_draft(self) -> bool:
        """Return whether only drafts were saved."""
        return bool(self.drafts) and not (self.records or self.everything)
