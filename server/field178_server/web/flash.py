"""One sentence carried over a redirect: a code in a short-lived cookie, put into words where it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from flask import after_this_request, request
from werkzeug.wrappers import Response

from field178_server.web.speech import Speech
from field178_shared.i18n import N_
from field178_shared.ids import is_uuid

COOKIE = "field178_done"
UNDO_S = 30

_TEXTS = {
    "approved": (N_("Approved."), "ok"),
    "returned": (N_("Returned. The tablet gets it at its next sync."), "ok"),
    "reopened": (N_("Reopened: the record is back with its team."), "ok"),
    "void": (N_("The record is void."), "ok"),
    "undone": (N_("Undone: the record is as it was."), "ok"),
}
_UNDOABLE = frozenset({"approved"})


@dataclass(frozen=True, slots=True)
class Flash:
    """What the last act did; `undo_id` offers to take it back."""

    text: str
    tone: str
    undo_id: str | None = None


def leave_flash(response: Response, code: str, record_id: str) -> Response:
    """Note on the answer what was done, for the page that comes next."""
    response.set_cookie(
        COOKIE,
        f"{code}.{record_id}",
        max_age=UNDO_S,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def take_flash(speech: Speech) -> Flash | None:
    """Return the sentence left by the act before, once."""
    code, _, record_id = request.cookies.get(COOKIE, "").partition(".")
    if code not in _TEXTS:
        return None
    after_this_request(_forget)
    text, tone = _TEXTS[code]
    undo_id = record_id if code in _UNDOABLE and is_uuid(record_id) else None
    return Flash(speech.say(text), tone, undo_id)


def _forget(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
    return response
