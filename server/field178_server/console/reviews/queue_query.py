"""Filters of the review queue in an address, the page of it that they name, and records as seen on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from flask import url_for
from sqlalchemy.orm import Session

from field178_server.attachments.queries import Overdue, RecordFileCount, file_counts, overdue_records
from field178_server.console.shell.links import keyset_links, with_query
from field178_server.console.shell.page import Page
from field178_server.office.reviews.operations import SeenRecord
from field178_server.office.reviews.quality_flags import flags_of
from field178_server.office.reviews.queue import (
    ANY_FLAG,
    FlaggedPage,
    QueueRow,
    QueueState,
    QueueView,
    flagged_page,
    queue_counts,
    queue_page,
    review_revisions,
)
from field178_server.office.reviews.viewing import viewed_revisions
from field178_server.records.find_record import FILED_TYPES
from field178_server.records.keyset import KeysetPage, PageStart
from field178_shared.rules import Problem
from field178_shared.rules.quality_flags import CODES
from field178_shared.text.formats import parse_whole_number


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """Filters of an address: drawer, type, quality flag, place. An invalid value has its default."""

    state: QueueState = QueueState.WAITING
    type: str | None = None
    flag: str | None = None
    place: PageStart = field(default_factory=PageStart)

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> QueueQuery:
        """Read the filters of an address."""
        state, type_, flag = arguments.get("state", ""), arguments.get("type"), arguments.get("flag")
        return cls(
            state=QueueState(state) if state in tuple(QueueState) else QueueState.WAITING,
            type=type_ if type_ in FILED_TYPES else None,
            flag=flag if flag in (ANY_FLAG, *CODES) else None,
            place=PageStart.read(arguments),
        )

    @classmethod
    def parse(cls, text: str) -> QueueQuery:
        """Read the filters from `text`."""
        return cls.read(dict(parse_qsl(text)))

    @property
    def text(self) -> str:
        """The filters as the query of an address, without defaults."""
        parts = {
            "state": "" if self.state is QueueState.WAITING else self.state.value,
            "type": self.type or "",
            "flag": self.flag or "",
            **self.place.parameters,
        }
        return urlencode({name: value for name, value in parts.items() if value})

    def view(self, page: Page) -> QueueView:
        """Return the drawer and type within the officer's access."""
        return QueueView(page.tenant_id, page.access, self.state, self.type)

    def at(self, place: PageStart) -> QueueQuery:
        """Return the same filters with the page at a place."""
        return replace(self, place=place)

    def pages(self, page: KeysetPage[QueueRow]) -> Mapping[str, str]:
        """Return the addresses of the first page, those beside this one, and the last."""
        return keyset_links(page, lambda place: self.at(place).list_href())

    def list_href(self) -> str:
        """Return the address of the list."""
        return with_query(url_for("console.reviews.index"), self.text)

    def record_href(self, record_id: str) -> str:
        """Return the address of a record beside this list."""
        return with_query(url_for("console.reviews.detail", record_id=record_id), self.text)


def seen_text(seen: SeenRecord) -> str:
    """Return a record as seen on a page, as a value of a form."""
    return f"{seen.record_id}:{seen.rev}:{seen.review_rev}"


def parse_seen(value: str) -> SeenRecord:
    """Read a record from the value of a form."""
    record_id, *revs = value.split(":")
    rev, review_rev = (*(parse_whole_number(text) or 0 for text in revs), 0, 0)[:2]
    return SeenRecord(record_id, rev, review_rev)


@dataclass(frozen=True, slots=True)
class QueueReading:
    """One page of the queue; `flagged`: the same page under a filter of flags.

    By record id: `files`, `flags`, `viewed` revisions (None for an officer who approves nothing) and
    `reviews`, the revisions of the reviews.
    """

    page: KeysetPage[QueueRow]
    flagged: FlaggedPage | None
    counts: Mapping[QueueState, int]
    overdue: Overdue
    files: Mapping[str, RecordFileCount]
    flags: Mapping[str, Sequence[Problem]]
    viewed: Mapping[str, int] | None
    reviews: Mapping[str, int]

    @property
    def first_id(self) -> str | None:
        """The id of the first record, None for an empty page."""
        return self.page.rows[0].record_id if self.page.rows else None


def read_queue(session: Session, page: Page, query: QueueQuery) -> QueueReading:
    """Return the page of the queue that an address names."""
    tenant_id, view = page.tenant_id, query.view(page)
    flagged = flagged_page(session, view, query.flag, query.place) if query.flag else None
    listed = flagged.page if flagged else queue_page(session, view, query.place)
    record_ids = [row.record_id for row in listed.rows]
    viewed = None
    if page.may("console.reviews.approve_several"):
        viewed = viewed_revisions(session, tenant_id, page.officer.id, record_ids)
    return QueueReading(
        page=listed,
        flagged=flagged,
        counts=queue_counts(session, view),
        overdue=overdue_records(session, tenant_id, page.access, page.now),
        files=file_counts(session, tenant_id, record_ids),
        flags=flagged.flags if flagged else flags_of(session, tenant_id, record_ids),
        viewed=viewed,
        reviews=review_revisions(session, tenant_id, record_ids) if viewed is not None else {},
    )
