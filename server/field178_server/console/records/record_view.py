"""The page of one record as plain values: exceptions, changes, all sections, history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from flask import url_for

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
from field178_server.console.shell.links import with_query
from field178_server.console.text.field_labels import FieldContext, label_at, type_name, value_text
from field178_server.console.text.localize import Localizer, address_text
from field178_server.console.text.state_labels import StateLabel, state_label
from field178_server.office.reviews.quality_flags import WHOLE
from field178_server.office.reviews.record import RecordPage
from field178_server.records.find_record import FILED_TYPES, StoredRecord
from field178_server.records.history import Difference, Revision
from field178_shared.documents.sources import COMMITMENT, MINUTES, SESSION_RECORD
from field178_shared.errors import ErrorCode
from field178_shared.merge import Data
from field178_shared.records.comment_threads import CommentThread
from field178_shared.records.follow_ups import OpenFollowUp
from field178_shared.records.points import point_of
from field178_shared.records.reading import day_of_act, entry_of
from field178_shared.records.sanctions import CLOSURE
from field178_shared.rules.time_limits import TimeLimit, running_limits
from field178_shared.text.countdown import days_left_text
from field178_shared.text.formats import date_text
from field178_shared.text.i18n import N_
from field178_shared.time.clock import from_wire, local_date, to_wire

_FILES = "attachments"
# A blank at either end, beside another, or one that is no plain space.
_INVISIBLE = re.compile(r"^\s+|\s+$|\s{2,}|[^\S ]")


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """One field before and after, in words."""

    path: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One revision: who, when, which tablet, and what it changed; the first one is a filing."""

    rev: int
    who: str
    when: str
    tablet: str
    is_first: bool
    is_late: bool
    differences: tuple[DifferenceView, ...]


@dataclass(frozen=True, slots=True)
class TimeLimitView:
    """A time limit that runs from the record's dates: its law, last day and the working days left."""

    label: str
    law: str
    ends_on: str
    left: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class OpenFollowUpView:
    """A correction still to be made at the establishment, and the visit that asked for it."""

    text: str
    visit_id: str
    asked_on: str
    due: str
    is_overdue: bool
    href: str


@dataclass(frozen=True, slots=True)
class TechnicalFact:
    """One technical detail; a code is set in a monospaced face."""

    name: str
    value: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What the office has decided, in words; `rev`: the revision that it holds for."""

    reason: str | None
    decision: DecisionView | None
    rev: int
    # Threads about the whole record, or at a field that it no longer holds.
    general: tuple[tuple[str, ThreadView], ...]
    open_threads: int = 0


@dataclass(frozen=True, slots=True)
class RecordPageView:
    """Everything the page of one record shows."""

    record_id: str
    type: str
    type_name: str
    title: str
    subtitle: str
    rev: int
    state: str
    state_label: StateLabel
    flags: tuple[FlagView, ...]
    exceptions: tuple[FieldRow, ...]
    limits: tuple[TimeLimitView, ...]
    changes: tuple[DifferenceView, ...]
    sections: tuple[SectionView, ...]
    previous: tuple[str, str] | None
    open_follow_ups: tuple[OpenFollowUpView, ...]
    history: tuple[RevisionView, ...]
    is_history_complete: bool
    review: ReviewView | None
    # Newest first.
    decisions: tuple[DecisionView, ...]
    review_rev: int
    technical: tuple[TechnicalFact, ...]
    open_conflicts: int
    open_quarantine: int
    establishment_id: str | None
    is_establishment_known: bool
    files: FilesView | None
    # By the key of the file: what its row would say, had it not its place among the files.
    file_rows: Mapping[str, FieldRow]
    erased: str | None
    papers: tuple[str, ...]
    announcement: str
    plan: PointPlan | None

    @property
    def is_filed(self) -> bool:
        """Whether this is a record that the office reviews; a register entry is not."""
        return self.type in FILED_TYPES

    @property
    def shows_changes(self) -> bool:
        """Whether there is a decision to compare with, and something to say about it."""
        return self.review is not None and (
            bool(self.changes) or self.state in ("returned", "corrected", "answered")
        )

    @property
    def flag_labels(self) -> tuple[str, ...]:
        """The flags in short, each once; missing files stand beside them with their numbers."""
        shown = (flag for flag in self.flags if flag.code != ErrorCode.MISSING_PHOTOS)
        return tuple(dict.fromkeys(flag.short for flag in shown))

    @property
    def flag_rows(self) -> tuple[FlagView, ...]:
        """The flags with a row of their own: a text that is marked stands there as an exception."""
        return tuple(flag for flag in self.flags if flag.path not in self.exception_paths)

    @property
    def exception_paths(self) -> frozenset[str]:
        """The paths shown above, so that the sections only point at them."""
        return frozenset(row.path for row in self.exceptions)


def record_view(page: RecordPage, localizer: Localizer, now: datetime) -> RecordPageView:
    """Return the page of a record for one reader at this instant."""
    maker = RowMaker(page, localizer)
    sections = sections_of(maker)
    establishment_id = page.record.data.get("establishment_id")
    return RecordPageView(
        record_id=page.record.record_id,
        type=page.record.type,
        type_name=type_name(page.record.type, localizer),
        title=record_title(page, localizer),
        subtitle=record_address(page, localizer),
        rev=page.record.rev,
        state=page.state,
        state_label=state_label(page.state, localizer),
        flags=flag_views(page, localizer),
        exceptions=_exceptions(maker, sections),
        limits=_limits(page, localizer, local_date(now)),
        changes=difference_views(page.record, page.changed, localizer),
        # What its files say stands beside them, not twice.
        sections=tuple(one for one in sections if one.key != _FILES or not page.files),
        previous=_previous(page, localizer),
        open_follow_ups=tuple(
            _open_follow_up(one, local_date(now), localizer) for one in page.open_follow_ups
        ),
        history=tuple(_revision(page, revision, localizer) for revision in reversed(page.history.revisions)),
        is_history_complete=page.history.is_complete,
        review=_review(page, maker, sections),
        decisions=tuple(decision_view(one, page, localizer) for one in reversed(page.decisions)),
        review_rev=page.review_rev,
        technical=_technical(page, localizer),
        open_conflicts=page.open_conflicts,
        open_quarantine=page.open_quarantine,
        establishment_id=establishment_id if isinstance(establishment_id, str) else None,
        is_establishment_known=page.establishment is not None,
        files=files_view(page.record, page.files, (localizer, now)),
        file_rows={
            row.path.rpartition(".")[2]: row for one in sections if one.key == _FILES for row in one.rows
        },
        erased=localizer.instant(page.erased_at) if page.erased_at else None,
        papers=_papers(page),
        announcement=_announcement(page, localizer),
        plan=_plan(page, localizer),
    )


def sections_of(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return all that a record says, in sections; nothing for a type that has no page."""
    sections = _SECTIONS.get(maker.page.record.type)
    return sections(maker) if sections else ()


