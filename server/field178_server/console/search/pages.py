"""Search page: establishments, visits and sessions, accounts, tablets, pages of the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.shell.links import record_link
from field178_server.console.shell.page import Page, current_page
from field178_server.console.shell.policy import tablet_access
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import address_text
from field178_server.office.search.queries import (
    SHOWN,
    FoundRecord,
    find_establishments,
    find_people,
    find_records,
    find_tablets,
)
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import fold

_MAX_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Hit:
    """Match of the search: address, title, detail."""

    href: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Matches of a kind; `more`: the address of the list with all matches, "" if all are shown."""

    key: str
    title: str
    hits: Sequence[Hit]
    more: str = ""


def index() -> AnyResponse:
    """Show the matches of a text within the officer's access."""
    page, text = current_page(), request.args.get("q", "")[:_MAX_CHARACTERS].strip()
    with page.reading() as session:
        groups = [
            _establishments(session, page, text),
            _records(session, page, text),
            _people(session, page, text),
            _tablets(session, page, text),
        ]
    groups.append(_pages(page, text))
    return page.render(
        "search/page.html",
        active="console.search.index",
        text=text,
        groups=[group for group in groups if group.hits],
    )


def _establishments(session: Session, page: Page, text: str) -> HitGroup:
    rows = []
    if page.may("console.establishments.index"):
        rows = find_establishments(session, page.tenant_id, page.access, text)
    hits = [
        Hit(
            url_for("console.establishments.detail", record_id=row.record_id),
            row.name,
            address_text(row.address, page.localizer.label(page.lists.units, row.unit_id)),
        )
        for row in rows[:SHOWN]
    ]
    more = url_for("console.establishments.index", q=text) if len(rows) > SHOWN else ""
    return HitGroup("establishments", page.say(N_("Register")), hits, more)


def _records(session: Session, page: Page, text: str) -> HitGroup:
    rows = []
    if page.may("console.filed_records.visits"):
        rows = find_records(session, page.tenant_id, page.access, text)
    hits = [
        Hit(
            record_link(row.type, row.record_id) or "",
            row.title or type_name(row.type, page.localizer),
            _detail(row, page),
        )
        for row in rows[:SHOWN]
    ]
    more = url_for("console.filed_records.visits", q=text) if len(rows) > SHOWN else ""
    return HitGroup("records", page.say(N_("Visits and sessions")), hits, more)


def _detail(row: FoundRecord, page: Page) -> str:
    """Return the type, and the number that matches; a matching venue is the title already."""
    kind = type_name(row.type, page.localizer)
    return kind if fold(row.title) == row.text else f"{kind} · {row.text.upper()}"


def _people(session: Session, page: Page, text: str) -> HitGroup:
    rows = find_people(session, page.tenant_id, text) if page.may("console.people.detail") else []
    closed = page.say(N_("closed account"))
    hits = []
    for row in rows[:SHOWN]:
        details = (
            row.login,
            page.localizer.label(page.lists.roles, row.role),
            closed if row.is_closed else "",
        )
        href = url_for("console.people.detail", officer_id=row.officer_id)
        hits.append(Hit(href, row.name, " · ".join(part for part in details if part)))
    more = url_for("console.people.index", q=text) if len(rows) > SHOWN else ""
    return HitGroup("people", page.say(N_("Accounts")), hits, more)


def _tablets(session: Session, page: Page, text: str) -> HitGroup:
    rows = []
    if page.may("console.tablets.detail"):
        rows = find_tablets(session, page.tenant_id, tablet_access(page.officer, page.lists), text)
    revoked = page.say(N_("revoked tablet"))
    hits = [
        Hit(
            url_for("console.tablets.detail", device_id=row.device_id),
            row.label,
            revoked if row.is_revoked else "",
        )
        for row in rows[:SHOWN]
    ]
    more = url_for("console.tablets.index") if len(rows) > SHOWN else ""
    return HitGroup("tablets", page.say(N_("Tablets")), hits, more)


def _pages(page: Page, text: str) -> HitGroup:
    words = fold(text).split()
    pages = [(item.endpoint, item.label) for item in page.layout.items]
    pages.append(("console.accounts.index", page.say(N_("Account"))))
    hits = [
        Hit(url_for(endpoint), label, "")
        for endpoint, label in pages
        if words and all(word in fold(label) for word in words)
    ]
    return HitGroup("pages", page.say(N_("Pages")), hits)
