"""List of the review queue: drawers, filters, records with their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from field178_server.attachments.queries import Overdue, RecordFileCount
from field178_server.console.records.files_view import count_text
from field178_server.console.reviews.queue_query import QueueQuery, QueueReading, seen_text
from field178_server.console.shell.links import FilterLink
from field178_server.console.shell.page import Page
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import (
    StateLabel,
    flag_label,
    outcome_label,
    short_state_label,
)
from field178_server.office.reviews.operations import SeenRecord
from field178_server.office.reviews.queue import (
    ANY_FLAG,
    FlaggedPage,
    QueueRow,
    QueueState,
    is_clean,
    is_oldest_first,
)
from field178_server.records.keyset import PageStart
from field178_server.records.review_states import ShownReviewState
from field178_shared.errors import ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.records.review import ReviewState
from field178_shared.rules import Problem
from field178_shared.rules.quality_flags import CODES
from field178_shared.text.formats import short_date_text
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date

OLD_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Pick:
    """Choice of a record for an approval of several: value in the form; whether the officer has viewed it."""

    value: str
    is_viewed: bool


@dataclass(frozen=True, slots=True)
class QueueItem:
    """Record of the list with its labels."""

    row: QueueRow
    icon: str
    title: str
    line: str
    day: str
    state: StateLabel
    age: str
    is_old: bool
    outcome: StateLabel | None
    files: StateLabel | None
    flags: str
    pick: Pick | None

    @property
    def first_words(self) -> str:
        """The title without its last word."""
        return self.title.rpartition(" ")[0]

    @property
    def last_word(self) -> str:
        """The last word of the title, often the code of the establishment."""
        return self.title.rpartition(" ")[2]


@dataclass(frozen=True, slots=True)
class QueueList:
    """List of the queue: filters with counts, records, texts of an empty list.

    `flag_count`: number of records with the chosen flag, "" without one.
    """

    drawers: Sequence[FilterLink]
    kinds: Sequence[FilterLink]
    flags: Sequence[FilterLink]
    flag_count: str
    order: str
    items: Sequence[QueueItem]
    links: Mapping[str, str]
    overdue: Overdue
    total: int
    empty_title: str
    empty_text: str


def queue_list(reading: QueueReading, query: QueueQuery, page: Page) -> QueueList:
    """Return the list of one page of the queue."""
    flagged = reading.flagged
    empty_title, empty_text = _empty_text(query, flagged)
    return QueueList(
        drawers=_drawers(query, reading.counts, page),
        kinds=_kinds(query, page),
        flags=_flag_filters(query, page),
        flag_count=_flag_count(flagged, page.localizer) if flagged else "",
        order=N_("Received first on top") if is_oldest_first(query.state) else N_("Received last on top"),
        items=[_item(row, reading, page) for row in reading.page.rows],
        links=query.pages(reading.page),
        overdue=reading.overdue,
        total=reading.counts[query.state],
        empty_title=empty_title,
        empty_text=empty_text,
    )


def title_of(row: QueueRow, localizer: Localizer) -> str:
    """Return the name of a record: its establishment, or its form of outreach."""
    if row.type == RecordType.OUTREACH_SESSION:
        return (
            localizer.label(localizer.lists.forms, row.kind) if row.kind else type_name(row.type, localizer)
        )
    return row.establishment_name or localizer.say(N_("Establishment not received yet"))


def _drawers(query: QueueQuery, counts: Mapping[QueueState, int], page: Page) -> list[FilterLink]:
    return [
        FilterLink(
            replace(query, state=state, flag=None, place=PageStart()).list_href(),
            page.say(_DRAWERS[state]),
            state is query.state,
            counts[state],
        )
        for state in QueueState
    ]


def _kinds(query: QueueQuery, page: Page) -> list[FilterLink]:
    return [
        FilterLink(
            replace(query, type=type_, place=PageStart()).list_href(), page.say(label), type_ == query.type
        )
        for type_, label in _KINDS.items()
    ]


def _flag_filters(query: QueueQuery, page: Page) -> list[FilterLink]:
    labels = {None: page.say(N_("With and without flags")), ANY_FLAG: page.say(N_("Any flag"))}
    labels |= {code.value: flag_label(code, page.localizer) for code in CODES}
    return [
        FilterLink(replace(query, flag=flag, place=PageStart()).list_href(), label, flag == query.flag)
        for flag, label in labels.items()
    ]


def _flag_count(flagged: FlaggedPage, localizer: Localizer) -> str:
    """Return the number of records with the chosen flag; of several pages those of this one, and "+"."""
    count = localizer.number(len(flagged.page.rows))
    return count if flagged.is_all else f"{count}+"


def _empty_text(query: QueueQuery, flagged: FlaggedPage | None) -> tuple[str, str]:
    """Return the title of an empty list, and the next step."""
    if flagged is None:
        return _EMPTY[query.state]
    if flagged.is_all:
        return N_("No record with this flag"), N_("All records of this list were looked through.")
    text = N_("Only a part of the list was looked through; the other pages look further.")
    return N_("No record with this flag so far"), text


def _item(row: QueueRow, reading: QueueReading, page: Page) -> QueueItem:
    localizer, now = page.localizer, page.now
    outcome = (
        outcome_label(row.outcome, localizer) if row.type == RecordType.INSPECTION and row.outcome else None
    )
    return QueueItem(
        row=row,
        icon=_icon(row, localizer),
        title=title_of(row, localizer),
        line=_line(row, localizer),
        day=_day(row.occurred_on, page) if row.occurred_on else "",
        state=short_state_label(row.state, localizer),
        age=_age(row.received_at, page) if row.state == ShownReviewState.WAITING else "",
        is_old=now - row.received_at >= OLD_AFTER,
        outcome=outcome,
        files=_files_label(reading.files.get(row.record_id), localizer),
        flags=_flags_text(reading.flags.get(row.record_id, ()), localizer),
        pick=_pick(row, reading),
    )


def _pick(row: QueueRow, reading: QueueReading) -> Pick | None:
    """Return the choice of an open record without flags; others are decided one by one."""
    is_open = row.review_state == ReviewState.WAITING or row.is_corrected
    is_alone = not is_clean(row.type, row.outcome) or bool(reading.flags.get(row.record_id))
    if reading.viewed is None or not is_open or is_alone:
        return None
    seen = SeenRecord(row.record_id, row.rev, reading.reviews.get(row.record_id, 0))
    return Pick(seen_text(seen), reading.viewed.get(row.record_id) == row.rev)


def _flags_text(flags: Sequence[Problem], localizer: Localizer) -> str:
    """Return the flags of a record, each once, without missing photos: the files have a line."""
    codes = dict.fromkeys(flag.code for flag in flags if flag.code is not ErrorCode.MISSING_PHOTOS)
    return " · ".join(flag_label(code, localizer) for code in codes)


def _files_label(count: RecordFileCount | None, localizer: Localizer) -> StateLabel | None:
    if count is None:
        return None
    return StateLabel(count_text(count, localizer), "" if count.is_whole else "warn", "document")


def _day(occurred_on: date, page: Page) -> str:
    """Return a day; a day of this year without its year."""
    is_this_year = occurred_on.year == page.today.year
    language = page.localizer.language
    return short_date_text(occurred_on, language) if is_this_year else page.localizer.day(occurred_on)


def _line(row: QueueRow, localizer: Localizer) -> str:
    unit = localizer.label(localizer.lists.units, row.unit_id) if row.unit_id else None
    second = localizer.choice("inspection_kind", row.kind) if row.type == RecordType.INSPECTION else row.title
    return " · ".join(part for part in (unit, second) if part)


def _icon(row: QueueRow, localizer: Localizer) -> str:
    if row.type == RecordType.OUTREACH_SESSION:
        return "outreach"
    kind = localizer.lists.types.get(row.establishment_type_id or "")
    return _GROUP_ICONS.get(kind.group, "establishment") if kind else "establishment"


def _age(received_at: datetime, page: Page) -> str:
    days = (page.today - local_date(received_at)).days
    if days <= 0:
        return page.say(N_("today"))
    return page.say(N_("{count} days"), count=days) if days > 1 else page.say(N_("1 day"))


_GROUP_ICONS = {
    "lodging": "bed",
    "entertainment": "microphone",
    "wellness": "spa",
    "food_drink": "coffee",
}
_DRAWERS = {
    QueueState.WAITING: N_("Waiting"),
    QueueState.RETURNED: N_("Returned"),
    QueueState.APPROVED: N_("Approved"),
    QueueState.VOID: N_("Void"),
    QueueState.ALL: N_("All"),
}
_KINDS: dict[str | None, str] = {
    None: N_("All types"),
    RecordType.INSPECTION: N_("Inspections"),
    RecordType.OUTREACH_SESSION: N_("Outreach"),
}
_EMPTY = {
    QueueState.WAITING: (
        N_("Everything is reviewed"),
        N_("New records appear here after the next sync of a tablet."),
    ),
    QueueState.RETURNED: (
        N_("Nothing is out for correction"),
        N_("Records you return stay here until the team sends them again."),
    ),
    QueueState.APPROVED: (
        N_("Nothing is approved yet"),
        N_("Open a waiting record and approve it; it then counts in the figures."),
    ),
    QueueState.VOID: (
        N_("Nothing is void"),
        N_("Records filed twice or by mistake lie here once they are voided; they count in no figure."),
    ),
    QueueState.ALL: (
        N_("No records yet"),
        N_("Enrol a tablet; filed visits and sessions appear here after its first sync."),
    ),
}
