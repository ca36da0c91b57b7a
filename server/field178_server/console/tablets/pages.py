"""Pages of tablets: list, revocation, enrolment with a code that is shown once."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

from flask import Response, redirect, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.page import Page, current_page, or_404
from field178_server.console.shell.policy import tablet_access
from field178_server.console.tablets.flashes import FLASHES
from field178_server.console.tablets.view import tablet_view, tablet_views
from field178_server.database.models import Officer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices import enrolment
from field178_server.http.browser_session import password_refusal
from field178_server.maintenance.check_log import last_check
from field178_server.office.tablets import operations as operator
from field178_server.office.tablets.queries import TabletRow, count_tablets, find_tablet, tablet_list
from field178_server.records.access import AccessFilter
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_shared.text.i18n import N_

_ADDRESS = ListAddress("console.tablets.index", ())
CODE_COOKIE, CODE_WAITS_S = "field178_code", 60
_CODE = re.compile(r"[0-9A-Z-]{1,32}")


def index() -> Response:
    """Show every tablet: last contact, reported status, warnings."""
    page, access, flash = current_page(), _access(), take_flash(FLASHES)
    with page.reading() as session:
        tablets = tablet_list(session, page.tenant_id, access, PageStart.read(request.args))
        changed = find_tablet(session, page.tenant_id, access, flash.record_id) if flash else None
        check = last_check(session, page.tenant_id)
    page.use_names(tablets.names)
    return page.render(
        "tablets/list.html",
        check=check,
        flash=flash.text(changed.label, page.localizer) if flash and changed else "",
        tablets=tablet_views(tablets.tablets, page.localizer, page.now),
        links=_ADDRESS.pages(tablets.page),
    )


def silent_tablets(session: Session, page: Page) -> int:
    """Count the tablets in use that are silent, for the menu."""
    return count_tablets(session, page.tenant_id, _access(), page.now).silent


def revoke_form(device_id: str) -> Response:
    """Ask for the password before a tablet is revoked."""
    return _revoking_page(_tablet(device_id))


def revoke(device_id: str) -> AnyResponse:
    """Revoke a tablet; its unsent changes are quarantined when they arrive."""
    tablet = _tablet(device_id)
    if (refusal := password_refusal()) is not None:
        return _revoking_page(tablet, refusal)
    context = office()
    run_write(current_page().runtime.engine, lambda session: operator.revoke(session, context, device_id))
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
    engine, context, officer_id = current_page().runtime.engine, office(), request.form.get("officer", "")
    if not any(officer.officer_id == officer_id for officer, _ in _candidates()):
        return _enrolling_page((422, N_("Choose whose tablet it will be.")))
    code = enrolment.new_code(random.SystemRandom())
    run_write(engine, lambda session: operator.issue_code(session, context, officer_id, (), code))
    answer = redirect(url_for("console.tablets.enrol_form"), 303)
    answer.set_cookie(CODE_COOKIE, code, **_code_cookie(), max_age=CODE_WAITS_S)
    return answer


def _code_cookie() -> dict[str, Any]:
    path = url_for("console.tablets.enrol_form")
    return {"path": path, "httponly": True, "samesite": "Strict", "secure": request.is_secure}


def _issued(code: str) -> dict[str, object]:
    """Return the enrolment link as a QR code, and its parts to be typed by hand."""
    import segno  # few requests draw a code

    page = current_page()
    settings = page.runtime.settings
    link = enrolment.link(settings.url, code, _pins(), page.runtime.keyring.receipt_key)
    qr = segno.make(link, error="m", micro=False)
    # Safe: the drawing is made from the server's own link; its only text is the digits of a path.
    drawing = Markup(qr.svg_inline(omitsize=True, light="#fff", border=4, svgclass="qr"))  # noqa: S704
    return {"code": code, "qr": drawing, "url": settings.url, "expires_at": page.now + enrolment.CODE_LIFE}


def _enrolling_page(refusal: tuple[int, str] | None = None, code: str = "") -> Response:
    page = current_page()
    return page.render(
        "tablets/enrol.html",
        refused_form=refusal,
        issued=_issued(code) if code else None,
        candidates=() if code else _candidates(),
        chosen=request.form.get("officer", request.args.get("officer", "")),
    )


def _revoking_page(tablet: TabletRow, refusal: tuple[int, str] | None = None) -> Response:
    page = current_page()
    return page.render(
        "tablets/revoke.html",
        tablet=tablet_view(tablet, page.localizer, page.now),
        refused_form=refusal,
    )


def _tablet(device_id: str) -> TabletRow:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return or_404(find_tablet(session, page.tenant_id, _access(), device_id))


def _candidates() -> list[tuple[Officer, Sequence[str]]]:
    """Return the active officers of field roles, with teams, or communes if there is no team.

    The names of all teams are put in use.
    """
    page = current_page()
    roles = officers.field_roles(page.lists)
    with snapshot(page.runtime.engine) as session:
        rows = officers.everyone(session, page.tenant_id)
        scopes = officers.all_scopes(session, page.tenant_id)
        teams = {scope.partition(":")[2] for granted in scopes.values() for scope in granted}
        names = names_of(session, page.tenant_id, teams)
    page.use_names(names)
    return [
        (row, _teams_or_all(scopes.get(row.officer_id, [])))
        for row in rows
        if row.disabled_at is None and row.role in roles
    ]


def _teams_or_all(scopes: Sequence[str]) -> Sequence[str]:
    return [scope for scope in scopes if scope.startswith("team:")] or scopes


def _access() -> AccessFilter:
    page = current_page()
    return tablet_access(page.officer, page.lists)


def _pins() -> tuple[str, ...]:
    from field178_server.security.certificates import pins_for  # only https needs it

    return pins_for(current_page().runtime.settings)
