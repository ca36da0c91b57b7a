"""Page of a tablet: status, officers, area, orders; rename, grant, take, replace, withdraw an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers, teams
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.links import scope_text
from field178_server.console.shell.page import current_page, or_404
from field178_server.console.shell.policy import tablet_access
from field178_server.console.tablets.flashes import FLASHES
from field178_server.console.tablets.order_pages import (
    REFUSALS,
    kinds_for,
    may_wipe,
    may_withdraw,
    tablet_with_order,
)
from field178_server.console.tablets.order_view import order_view
from field178_server.console.tablets.view import tablet_view
from field178_server.database.unit_of_work import run_write
from field178_server.devices import orders
from field178_server.http.browser_session import password_refusal
from field178_server.office.tablets import operations
from field178_server.office.tablets.queries import find_tablet, grantable_scopes, grants_of, officers_on
from field178_server.records.labels import names_of
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import sort_key

_LONGEST_NAME = 64
_NO_SCOPE = N_("Choose a team or a commune.")
_NAME = N_("A name of 1 to {limit} characters.")


def detail(device_id: str) -> Response:
    """Show one tablet."""
    return _page(device_id)


def rename(device_id: str) -> AnyResponse:
    """Rename a tablet; two tablets of one name are hard to tell apart on the telephone."""
    context, label = office(), " ".join(request.form.get("label", "").split())
    if not 0 < len(label) <= _LONGEST_NAME:
        sentence = current_page().say(_NAME, limit=_LONGEST_NAME)
        return _page(device_id, {"label": sentence}, label)
    return _do(device_id, lambda session: operations.rename(session, context, device_id, label), "renamed")


def grant_scope(device_id: str) -> AnyResponse:
    """Grant a tablet a team or a commune of an officer who signed in on it."""
    context, scope = office(), request.form.get("scope", "")
    if not scope:
        return _page(device_id, {"scope": current_page().say(_NO_SCOPE)})
    return _do(device_id, lambda session: operations.grant(session, context, device_id, scope), "granted")


def take_scope(device_id: str) -> AnyResponse:
    """Take a team or a commune from a tablet; its records leave the tablet at the next sync."""
    context, scope = office(), request.form.get("scope", "")
    if not scope:
        return _page(device_id, {"taken": current_page().say(_NO_SCOPE)})
    return _do(device_id, lambda session: operations.ungrant(session, context, device_id, scope), "taken")


def withdraw_order(device_id: str) -> AnyResponse:
    """Withdraw the order that the tablet has not received yet."""
    tablet_with_order(device_id)
    context, is_wiper = office(), may_wipe()
    if (refusal := password_refusal()) is not None:
        return _page(device_id, {"password": current_page().say(refusal[1])}, status=refusal[0])
    refused = attempt(
        lambda session: orders.withdraw(session, context, device_id, may_wipe=is_wiper), REFUSALS
    )
    code = "too_late" if refused is not None else "withdrawn"
    return done(url_for("console.tablets.detail", device_id=device_id), code, device_id)


def _do(device_id: str, work: Callable[[Session], object], flash: str) -> AnyResponse:
    page = current_page()
    if (refusal := password_refusal()) is not None:
        return _page(device_id, {"password": page.say(refusal[1])}, status=refusal[0])
    run_write(page.runtime.engine, work)
    return done(url_for("console.tablets.detail", device_id=device_id), flash, device_id)


def _page(
    device_id: str,
    errors: Mapping[str, str] = MappingProxyType({}),
    typed: str | None = None,
    status: int = 422,
) -> Response:
    page = current_page()
    with page.reading() as session:
        access = tablet_access(page.officer, page.lists)
        row = or_404(find_tablet(session, page.tenant_id, access, device_id))
        grants = grants_of(session, page.tenant_id, device_id)
        grantable = grantable_scopes(session, page.tenant_id, device_id, page.lists)
        team_ids = [team.id for team in teams.everyone(session, page.tenant_id)]
        people = officers_on(session, page.tenant_id, device_id)
        given = orders.orders_of(session, page.tenant_id, device_id)
        standing = orders.order_in_force(session, page.tenant_id, device_id)
        actors = [actor for order in given for actor in (order.asked_by, order.withdrawn_by) if actor]
        names = names_of(session, page.tenant_id, team_ids)
        actor_names = officers.names_with_logins(session, page.tenant_id, actors)
    page.use_names(names)
    return page.render(
        "tablets/tablet.html",
        status if errors else 200,
        flash=page.flash_text(FLASHES, row.label),
        tablet=tablet_view(row, page.localizer, page.now),
        label=row.label if typed is None else typed,
        grants=sorted(
            (grant for grant in grants if grant.scope != "ref"), key=lambda grant: _name_key(grant.scope)
        ),
        grantable=sorted(grantable, key=lambda scope: (scope.startswith("unit:"), _name_key(scope))),
        people=people,
        orders=[order_view(order, actor_names, page.localizer) for order in given],
        may_order=bool(kinds_for(standing)),
        may_withdraw=may_withdraw(standing),
        may_manage=page.may("console.tablets.rename") and row.revoked_at is None,
        errors=errors,
    )


def _name_key(scope: str) -> str:
    return sort_key(scope_text(scope, current_page().localizer))
