"""The page of one tablet: what it told, whose it is, its area; rename, grant, take, replace."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import teams
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import scope_text
from field178_server.console.shell.policy import may, tablet_access
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.tablets.flashes import FLASHES
from field178_server.console.tablets.view import tablet_view
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.browser_session import is_confirmed, password_refusal
from field178_server.office.tablets import operations
from field178_server.office.tablets.queries import find_tablet, grants_of, officers_on
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import sort_key
from field178_shared.time.clock import local_date

_LONGEST_NAME = 64
_NO_SCOPE = N_("Choose a team or a commune.")
_NAME = N_("A name of 1 to {limit} characters.")


def detail(device_id: str) -> Response:
    """Show one tablet."""
    return _page(device_id)


def rename(device_id: str) -> AnyResponse:
    """Give a tablet another name; two of one name are hard to tell apart on the telephone."""
    context, label = office(), " ".join(request.form.get("label", "").split())
    if not 0 < len(label) <= _LONGEST_NAME:
        text = Localizer(chosen_language()).say(_NAME).format(limit=_LONGEST_NAME)
        return _page(device_id, {"label": text}, label)
    return _do(device_id, lambda session: operations.rename(session, context, device_id, label), "renamed")


def grant_scope(device_id: str) -> AnyResponse:
    """Grant a team or a commune to a tablet."""
    context, scope = office(), request.form.get("scope", "")
    if not scope:
        return _page(device_id, {"scope": Localizer(chosen_language()).say(_NO_SCOPE)})
    return _do(device_id, lambda session: operations.grant(session, context, device_id, scope), "granted")


def take_scope(device_id: str) -> AnyResponse:
    """Take a team or a commune from a tablet; its records leave the tablet at the next sync."""
    context, scope = office(), request.form.get("scope", "")
    if not scope:
        return _page(device_id, {"taken": Localizer(chosen_language()).say(_NO_SCOPE)})
    return _do(device_id, lambda session: operations.ungrant(session, context, device_id, scope), "taken")


def _do(device_id: str, work: Callable[[Session], object], flash: str) -> AnyResponse:
    if (refusal := password_refusal()) is not None:
        said = Localizer(chosen_language()).say(refusal[1])
        return _page(device_id, {"password": said}, status=refusal[0])
    run_write(current_runtime().engine, work)
    return done(url_for("console.tablets.detail", device_id=device_id), flash, device_id)


def _page(
    device_id: str, errors: dict[str, str] | None = None, typed: str | None = None, status: int = 422
) -> Response:
    runtime, officer, plain = current_runtime(), current_officer(), Localizer(chosen_language())
    flash, lists = take_flash(FLASHES), plain.lists
    with snapshot(runtime.engine) as session:
        row = find_tablet(session, runtime.tenant_id, tablet_access(officer, lists), device_id)
        if row is None:
            raise AppError(ErrorCode.NOT_FOUND)
        grants = grants_of(session, runtime.tenant_id, device_id)
        own_teams = teams.everyone(session, runtime.tenant_id)
        people = officers_on(session, runtime.tenant_id, device_id)
        names = names_of(session, runtime.tenant_id, [team.id for team in own_teams])
        layout = layout_of(session, officer, plain)
    localizer = Localizer(plain.language, names)
    today = local_date(runtime.clock.now())
    open_units = {f"unit:{unit.id}" for unit in lists.units.values() if unit.valid_on(today)}
    missing = {f"team:{team.id}" for team in own_teams} | open_units
    named = [(scope, scope_text(scope, localizer)) for scope in missing - {grant.scope for grant in grants}]
    return render(
        "tablets/tablet.html",
        status if errors else 200,
        layout=layout,
        active="console.tablets.index",
        flash=flash.text(row.label, localizer) if flash else "",
        tablet=tablet_view(row, localizer, runtime.clock.now()),
        enrolled=localizer.instant(row.enrolled_at),
        label=row.label if typed is None else typed,
        grants=[
            (grant.scope, scope_text(grant.scope, localizer), grant.is_own)
            for grant in sorted(grants, key=lambda one: sort_key(scope_text(one.scope, localizer)))
            if grant.scope != "ref"
        ],
        missing=sorted(named, key=lambda pair: (pair[0].startswith("unit:"), sort_key(pair[1]))),
        people=people,
        may_see_people=may(officer.role, "console.people.detail", lists),
        may_manage=may(officer.role, "console.tablets.rename", lists) and row.revoked_at is None,
        errors=errors or {},
        error="password" in (errors or {}),
        asks_password=not is_confirmed(),
    )
