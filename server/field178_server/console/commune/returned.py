"""Return of an entry by the office: its comments, its state, and the form that returns an entry."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from field178_server.console.records.entry_form import entry_label_of
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel, state_label
from field178_server.office.reviews.operations import RETURNED_ENTRIES
from field178_server.office.reviews.queue import review_revisions
from field178_server.office.reviews.returned_entries import ReturnedEntry, returned_entries
from field178_server.records.labels import names_of
from field178_server.records.stored_record import Stored
from field178_shared.records.review import ReviewState
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class ReturnView:
    """Return of an entry with its state; `comments`: label of the field, "" for the whole entry, and text."""

    state: StateLabel
    signature: str
    comments: tuple[tuple[str, str], ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class ReturnForm:
    """Form that returns an entry: fields to choose from, and the typed values of a refused return."""

    paths: tuple[tuple[str, str], ...]
    seen_rev: int
    seen_review: int
    path: str = ""
    text: str = ""
    error: str = ""


def return_view(session: Session, tenant_id: str, entry: Stored, localizer: Localizer) -> ReturnView | None:
    """Return the return of an entry; None for an entry that was not returned."""
    returned = returned_entries(session, tenant_id, [entry.record_id]).get(entry.record_id)
    if returned is None:
        return None
    review = returned.review
    named = replace(localizer, names=names_of(session, tenant_id, {review.decided_by} - {""}))
    comments = [("", review.reason)] if review.reason else []
    comments += [
        (entry_label_of(entry.type, comment.path, localizer) if comment.path else "", comment.text)
        for comment in review.open_comments
    ]
    when = localizer.instant(review.decided_at) if review.decided_at else ""
    return ReturnView(
        state=return_label(returned, entry, localizer),
        signature=" · ".join(part for part in (named.person(review.decided_by), when) if part),
        comments=tuple(comments),
        is_open=returned.is_open(entry.rev),
    )


def return_label(returned: ReturnedEntry, entry: Stored, localizer: Localizer) -> StateLabel:
    """Return the state label of an entry that was returned."""
    if returned.is_open(entry.rev):
        return state_label(ReviewState.RETURNED, localizer)
    return StateLabel(localizer.say(N_("Corrected since the return")), "ok", "check")


def return_form(
    session: Session, tenant_id: str, entry: Stored, paths: tuple[str, ...], localizer: Localizer
) -> ReturnForm | None:
    """Return the form that returns an entry; None for one that is not returned."""
    if entry.type not in RETURNED_ENTRIES or entry.deleted:
        return None
    labels = tuple((path, entry_label_of(entry.type, path, localizer)) for path in paths)
    seen_review = review_revisions(session, tenant_id, [entry.record_id])[entry.record_id]
    return ReturnForm(labels, entry.rev, seen_review)
