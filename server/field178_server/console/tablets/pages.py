"""Pages of tablets: list, revocation, enrolment with a code that is shown once."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from flask import Response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import scope_text
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.policy import may, tablet_access
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.tablets.flashes import FLASHES
from field178_server.console.tablets.view import tablet_view, tablet_views
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
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_

_ADDRESS = ListAddress("console.tablets.index", ())
CODE_COOKIE, CODE_WAITS_S = "field178_code", 60
_CODE = re.compile(r"[0-9A-Z-]{1,32}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer a tablet may be enrolled for; `place` tells two of one name apart."""

    officer_id: str
    name: str
    login: str
    place: str


def index() -> Response:
    """Show every tablet: last contact, reported status, warnings."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    access, place = _access(), PageStart.read(request.args)
    flash = take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        found = tablet_list(session, runtime.tenant_id, access, place)
        done = find_tablet(session, runtime.tenant_id, access, flash.record_id) if flash else None
        check = last_check(session, runtime.tenant_id)
        layout = layout_of(session, officer, localizer)
    return render(
        "tablets/list.html",
        check=check,
        checked=localizer.instant(check.ended_at) if check else "",
        layout=layout,
        active="console.tablets.index",
        flash=flash.text(done.label, localizer) if flash and done else "",
        may_manage=may(officer.role, "console.tablets.revoke", localizer.lists),
        tablets=tablet_views(found.tablets, Localizer(localizer.language, found.names), runtime.clock.now()),
        links=_ADDRESS.pages(found.page),
    )


def revoke_form(device_id: str) -> Response:
    """Ask once more before everything is taken from a tablet."""
    return _revoking_page(_tablet(device_id))


def revoke(device_id: str) -> AnyResponse:
    """Revoke a tablet; its unsent changes are quarantined when they arrive."""
    tablet = _tablet(device_id)
    if (refusal := password_refusal()) is not None:
        return _revoking_page(tablet, refusal)
    context = office()
    run_write(current_runtime().engine, lambda session: operator.revoke(session, context, device_id))
    return done(url_for("console.tablets.index"), "revoked", device_id)


def enrol_form() -> Response:
    """Show the form that makes a code for one tablet, or the code that was made a moment ago, once."""
    cookie = request.cookies.get(CODE_COOKIE, "")
    code = cookie if _CODE.fullmatch(cookie) else ""
    answer = _enrolling_page(code=code)
    if cookie:
        answer.delete_cookie(CODE_COOKIE, **_code_cookie())
    return answer


def enrol() -> AnyResponse:
    """Make a code: it is stored hashed, and a cookie brings it to the next page, which shows it once.

    Loading that page again makes no other code.
    """
    if (refusal := password_refusal()) is not None:
        return _enrolling_page(refusal)
    runtime, context, wanted = current_runtime(), office(), request.form.get("officer", "")
    if not any(one.officer_id == wanted for one in _candidates()):
        return _enrolling_page((422, N_("Choose whose tablet it will be.")))
    code = enrolment.new_code(random.SystemRandom())
    run_write(runtime.engine, lambda session: operator.issue_code(session, context, wanted, (), code))
    answer = redirect(url_for("console.tablets.enrol_form"), 303)
    answer.set_cookie(CODE_COOKIE, code, **_code_cookie(), max_age=CODE_WAITS_S)
    return answer


def _code_cookie() -> dict[str, Any]:
    path = url_for("console.tablets.enrol_form")
    return {"path": path, "httponly": True, "samesite": "Strict", "secure": request.is_secure}


def _issued(code: str) -> dict[str, object]:
    """Return what the tablet scans, and what is typed where it cannot."""
    runtime = current_runtime()
    link = enrolment.link(runtime.settings.url, code, _pins(), runtime.keyring.receipt_key)
    qr = segno.make(link, error="m", micro=False)
    # Made of our own link alone; its only text is digits of a path.
    drawn = Markup(qr.svg_inline(omitsize=True, light="#fff", border=4, svgclass="qr"))  # noqa: S704
    expires = Localizer(chosen_language()).instant(runtime.clock.now() + enrolment.CODE_LIFE)
    return {"code": code, "qr": drawn, "url": runtime.settings.url, "expires": expires}


def _enrolling_page(refusal: tuple[int, str] | None = None, code: str = "") -> Response:
    localizer, officer = Localizer(chosen_language()), current_officer()
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, officer, localizer)
    return render(
        "tablets/enrol.html",
        refusal[0] if refusal else 200,
        layout=layout,
        active="console.tablets.index",
        error=localizer.say(refusal[1]) if refusal else "",
        issued=_issued(code) if code else None,
        candidates=() if code else _candidates(),
        chosen=request.form.get("officer", request.args.get("officer", "")),
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
        active="console.tablets.index",
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
    localizer = Localizer(chosen_language())
    with snapshot(runtime.engine) as session:
        everyone = officers.everyone(session, runtime.tenant_id)
        scopes = officers.all_scopes(session, runtime.tenant_id)
        teams = {scope.partition(":")[2] for found in scopes.values() for scope in found}
        localizer = Localizer(chosen_language(), names_of(session, runtime.tenant_id, teams))
    return [
        Candidate(
            one.officer_id,
            one.name,
            one.login,
            _place(one.agency, scopes.get(one.officer_id, []), localizer),
        )
        for one in everyone
        if one.disabled_at is None and one.role in field_roles
    ]


def _place(agency: str, scopes: Sequence[str], localizer: Localizer) -> str:
    """Return an officer's agency and teams; of one without a team, the communes."""
    teams = [scope for scope in scopes if scope.startswith("team:")] or scopes
    parts = [
        localizer.label(localizer.lists.agencies, agency),
        *(scope_text(one, localizer) for one in teams),
    ]
    return " · ".join(part for part in parts if part)


def _access() -> AccessFilter:
    return tablet_access(current_officer(), load())


def _pins() -> tuple[str, ...]:
    from field178_server.security.certificates import pins_for  # only https needs it

    return pins_for(current_runtime().settings)
