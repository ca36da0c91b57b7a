"""Drafts of forms: browsers store typed values, encrypted with a key of the officer, until they are saved.

The server stores no draft. It sends the key with pages of the officer, and the outcome of each sent form.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.preferences import local_path
from field178_server.http.application_runtime import current_runtime
from field178_server.http.browser_session import find_officer, session_left_s
from field178_server.security.keyring import Purpose
from field178_shared.ids import is_uuid

LIFE_DAYS = 14
PAGE_FIELD = "form_page"
DRAFT_FIELD = "draft_id"
_COOKIE = "field178_draft_"
_WRITTEN = 303


@dataclass(frozen=True, slots=True)
class PageSession:
    """The session as the scripts of a page see it: officer, key of the drafts, seconds until its end."""

    officer_id: str
    draft_key: str
    idle_s: int
    absolute_s: int
    draft_days: int = LIFE_DAYS


def page_session() -> PageSession | None:
    """Return the session of the signed-in officer for a page, None on pages of strangers."""
    officer = find_officer()
    return PageSession(officer.id, draft_key(officer), *session_left_s()) if officer else None


def draft_key(officer: OfficerContext) -> str:
    """Return the key of an officer's drafts; a new server secret ends all drafts, a new password none."""
    key = current_runtime().keyring.key(Purpose.FORM_DRAFTS)
    text = f"field178-drafts-v1|{officer.tenant_id}|{officer.id}"
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def form_page() -> str:
    """Return the address of the page with the form: the requested page, or the page of the sent form."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    address = sent_field(PAGE_FIELD)
    is_page = bool(address) and local_path(address) == address
    has_page = is_page and current_app.url_map.bind("").test(urlsplit(address).path, "GET")
    return address if has_page else ""


def sent_draft() -> str:
    """Return the id of the browser's draft of the sent form, "" for none."""
    draft_id = sent_field(DRAFT_FIELD)
    return draft_id if is_uuid(draft_id) else ""


def mark_draft(response: Response) -> Response:
    """Mark in the response whether the sent form was saved."""
    if request.method == "POST" and (draft_id := sent_draft()):
        outcome = "written" if response.status_code == _WRITTEN else "kept"
        response.set_cookie(
            f"{_COOKIE}{draft_id}",
            outcome,
            max_age=LIFE_DAYS * 24 * 3600,
            path="/",
            samesite="Lax",
            secure=request.is_secure,
        )
    return response


def sent_field(name: str) -> str:
    """Return a field of the sent form, "" if the form is too large to be read."""
    try:
        return request.form.get(name, "")
    except RequestEntityTooLarge:
        return ""
