"""Flash messages over a redirect: a code in a short cookie, its message in `<capability>/flashes.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import after_this_request, request
from werkzeug.wrappers import Response

from field178_server.console.text.localize import Localizer
from field178_shared.ids import is_uuid

COOKIE = "field178_done"
UNDO_S = 30


@dataclass(frozen=True, slots=True)
class Flash:
    """The last action, its object (a record, or an item by its key), and its message as a msgid."""

    code: str
    record_id: str
    message: str

    def text(self, title: str, localizer: Localizer) -> str:
        """Return the message about the record of this title."""
        return localizer.say(self.message).format(title=title)


def leave_flash(response: Response, code: str, record_id: str) -> Response:
    """Set the cookie of the message that the next page shows."""
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


def take_flash(messages: Mapping[str, str]) -> Flash | None:
    """Return the flash of the previous action once, if its code has a message.

    The flash of another page is kept for that page.
    """
    code, _, record_id = request.cookies.get(COOKIE, "").partition(".")
    if code not in messages or not is_uuid(record_id.partition(".")[0]):
        return None
    after_this_request(_forget)
    return Flash(code, record_id, messages[code])


def _forget(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
    return response
