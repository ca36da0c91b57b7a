"""Tablets: list, enrolment, revocation, orders."""

from __future__ import annotations

from field178_server.console.shell.access import MANAGE_TABLETS, TABLETS
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_server.console.tablets import order_pages, pages, tablet_pages
from field178_shared.text.i18n import N_

ROUTES = (
    get(
        "/tablets",
        pages.index,
        TABLETS,
        menu=MenuEntry(MenuGroup.PEOPLE, 3, "tablet", N_("Tablets"), badge=pages.silent_tablets),
    ),
    get("/tablets/<device_id>/revoke", pages.revoke_form, MANAGE_TABLETS),
    post("/tablets/<device_id>/revoke", pages.revoke, MANAGE_TABLETS),
    get("/tablets/enrol", pages.enrol_form, MANAGE_TABLETS),
    post("/tablets/enrol", pages.enrol, MANAGE_TABLETS),
    get("/tablets/<device_id>", tablet_pages.detail, TABLETS),
    get("/tablets/<device_id>/order", order_pages.order_form, TABLETS),
    post("/tablets/<device_id>/order", order_pages.order, TABLETS),
    post("/tablets/<device_id>/order/withdraw", tablet_pages.withdraw_order, TABLETS),
    post("/tablets/<device_id>/rename", tablet_pages.rename, MANAGE_TABLETS),
    post("/tablets/<device_id>/grant", tablet_pages.grant_scope, MANAGE_TABLETS),
    post("/tablets/<device_id>/take", tablet_pages.take_scope, MANAGE_TABLETS),
)
