"""Tablets enrolled in the officer's own name: a question after each sign-in, until the officer answers."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.shell.form_actions import office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language, local_path
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.tablets import own_tablets as services
from field178_server.office.tablets.own_tablets import OwnTablet, unanswered_tablets
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class TabletQuestion:
    """A tablet in words. `revoke_href` is empty for an officer who may not revoke it."""

    device_id: str
    label: str
    enrolled: str
    issuer: str
    revoke_href: str = ""


def after_sign_in(next_path: str) -> str:
    """Return the first page after sign-in: the officer's unconfirmed tablets, if there are any."""
    return url_for("console.accounts.own_tablets", next=next_path) if _unanswered() else next_path


def own_tablets() -> AnyResponse:
    """Ask about each tablet enrolled in the officer's name; after the last answer lead on."""
    next_path, tablets = local_path(request.args.get("next", "")), _unanswered()
    return _page(tablets, next_path) if tablets else redirect(next_path, 303)


def answer_own_tablet(device_id: str) -> AnyResponse:
    """Take the answer; a tablet that is not the officer's may do nothing in their name from now on."""
    runtime, officer, context = current_runtime(), current_officer(), office()
    answer, next_path = request.form.get("answer"), local_path(request.form.get("next", ""))
    asked = {tablet.device_id: tablet for tablet in _unanswered()}
    if device_id not in asked:
        raise AppError(ErrorCode.NOT_FOUND)
    if answer == "mine":
        run_write(runtime.engine, lambda session: services.confirm(session, context, officer.id, device_id))
        return redirect(url_for("console.accounts.own_tablets", next=next_path), 303)
    run_write(runtime.engine, lambda session: services.disown(session, context, officer.id, device_id))
    return _page((), next_path, asked[device_id])


def _unanswered() -> tuple[OwnTablet, ...]:
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        return unanswered_tablets(session, runtime.tenant_id, current_officer().id, runtime.clock.now())


def _page(tablets: tuple[OwnTablet, ...], next_path: str, disowned: OwnTablet | None = None) -> Response:
    localizer, officer = Localizer(chosen_language()), current_officer()
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, officer, localizer)
    return render(
        "accounts/own_tablets.html",
        layout=layout,
        active="console.accounts.own_tablets",
        tablets=[_question(one, localizer, officer.role) for one in tablets],
        disowned=_question(disowned, localizer, officer.role) if disowned else None,
        next_path=next_path,
    )


def _question(tablet: OwnTablet, localizer: Localizer, role: str) -> TabletQuestion:
    revoke = url_for("console.tablets.revoke_form", device_id=tablet.device_id)
    return TabletQuestion(
        tablet.device_id,
        tablet.label,
        localizer.instant(tablet.enrolled_at),
        tablet.issuer or localizer.say(N_("The operator of the server")),
        revoke if may(role, "console.tablets.revoke_form", localizer.lists) else "",
    )