def _exceptions(maker: RowMaker, sections: tuple[SectionView, ...]) -> tuple[FieldRow, ...]:
    if maker.page.record.type == "inspection":
        return inspection_exceptions(maker, sections)
    return outreach_exceptions(sections) if maker.page.record.type in FILED_TYPES else ()


def record_title(page: RecordPage, localizer: Localizer) -> str:
    """Return the name of a record: its establishment, its form of outreach, or its type."""
    data = page.record.data
    if page.erased_at:
        return type_name(page.record.type, localizer)
    if page.record.type == "establishment":
        return str(data.get("name", ""))
    if page.record.type == "outreach_session":
        return localizer.label(localizer.lists.forms, data.get("outreach_form_id"))
    if page.establishment is None:
        return localizer.say(N_("Establishment not received yet"))
    return str(page.establishment.data.get("name", ""))


def _announcement(page: RecordPage, localizer: Localizer) -> str:
    """Return what a screen reader says when the record comes up beside the queue."""
    parts = [record_title(page, localizer), state_label(page.state, localizer).text]
    if page.flags:
        parts.append(localizer.say(N_("flags: {count}")).format(count=localizer.number(len(page.flags))))
    return ", ".join(parts)


def _plan(page: RecordPage, localizer: Localizer) -> PointPlan | None:
    """Return the registered point and the check-in of a visit."""
    here = check_in_of(entry_of(page.record.data, "check_in"))
    registered = point_of(page.establishment.data) if page.establishment else None
    return point_plan(registered, (here,), localizer) if here else None


def _papers(page: RecordPage) -> tuple[str, ...]:
    """Return the papers of a record: a commitment only of a visit that took place."""
    if page.record.type == "outreach_session" and not page.erased_at:
        return (SESSION_RECORD,)
    if page.record.type != "inspection" or page.erased_at:
        return ()
    return (MINUTES, COMMITMENT) if page.record.data.get("access_result") == "inspected" else (MINUTES,)


def record_address(page: RecordPage, localizer: Localizer) -> str:
    """Return the address of a visit's establishment, or of the record itself."""
    data = page.establishment.data if page.establishment else page.record.data
    unit = localizer.label(localizer.lists.units, data["unit_id"]) if "unit_id" in data else ""
    return address_text(data.get("address_line") or data.get("venue"), data.get("village"), unit)


