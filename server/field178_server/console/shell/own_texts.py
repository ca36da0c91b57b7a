"""The office's own words: a text that may name a person is shown once more before it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request

from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.browser_session import CODE_FIELD
from field178_shared.text.normalisation import nfc
from field178_shared.text.privacy import PrivacyMark, lint

# Confirmed by the officer: what is marked is no personal data.
TEXTS = "texts"
# A password was checked before: the session is confirmed, and the page must not hold it.
_NEVER_SENT_AGAIN = frozenset({"csrf_token", "form_page", "password", CODE_FIELD})


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text of the form that was sent, by the name of its field."""

    name: str
    label: str
    text: str

    def marks(self, known_names: Sequence[str] = ()) -> tuple[PrivacyMark, ...]:
        """Return the places that may name a person, in the reader's language."""
        return lint(self.text, known_names, chosen_language())

    def places(self, known_names: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Return the marked words, each once, with what they may be."""
        plain = nfc(self.text)
        found = ((plain[mark.start : mark.end], mark.message) for mark in self.marks(known_names))
        return list(dict.fromkeys(found))


def confirmed() -> frozenset[str]:
    """Return what the officer was asked and said yes to, on one page or on several."""
    return frozenset(one for text in request.form.getlist("confirmed") for one in text.split())


def confirm_texts(texts: Sequence[OwnText], active: str, known_names: Sequence[str] = ()) -> Response | None:
    """Return the page that shows the marked texts of this form, None when there are none or they stay.

    It is the form once more: the texts can be mended there, and all else that was sent goes along unseen.
    """
    marked = [one for one in texts if one.marks(known_names)]
    if not marked or TEXTS in confirmed():
        return None
    officer = current_officer()
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, officer, Localizer(chosen_language()))
    shown = {*_NEVER_SENT_AGAIN, *(one.name for one in marked)}
    return render(
        "shell/own_texts.html",
        layout=layout,
        active=active,
        texts=[(one, one.places(known_names)) for one in marked],
        action=request.full_path.rstrip("?"),
        others=[(name, text) for name, text in request.form.items(multi=True) if name not in shown],
    )
