"""States of webhooks and of attempts, with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.console.webhooks.form import KIND_LABELS
from field178_server.database.models import Webhook, WebhookAttempt
from field178_server.office.webhooks.attempts import EVENTS_KEPT
from field178_server.office.webhooks.events import TEST
from field178_server.office.webhooks.http_post import PostReason
from field178_server.office.webhooks.operations import host_of
from field178_server.office.webhooks.queries import PAUSED, STOPPED, ListedWebhook, ReplayableEvents
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date

_ACTIVE = StateLabel(N_("Takes messages"), "ok", "check-circle")
_FAILING = StateLabel(N_("Tried again"), "warn", "alert")
_STATES = {PAUSED: StateLabel(N_("Paused"), "", "clock"), STOPPED: StateLabel(N_("Given up"), "bad", "alert")}
_TAKEN = StateLabel(N_("Message taken"), "ok", "check-circle")
_REFUSED = StateLabel(N_("Not taken"), "bad", "alert")
# Label of each kind of event, and of a test.
EVENT_LABELS = {**KIND_LABELS, TEST: N_("Test")}
_REASONS = {
    PostReason.UNKNOWN_HOST: N_("The name of the receiver is not known."),
    PostReason.PRIVATE_ADDRESS: N_(
        "Its address lies in the own network, and FIELD178_WEBHOOK_HOSTS does not name it."
    ),
    PostReason.NO_ANSWER: N_("The receiver did not answer."),
    PostReason.TOO_SLOW: N_("The receiver was too slow."),
    PostReason.CERTIFICATE: N_("The certificate of the receiver is not trusted (FIELD178_WEBHOOK_CA)."),
    PostReason.REDIRECT: N_("The receiver leads to another address; enter that one."),
    PostReason.REFUSED: N_("The receiver refused the message."),
    PostReason.BAD_ANSWER: N_("What the receiver answered is not HTTP."),
}


@dataclass(frozen=True, slots=True)
class WebhookView:
    """Webhook with its host, its state, the reason of a pause or failure, and its event kinds in words."""

    listed: ListedWebhook
    host: str
    state: StateLabel
    reason: str
    kinds: tuple[str, ...]


def webhook_view(listed: ListedWebhook, localizer: Localizer) -> WebhookView:
    """Return the view of a webhook."""
    row = listed.webhook
    state = _STATES.get(row.state, _FAILING if row.failing_since else _ACTIVE)
    return WebhookView(
        listed=listed,
        host=host_of(row.url),
        state=state.localized(localizer),
        reason=_reason(row, localizer),
        kinds=tuple(localizer.say(text) for kind, text in KIND_LABELS.items() if kind in row.kinds.split()),
    )


def earlier_secret_until(row: Webhook, now: datetime) -> datetime | None:
    """Return until when messages are signed with the earlier secret as well; None if they are not."""
    until = row.earlier_until
    return until if until is not None and now < until else None


def attempt_line(attempt: WebhookAttempt, localizer: Localizer) -> tuple[WebhookAttempt, StateLabel, str]:
    """Return an attempt with its state and its result in words."""
    state = _TAKEN if attempt.reason is None else _REFUSED
    reason = localizer.say(_REASONS[PostReason(attempt.reason)]) if attempt.reason else ""
    status = f"HTTP {attempt.status}" if attempt.status else ""
    result = " ".join(part for part in (reason, f"({status})" if reason and status else status) if part)
    return attempt, state.localized(localizer), result


def replayable_text(replayable: ReplayableEvents, localizer: Localizer) -> str:
    """Return which events can be sent again."""
    if replayable.since is None:
        return localizer.say(N_("No event is kept yet."))
    text = N_("Kept are the events {first} to {last}, the oldest of {day}; each for {count} days.")
    return localizer.say(text).format(
        first=localizer.number(replayable.first_no),
        last=localizer.number(replayable.last_no),
        day=localizer.day(local_date(replayable.since)),
        count=localizer.number(EVENTS_KEPT.days),
    )


def _reason(row: Webhook, localizer: Localizer) -> str:
    say = localizer.say
    if row.state == STOPPED:
        return say(N_("Its receiver took nothing for five days, or said that it is gone. Events wait."))
    if row.state == PAUSED:
        return say(N_("Nothing is sent until it is resumed. Events wait."))
    if row.failing_since is None:
        return ""
    return say(N_("Not taken since {since}, tried {count} times. Next try {when}.")).format(
        since=localizer.instant(row.failing_since),
        count=localizer.number(row.attempt_count),
        when=localizer.instant(row.next_try_at),
    )
