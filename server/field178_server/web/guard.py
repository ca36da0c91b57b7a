"""What stands before and behind every page: rights, form token, and headers that keep pages out of caches."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.auth import require_role
from field178_server.browser_session import check_csrf, find_officer
from field178_server.errors import ERROR_PAGE
from field178_server.web.assets import KEEP_FOR_EVER
from field178_server.web.blueprint import web
from field178_server.web.policy import POLICY, may
from field178_server.web.preferences import chosen_language
from field178_server.web.rendering import render
from field178_server.web.speech import Speech
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.i18n import N_


def check_policy(app: Flask) -> None:
    """Refuse to start with a page that nobody decided about."""
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{web.name}.")}
    if undecided := sorted(pages ^ set(POLICY)):
        raise RuntimeError(f"pages and policy differ: {undecided}")


def init_error_page(app: Flask) -> None:
    """Answer errors of people's browsers by a page."""
    app.extensions[ERROR_PAGE] = error_page


@web.before_request
def _admit() -> AnyResponse | None:
    """Let a request in: an officer where one is asked for, the right, and no forged form."""
    access = POLICY[str(request.endpoint)]
    if not access.is_public and (redirected := _signed_in()) is not None:
        return redirected
    officer = find_officer()
    if officer is not None and not may(officer.role, str(request.endpoint), load()):
        # What an officer may not do is not there: the answer is the same with and without a record.
        raise AppError(ErrorCode.NOT_FOUND)
    check_csrf()
    return None


@web.after_request
def _keep_out_of_caches(response: Response) -> Response:
    is_static = request.endpoint == f"{web.name}.static" and response.status_code == 200
    response.headers["Cache-Control"] = KEEP_FOR_EVER if is_static else "no-store"
    return response


@require_role()
def _signed_in() -> None:
    """Nothing to do once an officer is there."""


def error_page(status: int, code: ErrorCode, details: Mapping[str, object]) -> Response:
    """Return an error as a page that says what happened and where to go on."""
    speech = Speech(chosen_language())
    signed_in = find_officer() is not None
    response = render(
        "error.html",
        status,
        title=message(code, speech.language),
        text=speech.say(_ADVICE.get(code, _DEFAULT_ADVICE)),
        way_on=url_for("web.home" if signed_in else "web.sign_in"),
        way_on_text=speech.say(N_("To the first page") if signed_in else N_("Sign in")),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


_DEFAULT_ADVICE = N_("Go back and try again; if it happens again, tell the administrator the time.")
_ADVICE = {
    ErrorCode.NOT_FOUND: N_("The page or record is not here, or not within your area."),
    ErrorCode.FORBIDDEN: N_("The form was open for too long or came from another page. Open it again."),
    ErrorCode.BUSY: N_("Many tablets are sending right now. Try again in a moment."),
    ErrorCode.SLOW_DOWN: N_("Too many attempts. Wait a few minutes before the next one."),
}
