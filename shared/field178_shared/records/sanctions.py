"""Office entries about a visit: decisions, payments, completed measures, closed corrections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import date
from typing import Self

from field178_shared.immutable import immutable
from field178_shared.record_type import RecordType
from field178_shared.records.inspection import Measure
from field178_shared.records.reading import Data, count_of, day_of, entries_of, ids_of, read_as, text_of
from field178_shared.records.value import Value
from field178_shared.text.normalisation import fold
from field178_shared.time.no_day import day_or_sentinel

OFFICE_TYPES = frozenset(
    {
        RecordType.SANCTION_DECISION,
        RecordType.PAYMENT,
        RecordType.MEASURE_EXECUTION,
        RecordType.FOLLOW_UP_CLOSURE,
    }
)
# The measures of a visit that are themselves a decision.
FINE, WARNING = "fine_money", "fine_warning"
SANCTIONS = frozenset({FINE, WARNING})
# Measures that do not end a case: they answer no violation.
BEGINNINGS = frozenset({"commitment_signed", "fix_by_date", "admin_minutes"})
# {record id: (type, data)} of the office entries about one visit.
Entries = Mapping[str, tuple[str, Data]]


@immutable(slots=True, kw_only=True)
class SanctionDecision:
    """A decision; `decision_id` is its record, or the key of the measure if the field wrote it."""

    decision_id: str
    document_number: str
    document_date: date | None
    agency_id: str
    sanction_id: str
    amount_vnd: int
    violation_ids: tuple[str, ...] = ()
    measure_ids: tuple[str, ...] = ()
    received_on: date | None = None
    is_of_field: bool = False
    paid_vnd: int = 0
    last_paid_on: date | None = None

    @classmethod
    def from_data(cls, decision_id: str, data: Data, payments: Iterable[Data]) -> Self:
        """Read a decision with its payments among these."""
        own = [payment for payment in payments if text_of(payment, "decision") == decision_id]
        return read_as(
            cls,
            data,
            decision_id=decision_id,
            is_of_field=False,
            paid_vnd=sum(count_of(payment, "amount_vnd") or 0 for payment in own),
            last_paid_on=max((day for payment in own if (day := day_of(payment, "paid_on"))), default=None),
        )

    @property
    def outstanding_vnd(self) -> int:
        """Unpaid amount of the fine; overpayments such as interest count as zero."""
        return max(0, self.amount_vnd - self.paid_vnd)


def answered_violations(visit: Data, after: AfterVisit) -> frozenset[str] | None:
    """Return the violations answered by a decision or a final measure; None if none names a violation.

    A decision entered by the office replaces the measure in which the field team wrote it.
    """
    final = [measure for measure in entries_of(visit, "measures").values() if _is_final(measure)]
    named = {violation for decision in after.decisions for violation in decision.violation_ids}
    named.update(
        violation
        for measure in final
        if text_of(measure, "measure_id") not in SANCTIONS
        for violation in ids_of(measure, "violation_ids")
    )
    return frozenset(named) if named or not final else None


def _is_final(measure: Data) -> bool:
    return text_of(measure, "measure_id") not in BEGINNINGS


def counts(data: Data) -> bool:
    """Return whether an entry of the office counts: it was not withdrawn."""
    return not text_of(data, "withdrawn_reason")


def number_key(document_number: str) -> str:
    """Return the form of a document's number by which two who typed it meet: no blanks, no marks, no case."""
    return "".join(fold(document_number).split())


@immutable(slots=True, kw_only=True)
class AfterVisit:
    """Valid entries that followed a visit.

    `decisions`: decisions of the office, and of the field team's measures, each number once. `done`: day by
    (decision or "", key) of the completed measures. `closed`: day by key of the corrections that the office
    closed.
    """

    decisions: tuple[SanctionDecision, ...] = ()
    done: Mapping[tuple[str, str], date | None] = field(default_factory=dict)
    closed: Mapping[str, date | None] = field(default_factory=dict)

    @classmethod
    def of(cls, visit: Data, entries: Entries) -> Self:
        """Read a visit and the office entries about it."""
        measures = {
            key: read_as(Measure, measure, key=key)
            for key, measure in entries_of(visit, "measures").items()
            if text_of(measure, "measure_id") in SANCTIONS
        }
        return cls.of_measures(measures, entries)

    @classmethod
    def of_measures(cls, measures: Mapping[str, Value | Measure], entries: Entries) -> Self:
        """Read the measures of a visit by key, and the office entries about it."""
        of_field = {
            number_key(decision.document_number) or decision.decision_id: decision
            for decision in _decisions_of(measures)
        }
        if not entries:
            return cls(decisions=_by_date(of_field.values()))
        valid = [(entry_id, kind, data) for entry_id, (kind, data) in sorted(entries.items()) if counts(data)]
        payments = [data for _, kind, data in valid if kind == RecordType.PAYMENT]
        of_office = [
            SanctionDecision.from_data(entry_id, data, payments)
            for entry_id, kind, data in valid
            if kind == RecordType.SANCTION_DECISION
        ]
        twins = [
            (decision, of_field.pop(number_key(decision.document_number), None)) for decision in of_office
        ]
        decisions = (*(_with_payment(*pair) for pair in twins), *of_field.values())
        return cls(
            decisions=_by_date(decisions),
            done={
                (text_of(data, "decision"), text_of(data, "measure_key")): day_of(data, "done_on")
                for _, kind, data in valid
                if kind == RecordType.MEASURE_EXECUTION
            },
            closed={
                text_of(data, "follow_up_id"): day_of(data, "closed_on")
                for _, kind, data in valid
                if kind == RecordType.FOLLOW_UP_CLOSURE
            },
        )


def _by_date(decisions: Iterable[SanctionDecision]) -> tuple[SanctionDecision, ...]:
    return tuple(sorted(decisions, key=lambda decision: day_or_sentinel(decision.document_date)))


def _with_payment(decision: SanctionDecision, written_by_field: SanctionDecision | None) -> SanctionDecision:
    """Return an office decision with the payment recorded by the field, until the office enters one."""
    if written_by_field is None or decision.paid_vnd:
        return decision
    return replace(decision, paid_vnd=written_by_field.paid_vnd, last_paid_on=written_by_field.last_paid_on)


def _decisions_of(measures: Mapping[str, Value | Measure]) -> Iterator[SanctionDecision]:
    for key, measure in measures.items():
        if measure.measure_id in SANCTIONS:
            amount = measure.amount_vnd or 0
            yield SanctionDecision(
                decision_id=key,
                is_of_field=True,
                document_number=measure.document_number or "",
                document_date=measure.document_date,
                agency_id=measure.agency_id or "",
                violation_ids=measure.violation_ids or (),
                sanction_id=measure.measure_id,
                amount_vnd=amount,
                paid_vnd=amount if measure.paid_on else 0,
                last_paid_on=measure.paid_on,
            )
