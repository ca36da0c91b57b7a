"""The list of the review queue as plain values, and the addresses that keep its filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from flask import url_for

from field178_server.attachments.queries import RecordFileCount
from field178_server.console.records.files_view import count_text
from field178_server.console.shell.links import FilterLink, with_query
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
from field178_server.records.find_record import FILED_TYPES
from field178_server.records.keyset import KeysetPage, PageStart
from field178_shared.errors import ErrorCode
from field178_shared.rules import Problem
from field178_shared.rules.quality_flags import CODES
from field178_shared.text.formats import parse_whole_number, short_date_text
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date

OLD_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """The filters of an address: drawer, type, quality flag, place. An invalid value becomes the default."""

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
        """Read the filters back from `text`."""
        return cls.read(dict(parse_qsl(text)))

    @property
    def text(self) -> str:
        """The filters as they stand in an address, defaults left out."""
        parts = {
            "state": "" if self.state is QueueState.WAITING else self.state.value,
            "type": self.type or "",
            "flag": self.flag or "",
            **self.place.parameters,
        }
        return urlencode({name: value for name, value in parts.items() if value})

    def at(self, place: PageStart) -> QueueQuery:
        """Return the same filters on the page that begins there."""
        return replace(self, place=place)

    def pages(self, page: KeysetPage[QueueRow]) -> Mapping[str, str]:
        """Return the addresses of the first page, those beside this one, and the last; empty: not there."""
        return {
            name: self.at(place).list_href() if place is not None else ""
            for name, place in page.places.items()
        }

    def list_href(self) -> str:
        """Return the address of the list."""
        return with_query(url_for("console.reviews.index"), self.text)

    def record_href(self, record_id: str) -> str:
        """Return the address of a record beside this list."""
        return with_query(url_for("console.reviews.detail", record_id=record_id), self.text)


@dataclass(frozen=True, slots=True)
class Badge:
    """The icon of a row: kind of establishment, and outcome of the visit."""

    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Pick:
    """The choice of a row for an approval of several: its value in the form, and whether it was looked at."""

    value: str
    is_viewed: bool


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One row of the list."""

    href: str
    is_current: bool
    badge: Badge
    title: str
    line: str
    day: str
    state: StateLabel
    age: str | None
    is_old: bool
    outcome: StateLabel | None
    files: StateLabel | None = None
    flags: str = ""
    pick: Pick | None = None

    @property
    def first_words(self) -> str:
        """The title without its last word."""
        return self.title.rpartition(" ")[0]

    @property
    def last_word(self) -> str:
        """The last word of the title, often the code of the establishment."""
        return self.title.rpartition(" ")[2]


@dataclass(frozen=True, slots=True)
class RowFacts:
    """Facts about the records of a page, by their ids: files named and received, quality flags.

    `viewed` are the revisions that the officer has looked at, None for one who approves nothing; `reviews`
    are the revisions of the reviews.
    """

    files: Mapping[str, RecordFileCount]
    flags: Mapping[str, Sequence[Problem]]
    viewed: Mapping[str, int] | None = None
    reviews: Mapping[str, int] = field(default_factory=dict)


def drawers(query: QueueQuery, counts: Mapping[QueueState, int], localizer: Localizer) -> list[FilterLink]:
    """Return the drawers with the number of records in each."""
    return [
        FilterLink(
            replace(query, state=state, flag=None, place=PageStart()).list_href(),
            localizer.say(_DRAWERS[state]),
            state is query.state,
            counts[state],
        )
        for state in QueueState
    ]


def kinds(query: QueueQuery, localizer: Localizer) -> list[FilterLink]:
    """Return the choice of record types."""
    return [
        FilterLink(
            replace(query, type=type_, place=PageStart()).list_href(),
            localizer.say(label),
            type_ == query.type,
        )
        for type_, label in _KINDS.items()
    ]


def flag_filters(query: QueueQuery, localizer: Localizer) -> list[FilterLink]:
    """Return the choice of quality flags."""
    labels = {None: localizer.say(N_("With and without flags")), ANY_FLAG: localizer.say(N_("Any flag"))}
    labels |= {code.value: flag_label(code, localizer) for code in CODES}
    return [
        FilterLink(
            replace(query, flag=flag, place=PageStart()).list_href(),
            label,
            flag == query.flag,
        )
        for flag, label in labels.items()
    ]


def flag_count(found: FlaggedPage, localizer: Localizer) -> str:
    """Return how many records have the chosen flag: of several pages those of this one, and "+"."""
    shown = localizer.number(len(found.page.rows))
    return shown if found.is_all else f"{shown}+"


def queue_items(
    rows: Sequence[QueueRow],
    query: QueueQuery,
    chosen: str | None,
    reader: tuple[Localizer, datetime],
    facts: RowFacts,
) -> list[QueueItem]:
    """Return the rows as the list shows them at this instant."""
    return [
        replace(
            _item(row, query, row.record_id == chosen, reader),
            files=_files_label(facts.files.get(row.record_id), reader[0]),
            flags=_flags_text(facts.flags.get(row.record_id, ()), reader[0]),
            pick=_pick(row, facts),
        )
        for row in rows
    ]


