"""Page of an order to a tablet: lock, delete what may be read, delete everything, open again."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.shell.access import MANAGE_TABLETS
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.page import current_page, or_404
from field178_server.console.shell.policy import tablet_access
from field178_server.console.tablets.order_view import KINDS
from field178_server.console.tablets.view import tablet_view
from field178_server.database.models import DeviceOrder
from field178_server.database.unit_of_work import snapshot
from field178_server.devices import orders
from field178_server.http.browser_session import password_refusal
from field178_server.office.tablets.queries import TabletRow, find_tablet
from field178_shared.device_orders import MAX_REASON, OrderKind
from field178_shared.errors import ErrorCode
from field178_shared.text.i18n import N_

REFUSALS = {
    ErrorCode.REQUIRED: N_("Say why: the officer reads it on the tablet."),
    ErrorCode.TOO_LONG: N_("The reason is too long: 300 characters at most."),
    ErrorCode.FORBIDDEN: N_(
        "That is not possible any more: another order was given, or the tablet has it already."
    ),
}
_NO_KIND = N_("Choose what the tablet shall do.")


def order_form(device_id: str) -> Response:
    """Show the form of an order, with what the tablet last told of unsent work."""
    return _order_page(device_id)


def order(device_id: str) -> AnyResponse:
    """Give the tablet an order."""
    if (refusal := password_refusal()) is not None:
        return _order_page(device_id, refusal)
    _, standing = tablet_with_order(device_id)
    kind = next((kind for kind in kinds_for(standing) if kind.value == request.form.get("kind")), None)
    if kind is None:
        return _order_page(device_id, (422, _NO_KIND))
    context, key = office(), current_page().runtime.keyring.receipt
    reason = " ".join(request.form.get("reason", "").split())
    is_wiper = may_wipe()

    def give(session: Session) -> None:
        if not is_wiper:
            orders.refuse_wipes(session, context, device_id, kind)
        orders.give(session, context, device_id, kind, reason, key)

    refused = attempt(give, REFUSALS)
    if refused is not None:
        return _order_page(device_id, (refused.status, refused.message))
    return done(url_for("console.tablets.detail", device_id=device_id), "ordered", device_id)


def may_withdraw(standing: DeviceOrder | None) -> bool:
    """Return whether the signed-in officer may withdraw the standing order."""
    return orders.may_withdraw(standing, may_wipe=may_wipe())


def kinds_for(standing: DeviceOrder | None) -> Sequence[OrderKind]:
    """Return the orders that the signed-in officer may give."""
    return orders.kinds_after(standing, may_wipe=may_wipe())


def may_wipe() -> bool:
    """Return whether the signed-in officer may give and withdraw orders that delete."""
    page = current_page()
    return MANAGE_TABLETS.is_open_to(page.officer.role, page.lists)


def tablet_with_order(device_id: str) -> tuple[TabletRow, DeviceOrder | None]:
    """Return a tablet and its standing order; 404 if the signed-in officer does not see the tablet."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        row = or_404(find_tablet(session, page.tenant_id, tablet_access(page.officer, page.lists), device_id))
        return row, orders.order_in_force(session, page.tenant_id, device_id)


def _order_page(device_id: str, refusal: tuple[int, str] | None = None) -> Response:
    page = current_page()
    row, standing = tablet_with_order(device_id)
    kinds = kinds_for(standing)
    waiting = standing if standing is not None and standing.delivered_at is None else None
    return page.render(
        "tablets/order.html",
        tablet=tablet_view(row, page.localizer, page.now),
        refused_form=refusal,
        waiting=page.say(KINDS[OrderKind(waiting.kind)].name) if waiting is not None else "",
        kinds=[(kind.value, page.say(KINDS[kind].name), page.say(KINDS[kind].effect)) for kind in kinds],
        chosen=request.form.get("kind", request.args.get("kind", "")),
        reason=request.form.get("reason", ""),
        longest_reason=MAX_REASON,
    )
