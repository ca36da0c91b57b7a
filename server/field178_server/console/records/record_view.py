"""Page of a record: exceptions, changes, sections, history."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from field178_server.console.records.decisions_view import DecisionView, decision_view
from field178_server.console.records.field_rows import FieldRow, RowMaker, SectionView
from field178_server.console.records.files_view import FilesView, files_view
from field178_server.console.records.inspection_view import (
    inspection_exceptions,
    inspection_sections,
    law_text,
)
from field178_server.console.records.point_plan import PointPlan, check_in_of, point_plan
from field178_server.console.records.quality_flags import FlagView, flag_views
from field178_server.console.records.threads_view import ThreadView
from field178_server.console.text.field_labels import FieldContext, label_at, type_name, value_text
from field178_server.console.text.localize import Localizer, address_text
from field178_server.console.text.state_labels import StateLabel, state_label
from field178_server.office.reviews.quality_flags import WHOLE
from field178_server.office.reviews.record import RecordPage
from field178_server.records.find_record import FILED_TYPES, StoredRecord
from field178_server.records.follow_ups import is_past
from field178_server.records.history import Difference, Revision
from field178_server.records.review_states import ShownReviewState
from field178_shared.documents.sources import COMMITMENT, MINUTES, SESSION_RECORD
from field178_shared.errors import ErrorCode
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.comment_threads import CommentThread
from field178_shared.records.follow_ups import OpenFollowUp
from field178_shared.records.points import point_of
from field178_shared.records.reading import day_of, day_of_act, entry_of
from field178_shared.rules.time_limits import TimeLimit, running_limits
from field178_shared.schemas import lenient_value
from field178_shared.text.countdown import days_left_text
from field178_shared.text.formats import date_text
from field178_shared.text.i18n import N_
from field178_shared.time.clock import from_wire, local_date, to_wire
from field178_shared.wire.protocol import REDUCED

_FILES = "attachments"
# A blank at an end, a repeated blank, or a blank that is not a plain space.
_INVISIBLE = re.compile(r"^\s+|\s+$|\s{2,}|[^\S ]")


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """Texts of a field before and after a change."""

    path: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RevisionView:
    """Revision of a record with its differences; the first one has none."""

    revision: Revision
    differences: tuple[DifferenceView, ...]


@dataclass(frozen=True, slots=True)
class TimeLimitView:
    """Running time limit: law, last day, working days left."""

    label: str
    law: str
    ends_on: str
    left: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class OpenFollowUpView:
    """Open correction at the establishment with its due day."""

    follow_up: OpenFollowUp
    due: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class TechnicalFact:
    """Technical detail; a code is shown in a monospaced font."""

    name: str
    value: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Review of the record; `rev`: the revision that its state holds for."""

    reason: str | None
    decision: DecisionView | None
    rev: int
    # Threads about the whole record, or at a field that the record has no longer.
    general: tuple[tuple[str, ThreadView], ...]


@dataclass(frozen=True, slots=True)
class RecordPageView:
    """Page of a record."""

    page: RecordPage
    title: str
    subtitle: str
    state_label: StateLabel
    flags: tuple[FlagView, ...]
    exceptions: tuple[FieldRow, ...]
    limits: tuple[TimeLimitView, ...]
    changes: tuple[DifferenceView, ...]
    sections: tuple[SectionView, ...]
    open_follow_ups: tuple[OpenFollowUpView, ...]
    history: tuple[RevisionView, ...]
    review: ReviewView | None
    # Newest first.
    decisions: tuple[DecisionView, ...]
    technical: tuple[TechnicalFact, ...]
    files: FilesView | None
    # Rows of the files by their keys: changes and threads, which are shown beside the files.
    file_rows: Mapping[str, FieldRow]
    erased: str | None
    reduced: tuple[str, ...]
    papers: tuple[str, ...]
    announcement: str
    plan: PointPlan | None

    @property
    def record_id(self) -> str:
        """The id of the record."""
        return self.page.record.record_id

    @property
    def type(self) -> str:
        """The type of the record."""
        return self.page.record.type

    @property
    def open_conflicts(self) -> int:
        """The number of open conflicts."""
        return self.page.open_conflicts

    @property
    def open_quarantine(self) -> int:
        """The number of changes in quarantine."""
        return self.page.open_quarantine

    @property
    def is_filed(self) -> bool:
        """Whether the office reviews records of this type."""
        return self.type in FILED_TYPES

    @property
    def shows_changes(self) -> bool:
        """Whether there is a review to compare with, and a change or a return."""
        return self.review is not None and (bool(self.changes) or self.page.state in _RETURNED_STATES)

    @property
    def flag_labels(self) -> tuple[str, ...]:
        """Short labels of the flags, each once, without missing photos: the files have a pill."""
        shown = (flag for flag in self.flags if flag.code != ErrorCode.MISSING_PHOTOS)
        return tuple(dict.fromkeys(flag.short for flag in shown))

    @property
    def flag_rows(self) -> tuple[FlagView, ...]:
        """The flags that are shown in rows; marked texts are exceptions already."""
        return tuple(flag for flag in self.flags if flag.path not in self.exception_paths)

    @property
    def exception_paths(self) -> frozenset[str]:
        """Paths of the exceptions: sections link to them."""
        return frozenset(row.path for row in self.exceptions)


