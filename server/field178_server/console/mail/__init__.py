"""E-mail: list with states, a test, and the same texts to paste into messages."""

from __future__ import annotations

from field178_server.console.mail import pages
from field178_server.console.shell.access import NOTICES
from field178_server.console.shell.routes import get, post

ROUTES = (
    get("/notices/mail", pages.index, NOTICES),
    post("/notices/mail/test", pages.send_test, NOTICES),
    post("/notices/mail/retry", pages.retry, NOTICES),
    get("/notices/texts", pages.texts, NOTICES),
)
