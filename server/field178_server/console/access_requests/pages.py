"""Pages of access requests: what waits and was decided, one request, its decision."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts.access_requests import WITH_PASSWORD
from field178_server.console.access_requests import view
from field178_server.console.access_requests.flashes import FLASHES
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.page import Page, current_page, or_404
from field178_server.http.browser_session import password_refusal
from field178_server.office.access_requests import operations, queries
from field178_server.security.keyring import Purpose
from field178_shared.errors import ErrorCode
from field178_shared.text.i18n import N_

_REFUSALS = {
    ErrorCode.NOT_FOUND: N_("It was decided meanwhile; nothing was done. Below is how it stands."),
    ErrorCode.SECOND_PERSON_NEEDED: N_(
        "You asked for this yourself, it is about your own account, or your account was put into effect"
        " without a second person, so somebody else must decide. Nothing was done."
    ),
    ErrorCode.LAST_OVERSEER: N_(
        "Nobody else of the leadership or for data protection has an open account that a second person"
        " confirmed. Nothing was done."
    ),
    ErrorCode.REVISION_CHANGED: N_(
        "The account has changed since this was asked, or no password was chosen by the link yet."
        " Nothing was done."
    ),
    ErrorCode.SIGN_IN_REFUSED: N_(
        "These are not the digits of the chosen password. Have the person read them out once more; if they"
        " are lost or differ, refuse this and let it be asked anew."
    ),
    ErrorCode.REQUIRED: N_("Say the reason: others read it."),
    ErrorCode.TOO_LONG: N_("The reason is too long."),
}


def index() -> Response:
    """Show the requests that wait, and those decided lately."""
    page = current_page()
    with page.reading() as session:
        waiting = queries.open_requests(session, page.tenant_id)
        decided = queries.decided_requests(session, page.tenant_id, page.now)
    return page.render(
        "access_requests/list.html",
        flash=page.flash_text(FLASHES),
        parts=[[_line(row, page) for row in rows] for rows in (waiting, decided)],
    )


def waiting_requests(session: Session, page: Page) -> int:
    """Count the requests that wait, for the menu."""
    return queries.count_open(session, page.tenant_id)


def detail(request_id: str) -> Response:
    """Show a request: who access_request, what for, what waits, and its decision."""
    return _page(request_id)


def confirm(request_id: str) -> AnyResponse:
    """Put a request into effect, as a second person to whom the officer read out the digits."""
    page, context, code = current_page(), office(), "".join(request.form.get("check_code", "").split())
    seen = request.form.get("seen")
    key, by_mail = page.runtime.keyring.key(Purpose.PASSWORD_LINKS), page.runtime.settings.sends_mail
    return _decide(
        request_id,
        "access_confirmed",
        lambda session: operations.confirm(
            session, context, key, request_id, code, by_mail=by_mail, seen=seen
        ),
    )


def refuse(request_id: str) -> AnyResponse:
    """Refuse a request with a reason, as a second person."""
    context, by_mail, reason = office(), current_page().runtime.settings.sends_mail, _typed_reason()
    return _decide(
        request_id,
        "access_refused",
        lambda session: operations.refuse(session, context, request_id, reason, by_mail=by_mail),
    )


def withdraw(request_id: str) -> AnyResponse:
    """Withdraw a request."""
    context = office()
    return _decide(
        request_id,
        "access_withdrawn",
        lambda session: operations.withdraw(session, context, request_id),
    )


def take_effect_alone(request_id: str) -> AnyResponse:
    """Put a request into effect without a second person, with a reason that everybody is told."""
    context, by_mail, reason = office(), current_page().runtime.settings.sends_mail, _typed_reason()
    return _decide(
        request_id,
        "access_alone",
        lambda session: operations.take_effect_alone(session, context, request_id, reason, by_mail=by_mail),
    )


def _typed_reason() -> str:
    return " ".join(request.form.get("reason", "").split())


def _decide(request_id: str, code: str, work: Callable[[Session], object]) -> AnyResponse:
    """Run a decision and redirect to the request; on a refusal, return its page with the message."""
    if (refusal := password_refusal()) is not None:
        return _page(request_id, refusal)
    if (refused := attempt(work, _REFUSALS)) is not None:
        return _page(request_id, (refused.status, _REFUSALS[refused.code]))
    return done(url_for("console.access_requests.detail", request_id=request_id), code, request_id)


def _page(request_id: str, refusal: tuple[int, str] | None = None) -> Response:
    page = current_page()
    with page.reading() as session:
        row = or_404(queries.find_request(session, page.tenant_id, request_id))
        confirmers = queries.confirmers_of(session, page.tenant_id, row.request, page.lists)
        others = queries.other_overseers(session, page.tenant_id, row.request, page.lists)
    access_request = row.request
    title = f"{view.kind_name(access_request, page.localizer)} · {row.officer.name}"
    return page.render(
        "access_requests/page.html",
        refused_form=refusal,
        flash=page.flash_text(FLASHES, title),
        title=title,
        row=row,
        facts=view.facts_of(row, page.localizer, page.today),
        state=view.state_of(access_request, page.localizer),
        is_open=access_request.decided_at is None,
        is_own=page.officer.id in (access_request.asked_by, access_request.officer_id),
        has_code=access_request.kind in WITH_PASSWORD,
        is_ready=access_request.kind not in WITH_PASSWORD or access_request.password_hash is not None,
        is_confirmer=page.officer.id in confirmers,
        has_confirmers=bool(confirmers),
        may_be_alone=bool(others),
        reason=request.form.get("reason", ""),
    )


def _line(row: queries.RequestOfOfficer, page: Page) -> tuple[object, ...]:
    return row, view.kind_name(row.request, page.localizer), view.state_of(row.request, page.localizer)
