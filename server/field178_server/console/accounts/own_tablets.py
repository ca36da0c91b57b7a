"""Tablets enrolled in the officer's own name: the officer confirms or disowns each after sign-in."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.shell.form_actions import office
from field178_server.console.shell.page import current_page
from field178_server.console.shell.preferences import local_path
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.tablets import own_tablets as services
from field178_server.office.tablets.own_tablets import OwnTablet, unanswered_tablets
from field178_shared.errors import AppError, ErrorCode


def after_sign_in(next_path: str) -> str:
    """Return the first page after sign-in: the officer's unconfirmed tablets, if there are any."""
    return url_for("console.accounts.own_tablets", next=next_path) if _unanswered() else next_path


def own_tablets() -> AnyResponse:
    """Ask about each tablet enrolled in the officer's name; after the last answer redirect on."""
    next_path, tablets = local_path(request.args.get("next", "")), _unanswered()
    return _page(tablets, next_path) if tablets else redirect(next_path, 303)


def answer_own_tablet(device_id: str) -> AnyResponse:
    """Store the answer; a tablet that is not the officer's loses all rights in the officer's name."""
    page, context = current_page(), office()
    engine, officer_id = page.runtime.engine, page.officer.id
    answer, next_path = request.form.get("answer"), local_path(request.form.get("next", ""))
    unanswered = {tablet.device_id: tablet for tablet in _unanswered()}
    if device_id not in unanswered:
        raise AppError(ErrorCode.NOT_FOUND)
    if answer == "mine":
        run_write(engine, lambda session: services.confirm(session, context, officer_id, device_id))
        return redirect(url_for("console.accounts.own_tablets", next=next_path), 303)
    run_write(engine, lambda session: services.disown(session, context, officer_id, device_id))
    return _page((), next_path, unanswered[device_id])


def _unanswered() -> tuple[OwnTablet, ...]:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return unanswered_tablets(session, page.tenant_id, page.officer.id, page.now)


def _page(tablets: tuple[OwnTablet, ...], next_path: str, disowned: OwnTablet | None = None) -> Response:
    return current_page().render(
        "accounts/own_tablets.html",
        active="console.accounts.own_tablets",
        tablets=tablets,
        disowned=disowned,
        next_path=next_path,
    )
