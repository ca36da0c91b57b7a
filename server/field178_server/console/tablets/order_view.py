"""Orders to a tablet as people read them: kind, state, and what the tablet answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.models import DeviceOrder
from field178_shared.device_orders import OrderKind, OrderOutcome
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class KindText:
    """Name of a kind of order, and its effect on the tablet."""

    name: str
    effect: str


KINDS: Mapping[OrderKind, KindText] = {
    OrderKind.LOCK: KindText(
        N_("Lock it"),
        N_(
            "The notebook closes at once and opens after the office has lifted the order. Nothing is deleted."
        ),
    ),
    OrderKind.READ_WIPE: KindText(
        N_("Delete what may be read"),
        N_("Records, plans, messages and photos that were sent are deleted. Unsent work stays and is sent."),
    ),
    OrderKind.FULL_WIPE: KindText(
        N_("Delete everything"),
        N_(
            "What can be sent is sent first, then everything is deleted. The tablet is enrolled anew. "
            "This cannot be undone."
        ),
    ),
    OrderKind.OPEN: KindText(
        N_("Open it again"),
        N_("The officer opens it with the own code once the tablet has reached the office."),
    ),
}


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order of the tablet's page."""

    name: str
    reason: str
    given: str
    state: StateLabel
    answer: str


def order_view(order: DeviceOrder, names: Mapping[str, str], localizer: Localizer) -> OrderView:
    """Return an order as a row; `names`: of the officers by id, with the login."""
    given = f"{_actor(order.asked_by, names, localizer)}, {localizer.instant(order.asked_at)}"
    if order.withdrawn_at is not None:
        withdrawn = localizer.say(N_("withdrawn by {actor}"))
        given += f" · {withdrawn.format(actor=_actor(order.withdrawn_by, names, localizer))}"
    return OrderView(
        name=localizer.say(KINDS[OrderKind(order.kind)].name),
        reason=order.reason,
        given=given,
        state=_state(order, localizer),
        answer=_answer(order, localizer),
    )


def _actor(officer_id: str | None, names: Mapping[str, str], localizer: Localizer) -> str:
    return names.get(officer_id or "") or localizer.say(N_("Operator of the server"))


def _state(order: DeviceOrder, localizer: Localizer) -> StateLabel:
    if order.withdrawn_at is not None:
        text, at, tone, icon = N_("Withdrawn {when}"), order.withdrawn_at, "", "undo"
    elif order.answered_at is not None and order.outcome == OrderOutcome.DONE:
        text, at, tone, icon = N_("Done {when}"), order.answered_at, "ok", "check-circle"
    elif order.answered_at is not None:
        text, at, tone, icon = N_("Refused by the tablet {when}"), order.answered_at, "bad", "alert"
    elif order.delivered_at is not None:
        text, at, tone, icon = (
            N_("Delivered {when}, not answered yet"),
            order.delivered_at,
            "primary",
            "clock",
        )
    else:
        text, at, tone, icon = N_("Asked {when}, not delivered yet"), order.asked_at, "warn", "clock"
    return StateLabel(localizer.say(text).format(when=localizer.instant(at)), tone, icon)


def _answer(order: DeviceOrder, localizer: Localizer) -> str:
    """Return the counts of a wipe's receipt, or why the tablet refused."""
    if order.outcome == OrderOutcome.REFUSED:
        return localizer.say(N_("It did nothing: the order’s signature is not that of its office."))
    receipt = json.loads(order.receipt) if order.receipt else {}
    if order.outcome != OrderOutcome.DONE or order.kind not in (OrderKind.READ_WIPE, OrderKind.FULL_WIPE):
        return ""
    deleted = localizer.say(N_("Records deleted: {count}")).format(count=localizer.number(receipt["records"]))
    if order.kind == OrderKind.READ_WIPE:
        return deleted
    lost = localizer.say(N_("Lost unsent: {changes} changes, {files} photos, {drafts} drafts")).format(
        changes=localizer.number(receipt["lost_changes"]),
        files=localizer.number(receipt["lost_files"]),
        drafts=localizer.number(receipt["lost_drafts"]),
    )
    return f"{deleted} · {lost}"
