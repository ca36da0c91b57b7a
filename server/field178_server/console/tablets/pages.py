"""Pages of tablets: list, revocation, enrolment with a code that is shown once."""

from __future__ import annotations

import random
from dataclasses import dataclass

import segno
from flask import Response, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers
from field178_server.console.shell.blueprint import console
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import page_links, wanted_page
from field178_server.console.shell.policy import may, tablet_access
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.tablets.view import tablet_view
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices import enrolment
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.browser_session import is_confirmed, password_refusal
from field178_server.maintenance.check_log import last_check
from field178_server.office.tablets import operations as operator
from field178_server.office.tablets.queries import TabletRow, find_tablet, tablet_list
from field178_server.records.access import AccessFilter
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_

FLASHES = frozenset({"revoked"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer a tablet may be enrolled for."""

    officer_id: str
    name: str
    login: str


@console.get("/tablets")
def tablets() -> Response:
    """Show every tablet: last contact, reported status, warnings."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    access, wanted = _access(), wanted_page(request.args.get("page", ""))
    flash = take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        found = tablet_list(session, runtime.tenant_id, access, wanted)
        done = find_tablet(session, runtime.tenant_id, access, flash.record_id) if flash else None
        check = last_check(session, runtime.tenant_id)
        layout = layout_of(session, officer, localizer)
    return render(
        "tablets/list.html",
        check=check,
        checked=localizer.instant(check.ended_at) if check else "",
        layout=layout,
        active="console.tablets",
        flash=flash.text(done.label, localizer) if flash and done else "",
        may_manage=may(officer.role, "console.revoke_tablet", localizer.lists),
        tablets=[
            tablet_view(row, Localizer(localizer.language, found.names), runtime.clock.now())
            for row in found.tablets
        ],
        pages=page_links(found.page, lambda number: url_for("console.tablets", page=number)),
    )


@console.get("/tablets/<device_id>/revoke")
def revoking(device_id: str) -> Response:
    """Ask once more before everything is taken from a tablet."""
    return _revoking_page(_tablet(device_id))


@console.post("/tablets/<device_id>/revoke")
def revoke_tablet(device_id: str) -> AnyResponse:
    """Revoke a tablet; its unsent changes are quarantined when they arrive."""
    tablet = _tablet(device_id)
    if (refusal := password_refusal()) is not None:
        return _revoking_page(tablet, refusal)
    context = office()
    run_write(current_runtime().engine, lambda session: operator.revoke(session, context, device_id))
    return done(url_for("console.tablets"), "revoked", device_id)


@console.get("/tablets/enrol")
def enrolling() -> Response:
    """Show the form that makes a code for one tablet."""
    return _enrolling_page()


@console.post("/tablets/enrol")
def enrol_tablet() -> Response:
    """Make a code and show it, once: it is stored hashed and never shown again."""
    if (refusal := password_refusal()) is not None:
        return _enrolling_page(refusal)
    runtime, context, wanted = current_runtime(), office(), request.form.get("officer", "")
    if not any(one.officer_id == wanted for one in _candidates()):
        return _enrolling_page((422, N_("Choose whose tablet it will be.")))
    code = enrolment.new_code(random.SystemRandom())
    run_write(runtime.engine, lambda session: operator.issue_code(session, context, wanted, (), code))
    link = enrolment.link(runtime.settings.url, code, _pin(), runtime.keyring.receipt_key)
    qr = segno.make(link, error="m", micro=False)
    # Made of our own link alone; its only text is digits of a path.
    drawn = Markup(qr.svg_inline(omitsize=True, light="#fff", border=4, svgclass="qr"))  # noqa: S704
    expires = Localizer(chosen_language()).instant(runtime.clock.now() + enrolment.CODE_LIFE)
    return _enrolling_page(
        issued={"code": code, "qr": drawn, "url": runtime.settings.url, "expires": expires}
    )


def _enrolling_page(
    refusal: tuple[int, str] | None = None, issued: dict[str, object] | None = None
) -> Response:
    localizer, officer = Localizer(chosen_language()), current_officer()
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, officer, localizer)
    return render(
        "tablets/enrol.html",
        refusal[0] if refusal else 200,
        layout=layout,
        active="console.tablets",
        error=localizer.say(refusal[1]) if refusal else "",
        issued=issued,
        candidates=() if issued else _candidates(),
        chosen=request.form.get("officer", ""),
        asks_password=not is_confirmed(),
    )


def _revoking_page(tablet: TabletRow, refusal: tuple[int, str] | None = None) -> Response:
    runtime, localizer, officer = current_runtime(), Localizer(chosen_language()), current_officer()
    with snapshot(runtime.engine) as session:
        layout = layout_of(session, officer, localizer)
    return render(
        "tablets/revoke.html",
        refusal[0] if refusal else 200,
        layout=layout,
        active="console.tablets",
        tablet=tablet_view(tablet, localizer, runtime.clock.now()),
        error=localizer.say(refusal[1]) if refusal else "",
        asks_password=not is_confirmed(),
    )


def _tablet(device_id: str) -> TabletRow:
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        found = find_tablet(session, runtime.tenant_id, _access(), device_id)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return found


def _candidates() -> list[Candidate]:
    runtime, field_roles = current_runtime(), officers.field_roles(load())
    with snapshot(runtime.engine) as session:
        return [
            Candidate(one.officer_id, one.name, one.login)
            for one in officers.everyone(session, runtime.tenant_id)
            if one.disabled_at is None and one.role in field_roles
        ]


def _access() -> AccessFilter:
    return tablet_access(current_officer(), load())


def _pin() -> str | None:
    from field178_server.security.certificates import pin_for  # only https needs it

    return pin_for(current_runtime().settings)
