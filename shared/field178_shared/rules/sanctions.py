"""Rules of office entries about a visit: errors are refused, warnings need a confirmation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.errors import ErrorCode
from field178_shared.records.reading import (
    Data,
    count_of,
    day_of,
    day_of_act,
    entries_of,
    entry_of,
    ids_of,
    text_of,
)
from field178_shared.records.sanctions import FINE, SanctionDecision
from field178_shared.rules.problem import Problem

# Sanctioned as organisations; a household business is sanctioned as the person who owns it.
_ORGANISATIONS = frozenset({"private_enterprise", "company", "cooperative"})
_INDIVIDUALS = frozenset({"household_business"})


def decision_errors(data: Data, visit: Data, lists: CodeLists, today: date) -> Iterator[Problem]:
    """Yield the errors of a decision on a visit: its date, or an agency not in force."""
    yield from _dated("document_date", data, day_of_act(visit), ErrorCode.BEFORE_VISIT, today)
    decided = day_of(data, "document_date")
    yield from _dated("received_on", data, decided, ErrorCode.BEFORE_DECISION, today)
    agency = text_of(data, "agency_id")
    if agency and decided and agency not in lists.agencies.on(decided):
        yield Problem("agency_id", ErrorCode.AGENCY_NOT_VALID)
    if text_of(data, "sanction_id") == FINE and not count_of(data, "amount_vnd"):
        yield Problem("amount_vnd", ErrorCode.REQUIRED)


def fine_range(
    violation_ids: tuple[str, ...], visit: Data, registration_form_id: str
) -> tuple[int, int] | None:
    """Return the lowest and highest fine for violations of a visit together; None if a frame is unknown.

    The frames are stored in the findings, as of the day of the act. If the establishment may be an individual
    or an organisation, the range covers both.
    """
    least = most = 0
    for violation_id in violation_ids:
        frame = _frame_of(violation_id, visit)
        low, high, times = (count_of(frame, name) for name in ("min", "max", "org_multiplier"))
        if registration_form_id in _INDIVIDUALS:
            times = 1
        if low is None or high is None or times is None:
            return None
        least += low * times if registration_form_id in _ORGANISATIONS else low
        most += high * times
    return (least, most) if violation_ids else None


def is_outside(amount: int, fines: tuple[int, int] | None) -> bool:
    """Return whether an amount is outside a known range."""
    return fines is not None and not fines[0] <= amount <= fines[1]


def payment_errors(data: Data, decision: SanctionDecision, today: date) -> Iterator[Problem]:
    """Yield the errors of a payment."""
    yield from _dated("paid_on", data, decision.document_date, ErrorCode.BEFORE_DECISION, today)
    if not count_of(data, "amount_vnd"):
        yield Problem("amount_vnd", ErrorCode.REQUIRED)


def execution_errors(data: Data, visit: Data, today: date) -> Iterator[Problem]:
    """Yield the errors of a completed measure."""
    yield from _dated("done_on", data, day_of_act(visit), ErrorCode.BEFORE_VISIT, today)


def closure_errors(data: Data, visit: Data, today: date) -> Iterator[Problem]:
    """Yield errors of the closure of a correction: its dates, and missing proof (a note or a file)."""
    yield from _dated("closed_on", data, day_of_act(visit), ErrorCode.BEFORE_VISIT, today)
    if not text_of(data, "note").strip() and not entries_of(data, "attachments"):
        yield Problem("note", ErrorCode.PROOF_REQUIRED)


def unknown_violations(data: Data, visit: Data) -> tuple[str, ...]:
    """Return the violations of a decision that its visit did not find."""
    violation_ids = {text_of(finding, "violation_id") for finding in entries_of(visit, "findings").values()}
    return tuple(violation for violation in ids_of(data, "violation_ids") if violation not in violation_ids)


def _frame_of(violation_id: str, visit: Data) -> Data:
    findings = entries_of(visit, "findings").values()
    frames = (
        entry_of(finding, "frame") for finding in findings if text_of(finding, "violation_id") == violation_id
    )
    return next((frame for frame in frames if frame), {})


def _dated(path: str, data: Data, since: date | None, code: ErrorCode, today: date) -> Iterator[Problem]:
    day = day_of(data, path)
    if day is not None and since is not None and day < since:
        yield Problem(path, code)
    if day is not None and day > today:
        yield Problem(path, ErrorCode.DATE_IN_FUTURE)