def _limits(page: RecordPage, localizer: Localizer, today: date) -> tuple[TimeLimitView, ...]:
    """Return the limits that run from the violations of a visit; a void one has none."""
    if page.record.type != "inspection" or page.state == "void" or page.erased_at:
        return ()
    data = page.record.data
    acted = day_of_act(data) or today
    return tuple(
        _limit(limit, localizer, (acted, today))
        for limit in running_limits(data, localizer.lists, page.entries.after)
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
    """Return differences in a record in words."""
    return tuple(difference_view((record.type, record.data), step, localizer) for step in differences)


def difference_view(record: tuple[str, Data], step: Difference, localizer: Localizer) -> DifferenceView:
    """Return one difference in a record of a type and content in words."""
    record_type, data = record
    texts = [value_text(record_type, step.path, value, localizer) for value in (step.before, step.after)]
    if len({" ".join(text.split()) for text in texts}) == 1:
        # They differ in what nobody sees.
        texts = [_INVISIBLE.sub(_mark, text) for text in texts]
    return DifferenceView(
        path=step.path,
        label=label_at(FieldContext(record_type, step.path, data), localizer),
        before=texts[0],
        after=texts[1],
    )


def _mark(blank: re.Match[str]) -> str:
    return "".join("↵" if one == "\n" else "␣" for one in blank[0])


def _previous(page: RecordPage, localizer: Localizer) -> tuple[str, str] | None:
    if page.previous is None:
        return None
    return page.previous.record_id, localizer.day(page.previous.occurred_on)


def _open_follow_up(one: OpenFollowUp, today: date, localizer: Localizer) -> OpenFollowUpView:
    due, say = one.due_on, localizer.say
    said = say(N_("Fix by {day}")).format(day=localizer.day(due)) if due else say(N_("No date set"))
    over = (today - due).days if due else 0
    if over > 0:
        late = say(N_("late by {count} days")).format(count=localizer.number(over))
        said = f"{said} · {late}"
    asked_on = localizer.day(one.asked_on)
    return OpenFollowUpView(one.text, one.visit_id, asked_on, said, over > 0, _closing_form(one))


def _closing_form(one: OpenFollowUp) -> str:
    form = url_for("console.follow_ups.new_entry", record_id=one.visit_id, record_type=CLOSURE)
    return with_query(form, urlencode({"follow_up_id": one.key}))


def _revision(page: RecordPage, revision: Revision, localizer: Localizer) -> RevisionView:
    is_first = revision.rev == 1
    return RevisionView(
        rev=revision.rev,
        who=localizer.person(revision.user_id),
        when=localizer.instant(revision.received_at),
        tablet=localizer.tablet(revision.device_id),
        is_first=is_first,
        is_late=revision.status == "conflict",
        differences=() if is_first else difference_views(page.record, revision.differences, localizer),
    )


def _review(page: RecordPage, maker: RowMaker, sections: tuple[SectionView, ...]) -> ReviewView | None:
    review = page.review
    if review is None:
        return None
    localizer = maker.localizer
    shown = {thread.key for section in sections for row in section.rows for thread in row.threads}
    hidden = [one for one in review.threads if one.key not in shown]
    return ReviewView(
        reason=review.reason,
        decision=decision_view(review.decision, page, localizer) if review.decision else None,
        rev=review.record_rev,
        general=tuple((_thread_label(page, one, localizer), maker.thread(one)) for one in hidden),
        open_threads=sum(one.is_open for one in review.threads),
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
    """Return the device's time without the difference of its clock; None when it is no time."""
    moment = from_wire(at) if at else None
    return moment - timedelta(milliseconds=clock_offset_ms) if moment else None


def establishment_sections(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return every section that holds something."""
    say = maker.localizer.say
    sections = (
        maker.section("identity", type_name("establishment", maker.localizer)),
        maker.section("registration", say(N_("Registration"))),
        maker.section("certificates"),
        maker.section("attachments"),
    )
    return tuple(section for section in sections if section.rows)


def outreach_sections(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return every section that holds something."""
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
    """Return the rows that ask for a look: texts with something that may name a person."""
    return tuple(row for section in sections for row in section.rows if row.has_marks)


_RECEIPTS = {
    "": N_("none: written by the office"),
    "applied": N_("applied as sent"),
    "unchanged": N_("nothing to change"),
    "conflict": N_("partly in conflict"),
}
_SECTIONS = {
    "inspection": inspection_sections,
    "outreach_session": outreach_sections,
    "establishment": establishment_sections,
}
