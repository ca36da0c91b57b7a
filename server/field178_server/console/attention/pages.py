"""The list of items that need attention, the page of one item, and its decisions, for all kinds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from field178_server.audit.queries import last_action
from field178_server.console.attention import conflict, quarantine, recovery
from field178_server.console.attention.flashes import FLASHES
from field178_server.console.attention.kind import ItemKind, spoken
from field178_server.console.attention.view import ListQuery, chips, filters, rows_of
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import Refusal, attempt, done
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.policy import may, own_access
from field178_server.console.shell.readings import note_reading
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.attention.queries import (
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
# The audit trail is indexed by time: how far back the last decision on an item is searched.
SEARCHED_FOR = timedelta(days=30)
_KIND_OF_FLASH = {decision.done: kind for kind in KINDS.values() for decision in kind.decisions.values()}


def index() -> Response:
    """Show one page of open or rejected items, under the filters of the address."""
    query, localizer, access = ListQuery.read(request.args), spoken(), own_access()
    tenant_id, officer = current_runtime().tenant_id, current_officer()
    flash = take_flash({code: FLASHES[code] for code in _KIND_OF_FLASH})
    with snapshot(current_runtime().engine) as session:
        undecided, rejected = (
            count_items(session, tenant_id, access, replace(query.filter, is_rejected=is_rejected))
            for is_rejected in (False, True)
        )
        counts = rejected if query.filter.is_rejected else undecided
        page = attention_page(session, tenant_id, access, query.filter, query.place)
        sources = attention_sources(session, tenant_id, access, query.filter)
        rows = rows_of(session, access, page.rows, KINDS, query)
        layout = layout_of(session, officer, localizer)
    title = _title(_KIND_OF_FLASH[flash.code], ItemKey.parse(flash.record_id)) if flash else ""
    return render(
        "attention/list.html",
        layout=layout,
        active="console.attention.index",
        flash=flash.text(title, localizer) if flash else "",
        done=flash.record_id if flash else None,
        query=query,
        chips=chips(query, undecided, sum(rejected.values()), KINDS, localizer),
        filters=filters(query, sources, localizer),
        rows=rows,
        count=counts[query.filter.origin] if query.filter.origin else sum(counts.values()),
        links=query.pages(page),
    )


def item(origin: str, key: str) -> Response:
    """Show one item with all that is known of it and the decisions it takes."""
    return _page(*_named(origin, key))


def decide(origin: str, key: str, decision: str) -> AnyResponse:
    """Carry a decision out; a refusal shows the item with all that was chosen and typed."""
    kind, item = _named(origin, key)
    # Before the work: an item outside the access filter is not there, whatever the decision.
    kind.is_open(item)
    wanted = kind.decisions.get(decision)
    if wanted is None:
        raise AppError(ErrorCode.NOT_FOUND)
    written = OwnText(
        "reason", spoken().say(N_("Why it is set aside")), request.form.get("reason", "").strip()
    )
    if asked := confirm_texts([written], "console.attention.index"):
        return asked
    refusal = attempt(lambda session: wanted.work(session, item), kind.refusals)
    if refusal:
        return _page(kind, item, refusal)
    query = ListQuery.read(request.args)
    if wanted.still and kind.is_open(item):
        return done(query.item_href(origin, key), wanted.still, key)
    return done(query.list_href(), wanted.done, key)


def _named(origin: str, key: str) -> tuple[ItemKind, ItemKey]:
    if origin not in tuple(ItemOrigin):
        raise AppError(ErrorCode.NOT_FOUND)
    return KINDS[ItemOrigin(origin)], ItemKey.parse(key)


def _page(kind: ItemKind, key: ItemKey, refusal: Refusal | None = None) -> Response:
    item, officer, localizer = kind.item(key, refusal), current_officer(), spoken()
    note_reading(*item.record)
    flash = None if refusal else take_flash({code: FLASHES[code] for code in kind.flashes})
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, officer, localizer)
        shows_last = not item.is_open or (refusal is not None and refusal.is_late)
        last = _last_decision(session, kind, key) if shows_last else ""
    return render(
        kind.template,
        refusal.status if refusal else 200,
        layout=layout,
        active="console.attention.index",
        kind_label=localizer.say(kind.label),
        word=kind.word(localizer),
        key=key.text,
        origin=request.view_args["origin"] if request.view_args else "",
        query=ListQuery.read(request.args),
        item=item,
        flash=flash.text(item.title, localizer) if flash else "",
        refusal=refusal,
        last_action=last,
        reason=request.form.get("reason", ""),
        may_decide=may(officer.role, "console.attention.decide", localizer.lists),
        **item.values,
    )


def _title(kind: ItemKind, key: ItemKey) -> str:
    try:
        return kind.item(key, None).title
    except AppError:
        # The cookie may name what is gone or outside the access filter by now.
        return spoken().say(N_("the record"))


def _last_decision(session: Session, kind: ItemKind, key: ItemKey) -> str:
    runtime = current_runtime()
    since = runtime.clock.now() - SEARCHED_FOR
    found = last_action(session, runtime.tenant_id, key.id, kind.audit_actions, since)
    if found is None:
        return ""
    localizer = spoken(found.names)
    who = localizer.person(found.actor_id) if found.actor_id else localizer.say(N_("The office"))
    return localizer.say(N_("Last dealt with by {who}, {when}.")).format(
        who=who, when=localizer.instant(found.at)
    )
