"""Headers of every answer: the protocol's mark for tablets, strict rules for browsers."""

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
# What may be kept says so itself.
_ALWAYS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
# An answer to a tablet is no page, and no browser can ask for it by a link: it needs the tablet's key in a
# header. There these would be 200 bytes of each answer.
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
    """Make the application refuse ambiguous requests and mark its answers."""
    app.before_request(_refuse_ambiguous_length)
    app.before_request(_refuse_unknown_protocol)

    @app.after_request
    def _mark(response: Response) -> Response:
        return mark(response, request.path, is_https=is_https)


def is_api_path(path: str) -> bool:
    """Tell whether a path belongs to the tablets' interface."""
    return path == API_PREFIX or path.startswith(API_PREFIX + "/")


def headers_of_every_answer(*, is_api: bool, is_https: bool) -> dict[str, str]:
    """Return the headers of every answer, of the application and of the server under it alike."""
    headers = {**_ALWAYS, **({HEADER: str(VERSION)} if is_api else _PAGE)}
    if is_https:
        headers["Strict-Transport-Security"] = _HSTS
    return headers


def mark(response: Response, path: str, *, is_https: bool) -> Response:
    """Add the headers of every answer; one that a view has set is kept."""
    for name, value in headers_of_every_answer(is_api=is_api_path(path), is_https=is_https).items():
        response.headers.setdefault(name, value)
    return response


def _refuse_ambiguous_length() -> None:
    """Refuse a request with two lengths: two servers could read it as two requests."""
    if "Content-Length" in request.headers and "Transfer-Encoding" in request.headers:
        raise AppError(ErrorCode.BAD_REQUEST, pointer="/headers/Transfer-Encoding")


def spoken_protocol() -> int:
    """Return the protocol of the request in hand.

    A missing header is left to the views: stock tus clients and people's browsers do not send it.
    """
    return parse_whole_number(request.headers.get(HEADER, "")) or VERSION


def _refuse_unknown_protocol() -> None:
    # A tablet of an old protocol may still send its changes; an unknown protocol is refused.
    if is_api_path(request.path) and request.headers.get(HEADER, str(VERSION)) not in _RELEASED:
        raise AppError(ErrorCode.PROTOCOL_UNSUPPORTED, protocol=[VERSION, VERSION])
