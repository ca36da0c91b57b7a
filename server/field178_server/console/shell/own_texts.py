"""Confirmation of texts that may name a person, before they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request

from field178_server.console.shell.page import current_page
from field178_server.console.shell.preferences import chosen_language
from field178_server.http.browser_session import CODE_FIELD
from field178_shared.text.normalisation import nfc
from field178_shared.text.privacy import PrivacyMark, lint

# The key of the question whether the marked texts stay as they are.
TEXTS = "texts"
# The password was checked before: the session is confirmed, and the page must not contain it.
_NEVER_SENT_AGAIN = frozenset({"csrf_token", "form_page", "password", CODE_FIELD})


@dataclass(frozen=True, slots=True)
class OwnText:
    """Text of a sent form with the name of its field."""

    name: str
    label: str
    text: str

    def marks(self, known_names: Sequence[str] = ()) -> tuple[PrivacyMark, ...]:
        """Return the marks of words that may name a person, in the reader's language."""
        return lint(self.text, known_names, chosen_language())

    def places(self, known_names: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Return the marked words, each once, with the message of their mark."""
        plain = nfc(self.text)
        words = ((plain[mark.start : mark.end], mark.message) for mark in self.marks(known_names))
        return list(dict.fromkeys(words))


def confirmed() -> frozenset[str]:
    """Return the keys of the questions that the officer confirmed, on this page or on earlier ones."""
    return frozenset(key for text in request.form.getlist("confirmed") for key in text.split())


def confirm_texts(texts: Sequence[OwnText], active: str, known_names: Sequence[str] = ()) -> Response | None:
    """Return the page that shows the marked texts of a form; None: no text is marked, or all are confirmed.

    The page is a form: the texts can be changed there, all other values are sent again as hidden fields.
    """
    marked = [own_text for own_text in texts if own_text.marks(known_names)]
    if not marked or TEXTS in confirmed():
        return None
    shown = {*_NEVER_SENT_AGAIN, *(own_text.name for own_text in marked)}
    return current_page().render(
        "shell/own_texts.html",
        active=active,
        texts=[(own_text, own_text.places(known_names)) for own_text in marked],
        action=request.full_path.rstrip("?"),
        others=[(name, text) for name, text in request.form.items(multi=True) if name not in shown],
    )