def record_view(page: RecordPage, localizer: Localizer, now: datetime) -> RecordPageView:
    """Return the page of a record."""
    maker = RowMaker(page, localizer)
    sections = sections_of(maker)
    return RecordPageView(
        page=page,
        title=record_title(page, localizer),
        subtitle=record_address(page, localizer),
        state_label=state_label(page.state, localizer),
        flags=flag_views(page, localizer),
        exceptions=_exceptions(maker, sections),
        limits=_limits(page, localizer, local_date(now)),
        changes=difference_views(page.record, page.changed, localizer),
        # Files have a section with previews instead of their rows.
        sections=tuple(section for section in sections if section.key != _FILES or not page.files),
        open_follow_ups=tuple(
            _open_follow_up(follow_up, local_date(now), localizer) for follow_up in page.open_follow_ups
        ),
        history=tuple(_revision(page, revision, localizer) for revision in reversed(page.history.revisions)),
        review=_review(page, maker, sections),
        decisions=tuple(decision_view(decision, page, localizer) for decision in reversed(page.decisions)),
        technical=_technical(page, localizer),
        files=files_view(page.record, page.files, localizer, now),
        file_rows={
            row.path.rpartition(".")[2]: row
            for section in sections
            if section.key == _FILES
            for row in section.rows
        },
        erased=localizer.instant(page.erased_at) if page.erased_at else None,
        reduced=_reduced(page, localizer),
        papers=_papers(page),
        announcement=_announcement(page, localizer),
        plan=_plan(page, localizer),
    )


