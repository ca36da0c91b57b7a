"""Names and states of access requests as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.tables.access import (
    ACCEPTED,
    ALONE,
    CONFIRMED,
    PASSWORD,
    REFUSED,
    WITHDRAWN,
    AccessRequest,
)
from field178_shared.text.i18n import N_

_KINDS: Mapping[str, str] = {PASSWORD: N_("Another password")}
_OUTCOMES: Mapping[str, StateLabel] = {
    ACCEPTED: StateLabel(N_("Accepted with the present password"), "ok", "check-circle"),
    CONFIRMED: StateLabel(N_("Confirmed"), "ok", "check-circle"),
    ALONE: StateLabel(N_("In force without a second person"), "bad", "alert"),
    REFUSED: StateLabel(N_("Refused"), "", "void"),
    WITHDRAWN: StateLabel(N_("Withdrawn"), "", "undo"),
}
_WAITS = StateLabel(N_("Waits for a second person"), "warn", "clock")
_WAITS_FOR_PASSWORD = StateLabel(N_("No password chosen by the link yet"), "", "key")


def kind_name(request: AccessRequest, localizer: Localizer) -> str:
    """Return what a request asks for."""
    return localizer.say(_KINDS[request.kind])


def facts_of(request: AccessRequest, localizer: Localizer) -> list[tuple[str, str]]:
    """Return names and values of what a request would change."""
    if request.kind == PASSWORD:
        say = localizer.say
        return [(say(N_("Takes effect")), say(N_("The chosen password replaces the present one.")))]
    return []


def state_of(request: AccessRequest, localizer: Localizer) -> StateLabel:
    """Return the state of a request: what it waits for, or its outcome."""
    if request.outcome is not None:
        return _OUTCOMES[request.outcome].localized(localizer)
    return (_WAITS_FOR_PASSWORD if request.password_hash is None else _WAITS).localized(localizer)
