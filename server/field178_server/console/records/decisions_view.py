"""Decisions of the office: label, author, comments."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.audit.trail import OPERATOR
from field178_server.console.text.field_labels import FieldContext, label_at
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel, state_label
from field178_server.office.reviews.decision_history import Decision, DecisionKind
from field178_server.office.reviews.quality_flags import WHOLE
from field178_server.office.reviews.record import RecordPage
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class DecisionView:
    """Decision with its label and author; `comments`: label of the field and text."""

    decision: Decision
    label: StateLabel
    who: str
    comments: tuple[tuple[str, str], ...]


def decision_view(decision: Decision, page: RecordPage, localizer: Localizer) -> DecisionView:
    """Return a decision on the record of a page."""
    return DecisionView(
        decision,
        label=decision_label(decision.kind, localizer),
        who=decider(decision.user_id, localizer),
        comments=tuple(
            (
                label_at(FieldContext(page.record.type, comment.path or WHOLE, page.record.data), localizer),
                comment.text,
            )
            for comment in decision.comments
        ),
    )


def decision_label(kind: DecisionKind, localizer: Localizer) -> StateLabel:
    """Return the label of a kind of decision."""
    if kind is DecisionKind.UNDONE:
        return StateLabel(localizer.say(N_("Approval taken back")), "primary", "undo")
    if kind is DecisionKind.REOPENED:
        return StateLabel(localizer.say(N_("Reopened")), "warn", "restore")
    return state_label(kind.value, localizer)


def decider(user_id: str | None, localizer: Localizer) -> str:
    """Return the author of a decision; the command line of the server has no officer."""
    if user_id in (None, OPERATOR.kind):
        return localizer.say(N_("Command line of the server"))
    return localizer.person(user_id)
