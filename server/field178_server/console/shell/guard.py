"""Guard of every page: rights, form token, cache headers, error page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from flask import Flask, Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.shell.blueprint import KEEP_FOR_EVER, KEEP_PRIVATELY, STATIC_ENDPOINT, console
from field178_server.console.shell.drafts import form_page, mark_draft, sent_draft, sent_field
from field178_server.console.shell.layout import OfficeLayout, render
from field178_server.console.shell.page import current_page, or_404
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.shell.refusals import FORM, PAGE, note_refused
from field178_server.console.shell.routes import find_route
from field178_server.console.text.localize import Localizer
from field178_server.http.browser_session import check_csrf, find_officer, forget_officer, must_set_up_factor
from field178_server.http.compression import pack
from field178_server.http.lists_in_force import current_lists
from field178_server.http.problem_details import ERROR_PAGE
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.i18n import N_

# Addresses that open before an officer has the second factor that the role owes.
BEFORE_FACTOR = frozenset(
    {
        "/account/authenticator",
        "/account/passkeys",
        "/account/passkeys/options",
        "/session",
        "/sign-out",
        "/preferences",
    }
)


def init_error_page(app: Flask) -> None:
    """Register the error page of browsers."""
    app.extensions[ERROR_PAGE] = error_page


@console.before_request
def _admit() -> AnyResponse | None:
    """Check a request: signed-in officer, access of the route, form token."""
    if request.endpoint == STATIC_ENDPOINT:
        return None
    route, officer = or_404(find_route(str(request.endpoint))), find_officer()
    if officer is None and not route.access.is_public:
        return _to_sign_in()
    if officer is not None:
        current_lists().refresh()
    if officer is not None and not route.access.is_open_to(officer.role, load()):
        # The response is the same as for a missing page: it does not tell whether a record exists.
        note_refused(PAGE)
        raise AppError(ErrorCode.NOT_FOUND)
    if not route.access.is_public and route.url not in BEFORE_FACTOR and must_set_up_factor(load()):
        return _to("console.accounts.authenticator")
    if route.max_bytes is not None:
        # Set before the form is read for its token; only for an officer with access to the route.
        request.max_content_length = route.max_bytes
    try:
        check_csrf()
    except AppError:
        note_refused(FORM)
        raise
    return None


@console.after_request
def _keep_out_of_caches(response: Response) -> Response:
    is_static = request.endpoint == STATIC_ENDPOINT and response.status_code == 200
    mark_draft(response)
    if response.headers.get("Cache-Control") == KEEP_PRIVATELY:
        return response
    response.headers["Cache-Control"] = KEEP_FOR_EVER if is_static else "no-store"
    if not is_static:
        response.vary.add("HX-Request")
    return pack(response)


def _to_sign_in() -> AnyResponse:
    """Redirect a browser to the sign-in page."""
    unsent = None if request.method != "POST" else "kept" if sent_draft() else "yes"
    return _to("console.accounts.sign_in_form", next=_way_back(), unsent=unsent)


def _to(endpoint: str, **values: str | None) -> AnyResponse:
    """Redirect a browser to a page; htmx gets a header, a redirect would land in a fragment."""
    href = url_for(endpoint, **values)  # type: ignore[arg-type]  # words alone
    if request.headers.get("HX-Request") == "true":
        return Response(status=401, headers={"HX-Redirect": href})
    return redirect(href)


def _way_back() -> str | None:
    """Return the address after the sign-in: the requested page, or the page of the sent form."""
    if page := form_page():
        return page
    pages, path = current_app.url_map.bind(""), request.path
    while path and not pages.test(path, "GET"):
        path = path.rpartition("/")[0]
    view = urlencode(parse_qsl(sent_field("view")))
    return f"{path}?{view}" if path and view else path or None


def error_page(status: int, code: ErrorCode, details: Mapping[str, object]) -> Response:
    """Return the page of an error: title, advice, and link to the next page."""
    if is_away := code is ErrorCode.STORE_UNAVAILABLE:
        forget_officer()
    # A stranger has no `Page`.
    localizer = Localizer(chosen_language())
    signed_in = find_officer() is not None
    # A page that was not found has no form to go back to.
    has_form = (signed_in or is_away) and request.method == "POST" and code is not ErrorCode.NOT_FOUND
    form = _way_back() if has_form else None
    layout = _layout(status)
    way_on, way_on_text = _way_on(signed_in, is_away)
    response = render(
        "shell/error.html" if layout else "shell/error_unframed.html",
        status,
        layout=layout,
        active="",
        title=localizer.say(_TITLES[code]) if code in _TITLES else message(code, localizer.language),
        text=localizer.say(_ADVICE.get(code, _DEFAULT_ADVICE)),
        kept=localizer.say(_TYPED_IS_KEPT) if form and sent_draft() else "",
        way_on=form or way_on,
        way_on_text=localizer.say(N_("Back to the form") if form else way_on_text),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _way_on(signed_in: bool, is_away: bool) -> tuple[str, str]:
    """Return address and text of the link of an error page."""
    if is_away:
        return request.full_path.rstrip("?"), N_("Try again")
    if signed_in:
        return url_for("console.today.index"), N_("To the first page")
    return url_for("console.accounts.sign_in_form"), N_("Sign in")


def _layout(status: int) -> OfficeLayout | None:
    """Return the layout of the officer; None for a stranger, and for an error of the server."""
    return None if status >= 500 or find_officer() is None else current_page().layout


# The console answers FORBIDDEN only to a form with a wrong token; a missing right is NOT_FOUND.
_TITLES = {
    ErrorCode.FORBIDDEN: N_("This form could not be sent"),
    ErrorCode.STORAGE_FULL: N_("The server’s disk is full"),
    ErrorCode.STORE_UNAVAILABLE: N_("The store of records does not answer"),
}
_TYPED_IS_KEPT = N_("What you typed is kept in this browser and stands in the form again.")
_DEFAULT_ADVICE = N_("Go back and try again; if it happens again, tell the administrator the time.")
_ADVICE = {
    ErrorCode.NOT_FOUND: N_("The page or record is not here, or not within your area."),
    ErrorCode.FORBIDDEN: N_("The form was open for too long or came from another page. Open it again."),
    ErrorCode.TOO_LARGE: N_("The file is too large. Save it without pictures, or send it in parts."),
    ErrorCode.BUSY: N_("The server is busy right now. Try again in a moment."),
    ErrorCode.STORAGE_FULL: N_(
        "Nothing was stored. Tell the administrator; pages can still be read. Try again when there is room."
    ),
    ErrorCode.STORE_UNAVAILABLE: N_(
        "Nothing was stored now; earlier work is safe. Try again in a minute, then tell the administrator."
    ),
    ErrorCode.SLOW_DOWN: N_("Too many attempts. Wait a few minutes before the next one."),
}
