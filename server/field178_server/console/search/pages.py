"""The page of the one search: establishments, visits and sessions, people, tablets, pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.shell.layout import OfficeLayout, layout_of, render
from field178_server.console.shell.links import record_link
from field178_server.console.shell.policy import may, tablet_access
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer, address_text
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.search.queries import (
    SHOWN,
    FoundRecord,
    find_establishments,
    find_people,
    find_records,
    find_tablets,
)
from field178_server.records.access import access_of
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import fold

_MOST = 120


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    href: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Things of one kind that were found; `more` leads to the list of all of them."""

    key: str
    title: str
    hits: Sequence[Hit]
    more: str = ""


def index() -> AnyResponse:
    """Show what a text is found in, within what the officer may read."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    text = request.args.get("q", "")[:_MOST].strip()
    with snapshot(runtime.engine) as session:
        layout = layout_of(session, officer, localizer)
        groups = [
            _establishments(session, text, localizer),
            _records(session, text, localizer),
            _people(session, text, localizer),
            _tablets(session, text, localizer),
            _pages(layout, text, localizer),
        ]
    return render(
        "search/page.html",
        layout=layout,
        active="console.search.index",
        text=text,
        groups=[group for group in groups if group.hits],
    )


def _establishments(session: Session, text: str, localizer: Localizer) -> HitGroup:
    officer, lists = current_officer(), localizer.lists
    found = []
    if may(officer.role, "console.establishments.index", lists):
        access = access_of(officer.role, officer.scopes)
        found = find_establishments(session, officer.tenant_id, access, text)
    hits = [
        Hit(
            url_for("console.establishments.detail", record_id=one.record_id),
            one.name,
            address_text(one.address, localizer.label(lists.units, one.unit_id)),
        )
        for one in found[:SHOWN]
    ]
    more = url_for("console.establishments.index", q=text) if len(found) > SHOWN else ""
    return HitGroup("establishments", localizer.say(N_("Register")), hits, more)


def _records(session: Session, text: str, localizer: Localizer) -> HitGroup:
    officer, found = current_officer(), []
    if may(officer.role, "console.filed.visits", localizer.lists):
        access = access_of(officer.role, officer.scopes)
        found = find_records(session, officer.tenant_id, access, text)
    hits = [
        Hit(
            record_link(one.type, one.record_id) or "",
            one.title or type_name(one.type, localizer),
            " · ".join(_detail(one, localizer)),
        )
        for one in found[:SHOWN]
    ]
    more = url_for("console.filed.visits", q=text) if len(found) > SHOWN else ""
    return HitGroup("records", localizer.say(N_("Visits and sessions")), hits, more)


def _people(session: Session, text: str, localizer: Localizer) -> HitGroup:
    officer, lists, found = current_officer(), localizer.lists, []
    if may(officer.role, "console.people.detail", lists):
        found = find_people(session, officer.tenant_id, text)
    closed = localizer.say(N_("closed account"))
    hits = [
        Hit(
            url_for("console.people.detail", officer_id=one.officer_id),
            one.name,
            " · ".join(
                (one.login, localizer.label(lists.roles, one.role), *([closed] if one.is_closed else []))
            ),
        )
        for one in found[:SHOWN]
    ]
    more = url_for("console.people.index", q=text) if len(found) > SHOWN else ""
    return HitGroup("people", localizer.say(N_("Accounts")), hits, more)


def _tablets(session: Session, text: str, localizer: Localizer) -> HitGroup:
    officer, lists, found = current_officer(), localizer.lists, []
    if may(officer.role, "console.tablets.detail", lists):
        found = find_tablets(session, officer.tenant_id, tablet_access(officer, lists), text)
    revoked = localizer.say(N_("revoked tablet"))
    hits = [
        Hit(
            url_for("console.tablets.detail", device_id=one.device_id),
            one.label,
            revoked if one.is_revoked else "",
        )
        for one in found[:SHOWN]
    ]
    more = url_for("console.tablets.index") if len(found) > SHOWN else ""
    return HitGroup("tablets", localizer.say(N_("Tablets")), hits, more)


def _detail(one: FoundRecord, localizer: Localizer) -> list[str]:
    """Return the type, and the number by which it was found; a venue stands in the title already."""
    kind = type_name(one.type, localizer)
    return [kind] if fold(one.title) == one.text else [kind, one.text.upper()]


def _pages(layout: OfficeLayout, text: str, localizer: Localizer) -> HitGroup:
    words = fold(text).split()
    named = [(item.endpoint, item.label) for item in layout.items]
    named.append(("console.accounts.index", localizer.say(N_("Account"))))
    hits = [
        Hit(url_for(endpoint), label, "")
        for endpoint, label in named
        if words and all(word in fold(label) for word in words)
    ]
    return HitGroup("pages", localizer.say(N_("Pages")), hits)
