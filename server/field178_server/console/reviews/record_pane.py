"""Record beside the queue: its view, the decisions that the officer may take, a refused decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from field178_server.console.records.after_visit_view import after_visit_view
from field178_server.console.records.decisions_view import DecisionView
from field178_server.console.records.record_view import RecordPageView, record_view
from field178_server.console.reviews.queue_query import QueueQuery
from field178_server.console.shell.page import Page
from field178_server.console.text.field_labels import FieldContext, field_name, label_at
from field178_server.office.reviews.record import RecordPage, record_page
from field178_server.records.find_record import FILED_TYPES
from field178_server.records.review_states import ShownReviewState
from field178_shared.record_type import RecordType
from field178_shared.text.i18n import N_

VOID = "void"
# Prefix of a typed comment that continues a thread, before the key of the thread.
THREAD = "thread:"
_OPEN_STATES = frozenset(ShownReviewState) - {ShownReviewState.APPROVED, ShownReviewState.VOID}


@dataclass(frozen=True, slots=True)
class RefusedDecision:
    """Refused decision: message, and the input to show again.

    `form`: decision of the reason. `keep`: ticked threads, None if the form has none. `seen_review`: revision
    of the review on the officer's page; decisions after it are shown.
    """

    status: int
    message: str
    form: str = ""
    reason: str = ""
    comments: Mapping[str, str] = field(default_factory=dict)
    keep: frozenset[str] | None = None
    seen_review: int | None = None

    def decided_since(self, view: RecordPageView) -> tuple[DecisionView, ...]:
        """Return the decisions after the review that the officer has seen."""
        if self.seen_review is None:
            return ()
        return tuple(made for made in view.decisions if made.decision.rev > self.seen_review)


def reviewed_record(session: Session, page: Page, record_id: str) -> RecordPage | None:
    """Return a record that is reviewed, None if it does not exist or is outside the officer's access."""
    record = record_page(session, page.tenant_id, page.access, record_id)
    return record if record is not None and record.record.type in FILED_TYPES else None


def record_values(
    page: Page, query: QueueQuery, record: RecordPage | None, attempt: RefusedDecision | None = None
) -> dict[str, Any]:
    """Return the variables of the template of a record; its names become those of the page."""
    if record is not None:
        page.use_names(record.names)
    allowed = _allowed(page, record)
    return {
        "query": query,
        "view": record_view(record, page.localizer, page.now) if record else None,
        "after": after_visit_view(record, page.localizer, page.now) if record else None,
        "attempt": attempt,
        "unplaced": _unplaced_texts(page, record, attempt, allowed) if record and attempt else (),
        **allowed,
    }


def _allowed(page: Page, record: RecordPage | None) -> dict[str, bool]:
    """Return which decisions the officer may take on a record in its state."""
    state = record.state if record and not record.erased_at else ""
    is_open, is_live = state in _OPEN_STATES, state not in ("", ShownReviewState.VOID)
    return {
        "may_enter": is_live and page.may("console.follow_ups.enter"),
        "may_approve": is_open and page.may("console.reviews.approve"),
        "may_pin": is_open and page.may("console.reviews.return_record"),
        "may_reopen": state in (ShownReviewState.APPROVED, ShownReviewState.VOID)
        and page.may("console.reviews.reopen"),
        "may_void": is_live and page.may("console.reviews.void"),
    }


def _unplaced_texts(
    page: Page, record: RecordPage, attempt: RefusedDecision, allowed: Mapping[str, bool]
) -> list[tuple[str, str]]:
    """Return label and text of inputs without a field on the page."""
    forms = ("may_void",) if attempt.form == VOID else ("may_pin", "may_reopen")
    has_reason_form = any(allowed[form] for form in forms)
    reason = () if has_reason_form else ((page.say(N_("Reason")), attempt.reason),)
    comments = () if allowed["may_pin"] else attempt.comments.items()
    typed = (*reason, *((_label(page, record, path), text) for path, text in comments))
    return [(label, text) for label, text in typed if text]


def _label(page: Page, record: RecordPage, path: str) -> str:
    if path.startswith(THREAD):
        return field_name(RecordType.REVIEW, "comments.*", page.localizer)
    return label_at(FieldContext(record.record.type, path, record.record.data), page.localizer)
