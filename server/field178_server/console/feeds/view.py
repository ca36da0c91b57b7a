"""Tokens in words: whose data they read, which tables, and whether they still do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for

from field178_server.console.shell.links import FilterLink
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.models import FeedToken, Officer
from field178_server.office.feeds.entity_sets import may_read_any, sets_of
from field178_server.office.feeds.operations import LIVES
from field178_server.office.feeds.queries import TokenList, TokenOfOfficer, TokenTab
from field178_shared.text.formats import NOTHING
from field178_shared.text.i18n import N_

_TABS = {TokenTab.USABLE: N_("In use"), TokenTab.ENDED: N_("Ended")}


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token as the pages show it."""

    id: str
    href: str
    label: str
    officer: str
    officer_href: str
    role: str
    state: StateLabel
    made: str
    until: str
    last_read: str
    requests: str
    is_usable: bool
    tables: Sequence[str]


def wanted_tab() -> TokenTab:
    """Return the part of the list that the address names, else that of tokens in use."""
    name = request.args.get("tab", "")
    return TokenTab(name) if name in list(TokenTab) else TokenTab.USABLE


def tab_links(tab: TokenTab, found: TokenList, localizer: Localizer) -> list[FilterLink]:
    """Return the parts of the list with their counts."""
    return [
        FilterLink(url_for("console.feeds.index", tab=one), localizer.say(_TABS[one]), one is tab, count)
        for one, count in found.counts.items()
    ]


def line_of(one: TokenOfOfficer, localizer: Localizer, now: datetime) -> TokenLine:
    """Return a token in words."""
    token, officer = one
    return TokenLine(
        token.token_id,
        url_for("console.feeds.detail", token_id=token.token_id),
        token.label,
        officer.name,
        url_for("console.people.detail", officer_id=officer.officer_id),
        localizer.label(localizer.lists.roles, officer.role),
        _state(token, officer, localizer, now),
        localizer.instant(token.made_at),
        localizer.instant(token.expires_at),
        localizer.instant(token.last_read_at) if token.last_read_at else NOTHING,
        localizer.number(token.requests),
        token.revoked_at is None and now < token.expires_at,
        list(sets_of(officer.role, localizer.lists)),
    )


def day_options(localizer: Localizer) -> list[tuple[str, str]]:
    """Return for how many days a token may be good."""
    return [(str(one), localizer.say(N_("{count} days")).format(count=one)) for one in LIVES]


def reader_options(readers: Sequence[Officer], localizer: Localizer) -> list[tuple[str, str]]:
    """Return the officers for whom a token can be made, with their role."""
    roles = localizer.lists.roles
    return [(one.officer_id, f"{one.name} · {localizer.label(roles, one.role)}") for one in readers]


def _state(token: FeedToken, officer: Officer, localizer: Localizer, now: datetime) -> StateLabel:
    say = localizer.say
    if token.revoked_at is not None:
        when = localizer.instant(token.revoked_at)
        return StateLabel(say(N_("Revoked {when}")).format(when=when), "", "void")
    if now >= token.expires_at:
        return StateLabel(say(N_("Expired")), "", "clock")
    if officer.disabled_at is not None or not may_read_any(officer.role, localizer.lists):
        # It stands here so that somebody looks: it would read again with the officer.
        return StateLabel(say(N_("Reads nothing: its officer may not")), "warn", "alert")
    return StateLabel(say(N_("Reads")), "ok", "check-circle")
