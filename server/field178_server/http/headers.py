"""Headers of every response: the protocol version for tablets, security headers for browsers."""

from __future__ import annotations

from flask import Flask, Response, request

from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import parse_whole_number
from field178_shared.wire.protocol import HEADER, VERSION

API_PREFIX = "/api/v1"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Defaults: a view that allows caching sets its own Cache-Control.
_ALWAYS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
# Only for pages: a browser cannot request the tablets' interface by a link (it needs a token in a header),
# and these headers would add 200 bytes to each response.
_PAGE = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_RELEASED = frozenset(str(number) for number in range(1, VERSION + 1))
_HSTS = "max-age=31536000"


def init_headers(app: Flask, *, is_https: bool) -> None:
    """Register the checks of request headers and the headers of responses."""
    app.before_request(_refuse_ambiguous_length)
    app.before_request(_refuse_unknown_protocol)

    @app.after_request
    def _mark(response: Response) -> Response:
        return mark(response, request.path, is_https=is_https)


def is_api_path(path: str) -> bool:
    """Return whether a path belongs to the tablets' interface."""
    return path == API_PREFIX or path.startswith(API_PREFIX + "/")


def headers_of_every_answer(*, is_api: bool, is_https: bool) -> dict[str, str]:
    """Return the headers of every response, of the application and of the WSGI server."""
    headers = {**_ALWAYS, **({HEADER: str(VERSION)} if is_api else _PAGE)}
    if is_https:
        headers["Strict-Transport-Security"] = _HSTS
    return headers


def mark(response: Response, path: str, *, is_https: bool) -> Response:
    """Add the headers of every response; headers set by a view are kept."""
    for name, value in headers_of_every_answer(is_api=is_api_path(path), is_https=is_https).items():
        response.headers.setdefault(name, value)
    return response


def _refuse_ambiguous_length() -> None:
    """Raise AppError for a request with two lengths, which a proxy may read differently."""
    if "Content-Length" in request.headers and "Transfer-Encoding" in request.headers:
        raise AppError(ErrorCode.BAD_REQUEST, pointer="/headers/Transfer-Encoding")


def spoken_protocol() -> int:
    """Return the protocol version of the current request; the newest without a header.

    Standard tus clients and browsers do not send the header.
    """
    return parse_whole_number(request.headers.get(HEADER, "")) or VERSION


def _refuse_unknown_protocol() -> None:
    # A tablet with an old protocol may still push its changes; only unknown protocols are refused.
    if is_api_path(request.path) and request.headers.get(HEADER, str(VERSION)) not in _RELEASED:
        raise AppError(ErrorCode.PROTOCOL_UNSUPPORTED, protocol=[VERSION, VERSION])
