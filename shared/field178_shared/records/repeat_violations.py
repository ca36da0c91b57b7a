"""Violations found again at the same establishment, and their legal class.

Law 15/2012/QH13 on handling administrative violations, amended by Law 67/2020/QH14. Recidivism (tái phạm,
Art. 2.5) needs a sanction decision for the same act that was not expired on the day of the new act. Without a
decision it is a violation committed several times (vi phạm nhiều lần, Art. 2.6), as long as the earlier act
could be sanctioned (Art. 6).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from field178_shared.records.reading import Data, entries_of, instant_of, text_of
from field178_shared.records.sanctions import FINE, WARNING, AfterVisit, SanctionDecision
from field178_shared.time.clock import local_date

# Art. 6.1: an act may be sanctioned within a year. Art. 74.1: a decision is enforced within a year.
_LIMITATION_MONTHS = _ENFORCEMENT_MONTHS = 12
# Art. 7.1: so long after it was complied with, or could not be enforced any more, a sanction counts.
_EXPIRY_MONTHS = {WARNING: 6, FINE: 12}


class Repetition(StrEnum):
    """Legal class of a violation that was found before."""

    RECIDIVISM = "recidivism"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class EarlierViolation:
    """Earlier visit that determines the class of a repeated violation."""

    found_on: date
    repetition: Repetition

    @property
    def rank(self) -> tuple[bool, date]:
        """Order of earlier visits: a sanction that counts first, then the latest."""
        return (self.repetition is Repetition.RECIDIVISM, self.found_on)


def earlier_violations(
    visits: Iterable[tuple[Data, AfterVisit]], started_at: datetime | None
) -> dict[str, EarlierViolation]:
    """Return the earlier violations that count when a visit begins, by violation id.

    `visits`: visits to one establishment with their sanctions; visits that began at or after the instant do
    not count.
    """
    earlier: dict[str, EarlierViolation] = {}
    for data, after in visits if started_at is not None else ():
        began = instant_of(data, "started_at")
        if began is None or started_at is None or began >= started_at:
            continue
        for violation, candidate in _counted(data, after, local_date(began), local_date(started_at)):
            previous = earlier.get(violation)
            if previous is None or candidate.rank > previous.rank:
                earlier[violation] = candidate
    return earlier


def violations_of(data: Data) -> frozenset[str]:
    """Return the violations recorded in a visit."""
    return frozenset(text_of(finding, "violation_id") for finding in entries_of(data, "findings").values())


def _counted(
    data: Data, after: AfterVisit, found_on: date, day: date
) -> Iterator[tuple[str, EarlierViolation]]:
    violations = violations_of(data)
    for violation in violations:
        decisions = [
            decision for decision in after.decisions if violation in _sanctioned_by(decision, violations)
        ]
        repetition = _repetition(found_on, decisions, day)
        if repetition is not None:
            yield violation, EarlierViolation(found_on, repetition)


def _repetition(found_on: date, decisions: Iterable[SanctionDecision], day: date) -> Repetition | None:
    of_before = [
        decision
        for decision in decisions
        if decision.document_date is not None and decision.document_date < day
    ]
    if any(_counts_on(decision, day) for decision in of_before):
        return Repetition.RECIDIVISM
    # An expired sanction does not count as a sanction.
    if of_before or found_on < _months_after(day, -_LIMITATION_MONTHS):
        return None
    return Repetition.REPEATED


def _counts_on(decision: SanctionDecision, day: date) -> bool:
    """Return whether a decision of before is not expired on a day (Art. 7.1)."""
    assert decision.document_date is not None
    ended_on = _complied_on(decision) or _months_after(decision.document_date, _ENFORCEMENT_MONTHS)
    return day <= _months_after(ended_on, _EXPIRY_MONTHS.get(decision.sanction_id, _EXPIRY_MONTHS[WARNING]))


def _complied_on(decision: SanctionDecision) -> date | None:
    """Return when a decision was complied with: a warning at its delivery, a fine at its full payment."""
    if decision.sanction_id != FINE:
        return decision.received_on or decision.document_date
    is_paid = decision.amount_vnd > 0 and not decision.outstanding_vnd
    return decision.last_paid_on if is_paid else None


def _sanctioned_by(decision: SanctionDecision, violations: Collection[str]) -> Collection[str]:
    """Return the violations of a decision.

    A decision from the field names no violation; it sanctions the violation of a visit with only one.
    """
    return decision.violation_ids or (violations if len(violations) == 1 else ())


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