def sections_of(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return the sections of a record, () for a type without a page."""
    sections = _SECTIONS.get(maker.page.record.type)
    return sections(maker) if sections else ()


def _exceptions(maker: RowMaker, sections: tuple[SectionView, ...]) -> tuple[FieldRow, ...]:
    if maker.page.record.type == RecordType.INSPECTION:
        return inspection_exceptions(maker, sections)
    return outreach_exceptions(sections) if maker.page.record.type in FILED_TYPES else ()


def record_title(page: RecordPage, localizer: Localizer) -> str:
    """Return the name of a record: its establishment, its form of outreach, or its type."""
    data = page.record.data
    if page.erased_at:
        return type_name(page.record.type, localizer)
    if page.record.type == RecordType.ESTABLISHMENT:
        return str(data.get("name", ""))
    if page.record.type == RecordType.OUTREACH_SESSION:
        return localizer.label(localizer.lists.forms, data.get("outreach_form_id"))
    if page.establishment is None:
        return localizer.say(N_("Establishment not received yet"))
    return str(page.establishment.data.get("name", ""))


def _announcement(page: RecordPage, localizer: Localizer) -> str:
    """Return the announcement for screen readers when the record opens beside the queue."""
    parts = [record_title(page, localizer), state_label(page.state, localizer).text]
    if page.flags:
        parts.append(localizer.say(N_("flags: {count}")).format(count=localizer.number(len(page.flags))))
    return ", ".join(parts)


def _plan(page: RecordPage, localizer: Localizer) -> PointPlan | None:
    """Return the registered point and the check-in of a visit."""
    here = check_in_of(entry_of(page.record.data, "check_in"))
    registered = point_of(page.establishment.data) if page.establishment else None
    return point_plan(registered, (here,), localizer) if here else None


def _reduced(page: RecordPage, localizer: Localizer) -> tuple[str, ...]:
    """Return what retention removed from the record, with the day of each removal."""
    marks = entry_of(entry_of(page.record.data, REDUCED), "rows")
    rows = localizer.lists.privacy.retention
    return tuple(
        f"{rows[name].label(localizer.language) if name in rows else name} ({date_text(day)})"
        for name in marks
        if (day := day_of(marks, name)) is not None
    )


def _papers(page: RecordPage) -> tuple[str, ...]:
    """Return the kinds of documents of a record: a commitment only of a visit with access."""
    if page.record.type == RecordType.OUTREACH_SESSION and not page.erased_at:
        return (SESSION_RECORD,)
    if page.record.type != RecordType.INSPECTION or page.erased_at:
        return ()
    return (MINUTES, COMMITMENT) if page.record.data.get("access_result") == "inspected" else (MINUTES,)


def record_address(page: RecordPage, localizer: Localizer) -> str:
    """Return the address of a visit's establishment, or of the record itself."""
    data = page.establishment.data if page.establishment else page.record.data
    unit = localizer.label(localizer.lists.units, data["unit_id"]) if "unit_id" in data else ""
    return address_text(data.get("address_line") or data.get("venue"), data.get("village"), unit)


def _limits(page: RecordPage, localizer: Localizer, today: date) -> tuple[TimeLimitView, ...]:
    """Return the running limits of the violations of a visit, () for a void or erased visit."""
    if page.record.type != RecordType.INSPECTION or page.state == ShownReviewState.VOID or page.erased_at:
        return ()
    data = page.record.data
    acted, visit = day_of_act(data) or today, lenient_value(RecordType.INSPECTION, data)
    return tuple(
        _limit(limit, localizer, (acted, today))
        for limit in running_limits(visit, localizer.lists, page.entries.after)
    )


def _limit(limit: TimeLimit, localizer: Localizer, days: tuple[date, date]) -> TimeLimitView:
    source, _, article = limit.deadline.source.partition(":")
    acted, today = days
    return TimeLimitView(
        label=" · ".join(
            part for part in (limit.deadline.label(localizer.language), limit.document_number) if part
        ),
        law=law_text(source, article, acted, localizer) or "",
        ends_on=date_text(limit.ends_on),
        left=days_left_text(limit.ends_on, today, localizer.lists.holidays, localizer.language),
        is_late=limit.ends_on < today,
    )


def difference_views(
    record: StoredRecord, differences: tuple[Difference, ...], localizer: Localizer
) -> tuple[DifferenceView, ...]:
    """Return the differences of a record as texts."""
    return tuple(difference_view((record.type, record.data), step, localizer) for step in differences)


def difference_view(record: tuple[str, Data], step: Difference, localizer: Localizer) -> DifferenceView:
    """Return a difference as texts; `record`: its type and content."""
    record_type, data = record
    texts = [value_text(record_type, step.path, value, localizer) for value in (step.before, step.after)]
    if len({" ".join(text.split()) for text in texts}) == 1:
        # The values differ in blanks only: show them.
        texts = [_INVISIBLE.sub(_mark, text) for text in texts]
    return DifferenceView(
        path=step.path,
        label=label_at(FieldContext(record_type, step.path, data), localizer),
        before=texts[0],
        after=texts[1],
    )


def _mark(blank: re.Match[str]) -> str:
    return "".join("↵" if character == "\n" else "␣" for character in blank[0])


def _open_follow_up(follow_up: OpenFollowUp, today: date, localizer: Localizer) -> OpenFollowUpView:
    due_on, say = follow_up.due_on, localizer.say
    if due_on is None:
        return OpenFollowUpView(follow_up, say(N_("No date set")), is_overdue=False)
    due = say(N_("Fix by {day}")).format(day=localizer.day(due_on))
    is_overdue = is_past(due_on, today)
    if is_overdue:
        late = say(N_("late by {count} days")).format(count=localizer.number((today - due_on).days))
        due = f"{due} · {late}"
    return OpenFollowUpView(follow_up, due, is_overdue=is_overdue)


def _revision(page: RecordPage, revision: Revision, localizer: Localizer) -> RevisionView:
    differences = () if revision.rev == 1 else revision.differences
    return RevisionView(revision, difference_views(page.record, differences, localizer))


def _review(page: RecordPage, maker: RowMaker, sections: tuple[SectionView, ...]) -> ReviewView | None:
    review = page.review
    if review is None:
        return None
    localizer = maker.localizer
    shown = {thread.key for section in sections for row in section.rows for thread in row.threads}
    hidden = [thread for thread in review.threads if thread.key not in shown]
    return ReviewView(
        reason=review.reason,
        decision=decision_view(review.decision, page, localizer) if review.decision else None,
        rev=review.record_rev,
        general=tuple((_thread_label(page, thread, localizer), maker.thread(thread)) for thread in hidden),
    )


def _thread_label(page: RecordPage, thread: CommentThread, localizer: Localizer) -> str:
    return label_at(FieldContext(page.record.type, thread.path or WHOLE, page.record.data), localizer)


def _technical(page: RecordPage, localizer: Localizer) -> tuple[TechnicalFact, ...]:
    say, record = localizer.say, page.record
    last = page.history.revisions[-1] if page.history.revisions else None
    return (
        TechnicalFact(say(N_("Record id")), record.record_id, is_code=True),
        TechnicalFact(say(N_("Revision")), str(record.rev)),
        TechnicalFact(say(N_("Content hash")), record.h, is_code=True),
        TechnicalFact(say(N_("Area of sync")), record.scope, is_code=True),
        *(_receipt(last, localizer) if last else ()),
    )


def _receipt(last: Revision, localizer: Localizer) -> tuple[TechnicalFact, ...]:
    say = localizer.say
    status = say(_RECEIPTS.get(last.status or "", _RECEIPTS[""]))
    corrected = corrected_time(last.at, last.clock_offset_ms)
    seconds = localizer.number(round(last.clock_offset_ms / 1000))
    return (
        TechnicalFact(say(N_("Receipt")), f"{last.change_id} · {status}", is_code=True),
        TechnicalFact(say(N_("Tablet")), localizer.tablet(last.device_id)),
        TechnicalFact(
            say(N_("Time on the tablet")), localizer.exact(last.at) if last.at else say(N_("(empty)"))
        ),
        TechnicalFact(
            say(N_("Corrected time")),
            localizer.exact(to_wire(corrected)) if corrected else say(N_("(empty)")),
        ),
        TechnicalFact(say(N_("Received by the server")), localizer.exact(last.received_at)),
        TechnicalFact(say(N_("Clock difference")), say(N_("{seconds} s")).format(seconds=seconds)),
    )


def corrected_time(at: str | None, clock_offset_ms: int) -> datetime | None:
    """Return the time of the tablet without its clock difference, None for an invalid time."""
    moment = from_wire(at) if at else None
    return moment - timedelta(milliseconds=clock_offset_ms) if moment else None


def establishment_sections(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return the sections that have rows."""
    say = maker.localizer.say
    sections = (
        maker.section("identity", type_name(RecordType.ESTABLISHMENT, maker.localizer)),
        maker.section("registration", say(N_("Registration"))),
        maker.section("certificates"),
        maker.section("attachments"),
    )
    return tuple(section for section in sections if section.rows)


def outreach_sections(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return the sections that have rows."""
    say = maker.localizer.say
    sections = (
        maker.section("session", say(N_("The session"))),
        maker.section("audiences"),
        maker.section("establishments"),
        maker.section("content", say(N_("Content"))),
        maker.section("materials"),
        maker.section("attachments"),
    )
    return tuple(section for section in sections if section.rows)


def outreach_exceptions(sections: tuple[SectionView, ...]) -> tuple[FieldRow, ...]:
    """Return the rows with texts that may name a person."""
    return tuple(row for section in sections for row in section.rows if row.has_marks)


_RECEIPTS = {
    "": N_("none: written by the office"),
    "applied": N_("applied as sent"),
    "unchanged": N_("nothing to change"),
    "conflict": N_("partly in conflict"),
}
_RETURNED_STATES = (ShownReviewState.RETURNED, ShownReviewState.CORRECTED, ShownReviewState.ANSWERED)
_SECTIONS: Mapping[str, Callable[[RowMaker], tuple[SectionView, ...]]] = {
    RecordType.INSPECTION: inspection_sections,
    RecordType.OUTREACH_SESSION: outreach_sections,
    RecordType.ESTABLISHMENT: establishment_sections,
}
