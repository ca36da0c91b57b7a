"""Error handlers: every error becomes problem+json for tablets and an error page for browsers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from field178_server.attachments.storage.free_space import is_disk_full, storage_full
from field178_server.database.engine import is_storage_full, is_unavailable
from field178_server.http.headers import is_api_path
from field178_server.http.load_shedding import return_time_s
from field178_server.security.error_frames import frames_of
from field178_shared.errors import AppError, ErrorCode, answer_message
from field178_shared.wire.protocol import MAX_BODY_BYTES

INSUFFICIENT_STORAGE = 507
PROBLEM_JSON = "application/problem+json"
ERROR_PAGE = "field178.error_page"
# Services with their own form of errors, by path prefix.
ERROR_ANSWERS = "field178.error_answers"
ErrorPage = Callable[[int, ErrorCode, Mapping[str, object]], Response]
_BY_STATUS = {
    400: ErrorCode.BAD_REQUEST,
    403: ErrorCode.FORBIDDEN,
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.METHOD_NOT_ALLOWED,
    413: ErrorCode.TOO_LARGE,
    415: ErrorCode.UNSUPPORTED_MEDIA_TYPE,
    429: ErrorCode.SLOW_DOWN,
    503: ErrorCode.BUSY,
}
# Bytes that a refused client may still send before its connection is closed.
MAX_DRAINED_BYTES = 64 << 20
_DRAIN_STEP = 64 << 10
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
# Headers of HTTP exceptions that are kept.
_KEPT_HEADERS = frozenset({"Allow", "Content-Range"})
_RESERVED = frozenset({"type", "title", "status", "code", "detail"})

log = structlog.get_logger()


def init_errors(app: Flask) -> None:
    """Register the error handlers; an unexpected error is logged and its response has no details."""
    language = str(app.config["FIELD178_LANGUAGE"])
    app.after_request(_drain_refused_body)

    @app.errorhandler(AppError)
    def _refused(error: AppError) -> Response:
        return answer(app, _status_of(error), error.code, error.details, language)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        status = error.code or 500
        code = _BY_STATUS.get(status, ErrorCode.BAD_REQUEST if status < 500 else ErrorCode.INTERNAL)
        response = answer(app, status, code, _details_of(error), language)
        for name, value in error.get_headers():
            if name in _KEPT_HEADERS:
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def _failed(error: Exception) -> Response:
        if isinstance(error, SQLAlchemyError) and is_unavailable(error):
            log.error("store_unavailable", exception=type(error).__name__)
            return _refused(AppError(ErrorCode.STORE_UNAVAILABLE, retry_after_s=return_time_s()))
        if _has_no_space(error):
            log.error("storage_full", exception=type(error).__name__)
            return _refused(storage_full())
        log.error("request_failed", exception=type(error).__name__, frames=frames_of(error))
        return answer(app, 500, ErrorCode.INTERNAL, {}, language)


def answer(
    app: Flask, status: int, code: ErrorCode, details: Mapping[str, object], language: str
) -> Response:
    """Return the response to a refused request: problem+json, an error page, or a service's own form."""
    page = _own_answer(app) or app.extensions.get(ERROR_PAGE)
    if is_api_path(request.path) or page is None:
        response = problem(status, code, details, language)
    else:
        response = page(status, code, details)
        assert isinstance(response, Response)
    if (wait := details.get("retry_after_s")) is not None:
        response.headers["Retry-After"] = str(wait)
    if status == 401 and is_api_path(request.path):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _own_answer(app: Flask) -> ErrorPage | None:
    own: Mapping[str, ErrorPage] = app.extensions.get(ERROR_ANSWERS, {})
    return next((page for prefix, page in own.items() if request.path.startswith(prefix)), None)


def problem(status: int, code: ErrorCode, details: Mapping[str, object], language: str) -> Response:
    """Return problem+json (RFC 9457) with the stable code and its typed details."""
    body = problem_body(status, code, details, language)
    return Response(json.dumps(body, ensure_ascii=False), status, content_type=PROBLEM_JSON)


def problem_body(
    status: int, code: ErrorCode, details: Mapping[str, object], language: str
) -> dict[str, object]:
    """Return the members of a problem; `title` is for people, programs read `code`."""
    members = {name: value for name, value in details.items() if name not in _RESERVED}
    return {
        "type": "about:blank",
        "title": answer_message(code, language),
        "status": status,
        "code": code,
        **members,
    }


def _has_no_space(error: Exception) -> bool:
    if isinstance(error, DBAPIError):
        return is_storage_full(error)
    return isinstance(error, OSError) and is_disk_full(error)


def _status_of(error: AppError) -> int:
    # 507 (RFC 4918) for an upload; 503 for a push, because clients retry it unchanged.
    is_file = error.code is ErrorCode.STORAGE_FULL and request.blueprint == "uploads"
    return INSUFFICIENT_STORAGE if is_file else error.status


def _drain_refused_body(response: Response) -> Response:
    """Read the rest of a refused request's body: a connection reset would lose the response."""
    if response.status_code < 400 or request.method in _WITHOUT_BODY:
        return response
    stream, left = request.environ["wsgi.input"], MAX_DRAINED_BYTES
    while left > 0 and (chunk := stream.read(min(left, _DRAIN_STEP))):
        left -= len(chunk)
    return response


def _details_of(error: HTTPException) -> dict[str, object]:
    if isinstance(error, RequestEntityTooLarge):
        return {"limit": MAX_BODY_BYTES, "unit": "bytes"}
    return {}