def empty_text(query: QueueQuery, found: FlaggedPage | None, localizer: Localizer) -> tuple[str, str]:
    """Return the text of an empty list, and the next step."""
    title, text = _EMPTY[query.state]
    if found is not None:
        title = N_("No record with this flag")
        text = N_("All records of this list were looked through.")
        if not found.is_all:
            title = N_("No record with this flag so far")
            text = N_("Only a part of the list was looked through; the other pages look further.")
    return localizer.say(title), localizer.say(text)


def order_text(query: QueueQuery, localizer: Localizer) -> str:
    """Return how the drawer is sorted."""
    text = N_("Received first on top") if is_oldest_first(query.state) else N_("Received last on top")
    return localizer.say(text)


def title_of(row: QueueRow, localizer: Localizer) -> str:
    """Return what a filed record is called: its establishment, or its form of outreach."""
    if row.type == "outreach_session":
        return (
            localizer.label(localizer.lists.forms, row.kind) if row.kind else type_name(row.type, localizer)
        )
    return row.establishment_name or localizer.say(N_("Establishment not received yet"))


def _item(
    row: QueueRow, query: QueueQuery, is_current: bool, reader: tuple[Localizer, datetime]
) -> QueueItem:
    localizer, now = reader
    outcome = outcome_label(row.outcome, localizer) if row.type == "inspection" and row.outcome else None
    return QueueItem(
        href=query.record_href(row.record_id),
        is_current=is_current,
        badge=Badge(_icon(row, localizer), outcome.tone if outcome else "primary"),
        title=title_of(row, localizer),
        line=_line(row, localizer),
        day=_day(row.occurred_on, now, localizer) if row.occurred_on else "",
        state=short_state_label(row.state, localizer),
        age=_age(now, row.received_at, localizer) if row.state == "waiting" else None,
        is_old=now - row.received_at >= OLD_AFTER,
        outcome=outcome,
    )


def _pick(row: QueueRow, facts: RowFacts) -> Pick | None:
    """Return the choice of a row that waits and where nothing stands out; others are decided one by one."""
    is_open = row.review_state == "waiting" or row.is_corrected
    is_alone = not is_clean(row.type, row.outcome) or bool(facts.flags.get(row.record_id))
    if facts.viewed is None or not is_open or is_alone:
        return None
    seen = SeenRecord(row.record_id, row.rev, facts.reviews.get(row.record_id, 0))
    return Pick(seen_text(seen), facts.viewed.get(row.record_id) == row.rev)


def seen_text(seen: SeenRecord) -> str:
    """Return a record as it was seen, as one value of a form."""
    return f"{seen.record_id}:{seen.rev}:{seen.review_rev}"


def parse_seen(text: str) -> SeenRecord:
    """Read a record back from `text`."""
    record_id, *revs = text.split(":")
    rev, review_rev = (*(parse_whole_number(one) or 0 for one in revs), 0, 0)[:2]
    return SeenRecord(record_id, rev, review_rev)


def _flags_text(flags: Sequence[Problem], localizer: Localizer) -> str:
    """Return the flags of a row, each once; the files have a line of their own."""
    codes = dict.fromkeys(flag.code for flag in flags if flag.code is not ErrorCode.MISSING_PHOTOS)
    return " · ".join(flag_label(code, localizer) for code in codes)


def _files_label(count: RecordFileCount | None, localizer: Localizer) -> StateLabel | None:
    if count is None:
        return None
    text = count_text(count, localizer)
    return StateLabel(text, "" if count.is_whole else "warn", "document")


def _day(occurred_on: date, now: datetime, localizer: Localizer) -> str:
    """Return a day, of this year without its year."""
    is_plain = occurred_on.year == local_date(now).year
    return short_date_text(occurred_on, localizer.language) if is_plain else localizer.day(occurred_on)


def _line(row: QueueRow, localizer: Localizer) -> str:
    unit = localizer.label(localizer.lists.units, row.unit_id) if row.unit_id else None
    second = localizer.choice("inspection_kind", row.kind) if row.type == "inspection" else row.title
    return " · ".join(part for part in (unit, second) if part)


def _icon(row: QueueRow, localizer: Localizer) -> str:
    if row.type == "outreach_session":
        return "outreach"
    kind = localizer.lists.types.get(row.establishment_type_id or "")
    return _GROUP_ICONS.get(kind.group, "establishment") if kind else "establishment"


def _age(now: datetime, received_at: datetime, localizer: Localizer) -> str:
    days = (local_date(now) - local_date(received_at)).days
    if days <= 0:
        return localizer.say(N_("today"))
    return localizer.say(N_("{count} days")).format(count=days) if days > 1 else localizer.say(N_("1 day"))


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
    "inspection": N_("Inspections"),
    "outreach_session": N_("Outreach"),
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
