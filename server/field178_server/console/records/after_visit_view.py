"""Time after a visit: decisions with payments, measures, corrections, entries of the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from flask import url_for

from field178_server.console.records.files_view import FileView, files_view
from field178_server.console.shell.links import with_query
from field178_server.console.text.field_labels import field_name, value_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.reviews.record import RecordPage
from field178_server.records.entries import OfficeEntry
from field178_server.records.find_record import StoredRecord
from field178_server.records.history import Revision
from field178_server.records.review_states import ShownReviewState
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import day_of, entries_of, text_of
from field178_shared.records.sanctions import SANCTIONS, SanctionDecision
from field178_shared.text.i18n import N_

# Fields of the form of an entry, in their order.
PATHS: Mapping[str, tuple[str, ...]] = {
    RecordType.SANCTION_DECISION: (
        "document_number",
        "document_date",
        "agency_id",
        "violation_ids",
        "sanction_id",
        "amount_vnd",
        "measure_ids",
        "received_on",
    ),
    RecordType.PAYMENT: ("document_number", "paid_on", "amount_vnd"),
    RecordType.MEASURE_EXECUTION: ("done_on", "document_number"),
    RecordType.FOLLOW_UP_CLOSURE: ("status", "closed_on", "note"),
}

_MINUTES = "admin_minutes"
# Measures without a later step: decisions, reminders, and those that corrections cover.
_NOTHING_TO_DO = SANCTIONS | {"reminder", "commitment_signed", "fix_by_date"}


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """Decision, measure or correction with its progress; `href`: the form of its next step."""

    title: str
    facts: tuple[str, ...]
    word: StateLabel
    href: str | None
    action: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """Entry of the office: last revision, labels and values, files."""

    record: StoredRecord
    last: Revision | None
    facts: tuple[tuple[str, str], ...]
    files: tuple[FileView, ...]


@dataclass(frozen=True, slots=True)
class AfterVisitView:
    """Section of the time after a visit."""

    rows: tuple[OutcomeRow, ...]
    entries: tuple[EntryView, ...]
    decision_href: str | None


def after_visit_view(page: RecordPage, localizer: Localizer, now: datetime) -> AfterVisitView | None:
    """Return the section of a visit; None for other records, and for a void or erased visit."""
    if page.record.type != RecordType.INSPECTION or page.erased_at or page.state == ShownReviewState.VOID:
        return None
    maker = _Rows(page, localizer)
    has_findings = bool(entries_of(page.record.data, "findings"))
    return AfterVisitView(
        rows=(*maker.decisions(), *maker.measures(), *maker.corrections()),
        entries=tuple(entry_view(page, entry, localizer, now) for entry in page.entries.every),
        decision_href=maker.form(RecordType.SANCTION_DECISION) if has_findings else None,
    )


def entry_view(page: RecordPage, entry: OfficeEntry, localizer: Localizer, now: datetime) -> EntryView:
    """Return an entry of the office with its facts and files."""
    record, last = entry.record, entry.history.revisions[-1] if entry.history.revisions else None
    files = files_view(record, page.entry_files.get(record.record_id, ()), localizer, now)
    facts = facts_of(record.type, record.data, localizer)
    return EntryView(record, last, facts, files.files if files else ())


def decision_title(decision: SanctionDecision, localizer: Localizer) -> str:
    """Return the number and the date of a decision."""
    say = localizer.say
    if not decision.document_number:
        return say(N_("Decision without a number"))
    if decision.document_date is None:
        return say(N_("Decision {number}")).format(number=decision.document_number)
    return say(N_("Decision {number} of {day}")).format(
        number=decision.document_number, day=localizer.day(decision.document_date)
    )


def facts_of(record_type: str, data: Data, localizer: Localizer) -> tuple[tuple[str, str], ...]:
    """Return labels and values of an entry in the order of its form."""
    return tuple(
        (field_name(record_type, path, localizer), value_text(record_type, path, data[path], localizer))
        for path in PATHS[record_type]
        if data.get(path) not in (None, "", [])
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    page: RecordPage
    localizer: Localizer

    def form(self, record_type: str, **target: str) -> str:
        record_id = self.page.record.record_id
        form = url_for("console.follow_ups.new_entry", record_id=record_id, record_type=record_type)
        return with_query(form, urlencode(target))

    def decisions(self) -> Iterator[OutcomeRow]:
        for decision in self.page.entries.after.decisions:
            href, action = None, ""
            if decision.is_of_field:
                href, action = (
                    self.form(RecordType.SANCTION_DECISION, measure=decision.decision_id),
                    N_("Enter it for the office"),
                )
            elif decision.outstanding_vnd:
                href, action = (
                    self.form(RecordType.PAYMENT, decision=decision.decision_id),
                    N_("Enter a payment"),
                )
            title = decision_title(decision, self.localizer)
            label = self.localizer.say(action) if action else ""
            yield OutcomeRow(title, self._facts(decision), self._paid(decision), href, label)

    def measures(self) -> Iterator[OutcomeRow]:
        for key, measure in entries_of(self.page.record.data, "measures").items():
            measure_id = text_of(measure, "measure_id")
            if measure_id and measure_id not in _NOTHING_TO_DO:
                yield self._measure("", key, measure_id, self._document(dict(measure)))
        for decision in self.page.entries.after.decisions:
            title = decision_title(decision, self.localizer)
            for measure_id in decision.measure_ids:
                yield self._measure(decision.decision_id, measure_id, measure_id, (title,))

    def corrections(self) -> Iterator[OutcomeRow]:
        """Yield the corrections that the office closed; open ones are listed as follow-ups."""
        follow_ups = entries_of(self.page.record.data, "follow_ups")
        for key, closed_on in self.page.entries.after.closed.items():
            text = text_of(follow_ups.get(key, {}), "text")
            yield OutcomeRow(text, (), self._done(N_("Closed on {day}"), closed_on), None, "")

    def _measure(self, decision_id: str, key: str, measure_id: str, facts: tuple[str, ...]) -> OutcomeRow:
        title = self.localizer.choice("measure", measure_id)
        done_on = self.page.entries.after.done.get((decision_id, key)) or self._signed_on(key, measure_id)
        if done_on is not None:
            return OutcomeRow(title, facts, self._done(N_("Carried out on {day}"), done_on), None, "")
        target = {"measure_key": key}
        if decision_id:
            target["decision"] = decision_id
        say = self.localizer.say
        word = StateLabel(say(N_("Not entered as carried out")), "", "clock")
        return OutcomeRow(
            title,
            facts,
            word,
            self.form(RecordType.MEASURE_EXECUTION, **target),
            say(N_("Enter as carried out")),
        )

    def _signed_on(self, key: str, measure_id: str) -> date | None:
        """Return the day of the minutes of a violation, if the visit states it."""
        measure = entries_of(self.page.record.data, "measures").get(key, {})
        return day_of(measure, "document_date") if measure_id == _MINUTES else None

    def _document(self, measure: Data) -> tuple[str, ...]:
        day = day_of(measure, "document_date")
        parts = (text_of(measure, "document_number"), self.localizer.day(day) if day else "")
        return tuple(part for part in parts if part)

    def _facts(self, decision: SanctionDecision) -> tuple[str, ...]:
        localizer = self.localizer
        agency = localizer.label(localizer.lists.agencies, decision.agency_id) if decision.agency_id else ""
        by_field = localizer.say(N_("written by the team in the visit")) if decision.is_of_field else ""
        sanction = localizer.choice("measure", decision.sanction_id)
        amount = localizer.money(decision.amount_vnd) if decision.amount_vnd else ""
        return tuple(part for part in (sanction, amount, agency, by_field) if part)

    def _paid(self, decision: SanctionDecision) -> StateLabel:
        localizer = self.localizer
        if not decision.amount_vnd:
            return StateLabel(localizer.say(N_("Nothing to pay")), "", "info")
        if not decision.outstanding_vnd:
            return StateLabel(localizer.say(N_("Paid in full")), "ok", "check")
        text = localizer.say(N_("Still to pay: {amount}"))
        return StateLabel(text.format(amount=localizer.money(decision.outstanding_vnd)), "warn", "clock")

    def _done(self, text: str, day: object) -> StateLabel:
        return StateLabel(self.localizer.say(text).format(day=self.localizer.day(day)), "ok", "check")
