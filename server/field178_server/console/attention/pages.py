"""List of items that need attention, page and decisions of an item of any kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.audit.queries import last_action
from field178_server.console.attention import conflict, quarantine, recovery
from field178_server.console.attention.flashes import FLASHES
from field178_server.console.attention.kind import ItemKind, add_names
from field178_server.console.attention.view import ListQuery, chips, filters, list_rows
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import Refusal, attempt, done
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.page import Page, current_page, or_404
from field178_server.console.shell.readings import note_reading
from field178_server.office.attention.queries import (
    AttentionFilter,
    ItemKey,
    ItemOrigin,
    attention_page,
    attention_sources,
    count_items,
)
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_

KINDS = {
    ItemOrigin.CONFLICT: conflict.KIND,
    ItemOrigin.QUARANTINE: quarantine.KIND,
    ItemOrigin.RECOVERY: recovery.KIND,
}
# The audit trail is indexed by time: the last decision on an item is searched within this span.
SEARCHED_FOR = timedelta(days=30)
_KIND_OF_FLASH = {decision.done: kind for kind in KINDS.values() for decision in kind.decisions.values()}


def index() -> Response:
    """Show one page of open or rejected items under the filters of the address."""
    page, query = current_page(), ListQuery.read(request.args)
    flash = take_flash({code: FLASHES[code] for code in _KIND_OF_FLASH})
    with page.reading() as session:
        undecided, rejected = (
            count_items(session, page.tenant_id, page.access, replace(query.filter, is_rejected=is_rejected))
            for is_rejected in (False, True)
        )
        items = attention_page(session, page.tenant_id, page.access, query.filter, query.place)
        sources = attention_sources(session, page.tenant_id, page.access, query.filter)
        rows = list_rows(session, page, items.rows, KINDS, query)
    add_names(page, sources.names)
    counts = rejected if query.filter.is_rejected else undecided
    title = _title(_KIND_OF_FLASH[flash.code], ItemKey.parse(flash.record_id)) if flash else ""
    return page.render(
        "attention/list.html",
        flash=flash.text(title, page.localizer) if flash else "",
        query=query,
        chips=chips(query, undecided, sum(rejected.values()), KINDS, page),
        filters=filters(query, sources, page),
        rows=rows,
        count=counts[query.filter.origin] if query.filter.origin else sum(counts.values()),
        links=query.pages(items),
    )


def open_items(session: Session, page: Page) -> int:
    """Count the undecided items in the scopes of the officer, for the menu."""
    return sum(count_items(session, page.tenant_id, page.access, AttentionFilter()).values())


def item(origin: str, key: str) -> Response:
    """Show an item with its decisions."""
    return _page(*_named(origin, key))


def decide(origin: str, key: str, decision: str) -> AnyResponse:
    """Carry out a decision; a refusal shows the item with the chosen and typed values."""
    kind, item = _named(origin, key)
    # Before the work: an item outside the access filter raises not_found for each decision.
    kind.is_open(item)
    chosen = or_404(kind.decisions.get(decision))
    written = OwnText(
        "reason", current_page().say(N_("Why it is set aside")), request.form.get("reason", "").strip()
    )
    if question := confirm_texts([written], "console.attention.index"):
        return question
    refusal = attempt(lambda session: chosen.work(session, item), kind.refusals)
    if refusal:
        return _page(kind, item, refusal)
    query = ListQuery.read(request.args)
    if chosen.still and kind.is_open(item):
        return done(query.item_href(origin, key), chosen.still, key)
    return done(query.list_href(), chosen.done, key)


def _named(origin: str, key: str) -> tuple[ItemKind, ItemKey]:
    if origin not in tuple(ItemOrigin):
        raise AppError(ErrorCode.NOT_FOUND)
    return KINDS[ItemOrigin(origin)], ItemKey.parse(key)


def _page(kind: ItemKind, key: ItemKey, refusal: Refusal | None = None) -> Response:
    page, item = current_page(), kind.item(key, refusal)
    note_reading(*item.record)
    flash = None if refusal else take_flash({code: FLASHES[code] for code in kind.flashes})
    shows_last = not item.is_open or (refusal is not None and refusal.is_late)
    with page.reading() as session:
        last = _last_decision(session, kind, key) if shows_last else ""
    return page.render(
        kind.template,
        refusal.status if refusal else 200,
        kind=kind,
        word=kind.state(page),
        key=key.text,
        origin=request.view_args["origin"] if request.view_args else "",
        query=ListQuery.read(request.args),
        item=item,
        flash=flash.text(item.title, page.localizer) if flash else "",
        refusal=refusal,
        last_action=last,
        reason=request.form.get("reason", ""),
        may_decide=page.may("console.attention.decide"),
        **item.values,
    )


def _title(kind: ItemKind, key: ItemKey) -> str:
    try:
        return kind.item(key, None).title
    except AppError:
        # The item of the cookie may be deleted or outside the access filter by now.
        return current_page().say(N_("the record"))


def _last_decision(session: Session, kind: ItemKind, key: ItemKey) -> str:
    page = current_page()
    action = last_action(session, page.tenant_id, key.id, kind.audit_actions, page.now - SEARCHED_FOR)
    if action is None:
        return ""
    add_names(page, action.names)
    who = page.localizer.person(action.actor_id) if action.actor_id else page.say(N_("The office"))
    when = page.localizer.instant(action.at)
    return page.say(N_("Last dealt with by {who}, {when}."), who=who, when=when)
