"""States of the tokens of data feeds, and the choices of the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import request, url_for

from field178_server.console.shell.links import FilterLink
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.models import FeedToken, Officer
from field178_server.office.odata.entity_sets import may_read_any
from field178_server.office.odata.operations import LIVES
from field178_server.office.odata.queries import TokenTab
from field178_shared.text.i18n import N_

_TABS = {TokenTab.USABLE: N_("In use"), TokenTab.ENDED: N_("Ended")}


def requested_tab() -> TokenTab:
    """Return the part of the list in the address; by default the tokens in use."""
    name = request.args.get("tab", "")
    return TokenTab(name) if name in list(TokenTab) else TokenTab.USABLE


def tab_links(tab: TokenTab, counts: Mapping[TokenTab, int], localizer: Localizer) -> list[FilterLink]:
    """Return the parts of the list with their counts."""
    return [
        FilterLink(url_for("console.odata.index", tab=part), localizer.say(_TABS[part]), part is tab, count)
        for part, count in counts.items()
    ]


def day_options(localizer: Localizer) -> list[tuple[str, str]]:
    """Return for how many days a token may be good."""
    return [(str(days), localizer.say(N_("{count} days")).format(count=days)) for days in LIVES]


def reader_options(readers: Sequence[Officer], localizer: Localizer) -> list[tuple[str, str]]:
    """Return the officers for whom a token can be made, with their role."""
    roles = localizer.lists.roles
    return [
        (officer.officer_id, f"{officer.name} · {localizer.label(roles, officer.role)}")
        for officer in readers
    ]


def state_of(token: FeedToken, officer: Officer, localizer: Localizer, now: datetime) -> StateLabel:
    """Return whether a token reads now, else why not."""
    say = localizer.say
    if token.revoked_at is not None:
        when = localizer.instant(token.revoked_at)
        return StateLabel(say(N_("Revoked {when}")).format(when=when), "", "void")
    if now >= token.expires_at:
        return StateLabel(say(N_("Expired")), "", "clock")
    if officer.disabled_at is not None or not may_read_any(officer.role, localizer.lists):
        # The token is not revoked: it reads again when its officer may read.
        return StateLabel(say(N_("Reads nothing: its officer may not")), "warn", "alert")
    if token.accepted_at is None:
        return StateLabel(say(N_("Waits for {name} to accept it")).format(name=officer.name), "warn", "clock")
    return StateLabel(say(N_("Reads")), "ok", "check-circle")
