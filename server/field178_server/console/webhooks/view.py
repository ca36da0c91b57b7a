"""Webhooks and attempts in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.console.webhooks.form import KIND_LABELS
from field178_server.database.models import Webhook, WebhookAttempt, WebhookRefused
from field178_server.office.webhooks.events import TEST
from field178_server.office.webhooks.http_post import PostReason
from field178_server.office.webhooks.operations import EVENTS_KEPT, host_of
from field178_server.office.webhooks.queries import PAUSED, STOPPED, KeptEvents, ListedWebhook
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date

_ACTIVE = (N_("Takes messages"), "ok", "check-circle")
_FAILING = (N_("Tried again"), "warn", "alert")
_STATES = {PAUSED: (N_("Paused"), "", "clock"), STOPPED: (N_("Given up"), "bad", "alert")}
_TAKEN, _REFUSED = (N_("Message taken"), "ok", "check-circle"), (N_("Not taken"), "bad", "alert")
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
class WebhookLine:
    """A webhook in the list."""

    href: str
    name: str
    host: str
    state: StateLabel
    waiting: str
    refused: str
    last: str


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """What the page of a webhook says of it."""

    state: StateLabel
    said: str
    kinds: tuple[str, ...]
    waiting: str
    made: str
    earlier_secret: str
    is_sending: bool


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """An attempt; `number` is that of the event, empty for a test."""

    at: str
    kind: str
    number: str
    state: StateLabel
    said: str
    duration: str


def line_of(one: ListedWebhook, localizer: Localizer) -> WebhookLine:
    """Return a line of the list."""
    row = one.webhook
    return WebhookLine(
        href=url_for("console.webhooks.detail", webhook_id=row.webhook_id),
        name=row.name,
        host=host_of(row.url),
        state=_state(row, localizer),
        waiting=localizer.number(one.waiting_count),
        refused=localizer.number(one.refused_count) if one.refused_count else "",
        last=localizer.instant(one.last_at) if one.last_at else "—",
    )


def facts_of(one: ListedWebhook, localizer: Localizer, now: datetime) -> WebhookFacts:
    """Return what is said of a webhook."""
    row, say = one.webhook, localizer.say
    until = row.earlier_until
    return WebhookFacts(
        state=_state(row, localizer),
        said=_said(row, localizer),
        kinds=tuple(say(text) for kind, text in KIND_LABELS.items() if kind in row.kinds.split()),
        waiting=localizer.number(one.waiting_count),
        made=" · ".join(
            (
                localizer.person(row.made_by) if row.made_by else say(N_("Operator of the server")),
                localizer.instant(row.made_at),
            )
        ),
        earlier_secret=localizer.instant(until) if until is not None and now < until else "",
        is_sending=row.state not in (PAUSED, STOPPED),
    )


def attempt_line(attempt: WebhookAttempt, localizer: Localizer) -> AttemptLine:
    """Return a line of the attempts."""
    text, tone, icon = _TAKEN if attempt.reason is None else _REFUSED
    label = N_("Test") if attempt.kind == TEST else KIND_LABELS.get(attempt.kind, "")
    reason = localizer.say(_REASONS[PostReason(attempt.reason)]) if attempt.reason else ""
    status = f"HTTP {attempt.status}" if attempt.status else ""
    return AttemptLine(
        at=localizer.instant(attempt.at),
        kind=localizer.say(label) if label else attempt.kind,
        number=localizer.number(attempt.event_no) if attempt.event_no is not None else "",
        state=StateLabel(localizer.say(text), tone, icon),
        said=" ".join(part for part in (reason, f"({status})" if reason and status else status) if part),
        duration=f"{localizer.number(attempt.duration_ms)} ms",
    )


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A message that the receiver refused while it took others."""

    event_no: int
    number: str
    kind: str
    said: str
    at: str


def refused_line(row: WebhookRefused, localizer: Localizer) -> RefusedLine:
    """Return a line of the messages that were passed over."""
    said = localizer.say(N_("Refused {count} times, at last with HTTP {status}"))
    return RefusedLine(
        row.event_no,
        localizer.number(row.event_no),
        localizer.say(KIND_LABELS.get(row.kind, row.kind)),
        said.format(count=localizer.number(row.attempts), status=row.status),
        localizer.instant(row.at),
    )


def kept_text(kept: KeptEvents, localizer: Localizer) -> str:
    """Return which events can be told again."""
    if kept.since is None:
        return localizer.say(N_("No event is kept yet."))
    text = N_("Kept are the events {first} to {last}, the oldest of {day}; each for {count} days.")
    return localizer.say(text).format(
        first=localizer.number(kept.first_no),
        last=localizer.number(kept.last_no),
        day=localizer.day(local_date(kept.since)),
        count=localizer.number(EVENTS_KEPT.days),
    )


def _state(row: Webhook, localizer: Localizer) -> StateLabel:
    text, tone, icon = _STATES.get(row.state, _FAILING if row.failing_since else _ACTIVE)
    return StateLabel(localizer.say(text), tone, icon)


def _said(row: Webhook, localizer: Localizer) -> str:
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
