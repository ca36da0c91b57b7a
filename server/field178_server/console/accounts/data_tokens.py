"""Data tokens that read with the officer's own rights: accept, refuse, revoke, and the token itself once."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.accounts.own_account import account_page
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.links import data_feed_address
from field178_server.console.shell.once import show_once, take_shown_once
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.browser_session import password_refusal
from field178_server.office.odata import operations
from field178_server.runtime import new_token

_COOKIE = "feed_token"


def answer_token(token_id: str) -> AnyResponse:
    """Accept a data token by the own password, or refuse it.

    The token is made at the acceptance: who asked for it never has it.
    """
    if request.form.get("answer") != "accept":
        return end_token(token_id)
    if (refusal := password_refusal()) is not None:
        return account_page(refusal[0], {token_id: refusal[1]})
    page, context = current_page(), office()
    token = operations.MARK + new_token()
    hashed = operations.token_hash(page.tenant_id, token)
    run_write(
        page.runtime.engine, lambda session: operations.accept_token(session, context, token_id, hashed)
    )
    return show_once(url_for("console.accounts.accepted_token", token_id=token_id), _COOKIE, token)


def accepted_token(token_id: str) -> Response:
    """Show the token itself, once after its acceptance; a second load says that it was shown."""
    page, context = current_page(), office()
    with snapshot(page.runtime.engine) as session:
        token = operations.accepted_token(session, context, token_id)
    return page.render(
        "accounts/data_token.html",
        active="console.accounts.index",
        token=token,
        secret=take_shown_once(_COOKIE),
        address=data_feed_address(),
    )


def end_token(token_id: str) -> AnyResponse:
    """Revoke a data token that reads with the officer's rights."""
    page, context = current_page(), office()
    run_write(page.runtime.engine, lambda session: operations.end_own_token(session, context, token_id))
    return done(url_for("console.accounts.index"), "token_ended", page.officer.id)
