"""Passphrase of the plan: set by a planner, and typed by one after each start of the server."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.attachments.secure_delete import forget_soon
from field178_server.console.plan.flashes import FLASHES
from field178_server.console.shell.form_actions import done, in_batch, office
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import run_write
from field178_server.http.browser_session import password_refusal
from field178_server.office.plan.operations import open_sealed, plan_id, seal_again
from field178_server.security.plan_key import is_weak
from field178_shared.text.i18n import N_


def form() -> Response:
    """Show whether unannounced visits are under a passphrase, and the form for it."""
    return _form("", 200)


def open_visits() -> AnyResponse:
    """Keep the keys of unannounced visits in memory, if the passphrase is right."""
    page, context = current_page(), office()
    if not page.runtime.plan_key.has_passphrase:
        return _form(page.say(N_("No passphrase is set: unannounced visits are not locked.")), 409)
    if not page.runtime.plan_key.open(request.form.get("passphrase", "")):
        return _form(page.say(N_("This passphrase is not right.")), 422)
    keys = page.runtime.plan_key.keys()
    run_write(page.runtime.engine, in_batch(lambda batch: open_sealed(batch, context, keys)))
    return done(_plan_of_today(), "plan_opened", plan_id(page.today.year))


def set_passphrase() -> AnyResponse:
    """Seal all unannounced visits under a new passphrase."""
    page, context = current_page(), office()
    key, passphrase = page.runtime.plan_key, request.form.get("passphrase", "")
    if not key.keys():
        return _form(page.say(N_("Type the present passphrase first.")), 409)
    if is_weak(passphrase):
        return _form(page.say(N_("Take at least four different words, together sixteen letters.")), 422)
    if passphrase.split() != request.form.get("again", "").split():
        return _form(page.say(N_("The two passphrases differ.")), 422)
    if (refusal := password_refusal()) is not None:
        return _form(page.say(refusal[1]), refusal[0])
    key.wrap(passphrase)
    run_write(page.runtime.engine, lambda session: seal_again(session, context, key.keys()))
    # A copy of the former key file would open the former texts in the write-ahead log and in free pages.
    forget_soon(page.runtime.engine)
    return done(_plan_of_today(), "plan_passphrase_set", plan_id(page.today.year))


def _form(refusal: str, status: int) -> Response:
    page = current_page()
    key = page.runtime.plan_key
    return page.render(
        "plan/passphrase.html",
        status,
        flash=page.flash_text(FLASHES),
        refusal=refusal,
        has_passphrase=key.has_passphrase,
        is_locked=not key.keys(),
        back=_plan_of_today(),
    )


def _plan_of_today() -> str:
    return url_for("console.plan.year_page", year=current_page().today.year)
