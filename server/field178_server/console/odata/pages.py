"""Pages of data feeds: list of tokens, form, one token; revoke."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.odata import view
from field178_server.console.odata.flashes import FLASHES
from field178_server.console.odata.form import LABELS, TokenForm, errors_of
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.links import data_feed_address
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.page import current_page, or_404
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.browser_session import password_refusal
from field178_server.office.odata import operations, queries
from field178_server.office.odata.entity_sets import sets_of
from field178_server.office.odata.queries import TokenOfOfficer
from field178_server.office.reminders.account_changes import notify_of_own_token
from field178_server.office.reminders.oversight import notify_of_token
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of

_ADDRESS = ListAddress("console.odata.index", ("tab",))


def index() -> Response:
    """Show the tokens of a part of the list, the newest first."""
    page, tab = current_page(), view.requested_tab()
    with page.reading() as session:
        tokens = queries.token_page(session, page.tenant_id, tab, PageStart.read(request.args), page.now)
    return page.render(
        "odata/list.html",
        tabs=view.tab_links(tab, tokens.counts, page.localizer),
        is_usable=tab is queries.TokenTab.USABLE,
        tokens=[
            (token, officer, view.state_of(token, officer, page.localizer, page.now))
            for token, officer in tokens.tokens
        ],
        links=_ADDRESS.pages(tokens.page),
        address=data_feed_address(),
    )


def new() -> Response:
    """Show the form of a new token."""
    return _form_page(TokenForm())


def add() -> AnyResponse:
    """Make a token that waits for its officer."""
    page, context, form = current_page(), office(), TokenForm.typed()
    with snapshot(page.runtime.engine) as session:
        readers = queries.possible_readers(session, page.tenant_id, page.lists)
    errors = errors_of(form, {officer.officer_id for officer in readers}, page.localizer)
    if errors or (refusal := password_refusal()) is not None:
        return _form_page(replace(form, errors=errors), None if errors else refusal)
    by_mail = page.runtime.settings.sends_mail

    def make(session: Session) -> str:
        token_id = operations.make_token(session, context, form.request)
        notify_of_token(session, context)
        notify_of_own_token(session, context, form.request.officer_id, by_mail=by_mail)
        return token_id

    token_id = run_write(page.runtime.engine, make)
    return done(url_for("console.odata.detail", token_id=token_id), "feed_token_made", token_id)


def detail(token_id: str) -> Response:
    """Show a token: its officer, its tables, its use, and how to revoke it."""
    return _token_page(_token(token_id))


def revoke(token_id: str) -> AnyResponse:
    """Revoke a token at once."""
    token, context = _token(token_id), office()
    if (refusal := password_refusal()) is not None:
        return _token_page(token, refusal)
    engine = current_page().runtime.engine
    run_write(engine, lambda session: operations.revoke_token(session, context, token_id))
    return done(url_for("console.odata.detail", token_id=token_id), "feed_token_revoked", token_id)


def _token(token_id: str) -> TokenOfOfficer:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return or_404(queries.find_with_officer(session, page.tenant_id, token_id))


def _token_page(token_of_officer: TokenOfOfficer, refusal: tuple[int, str] | None = None) -> Response:
    page = current_page()
    token, officer = token_of_officer
    with page.reading() as session:
        officer_ids = {officer_id for officer_id in (token.made_by, token.revoked_by) if officer_id}
        names = names_of(session, page.tenant_id, officer_ids)
    page.use_names(names)
    return page.render(
        "odata/token.html",
        flash=page.flash_text(FLASHES, token.label),
        token=token,
        officer=officer,
        state=view.state_of(token, officer, page.localizer, page.now),
        is_usable=token.revoked_at is None and page.now < token.expires_at,
        tables=list(sets_of(officer.role, page.lists)),
        address=data_feed_address(),
        refused_form=refusal,
    )


def _form_page(form: TokenForm, refusal: tuple[int, str] | None = None) -> Response:
    page = current_page()
    with page.reading() as session:
        readers = queries.possible_readers(session, page.tenant_id, page.lists)
    return page.render(
        "odata/new.html",
        422 if form.errors else 200,
        form=form,
        labels=LABELS,
        readers=view.reader_options(readers, page.localizer),
        days=view.day_options(page.localizer),
        faults=[
            (page.say(LABELS[name]), sentence, f"#field-{name}") for name, sentence in form.errors.items()
        ],
        refused_form=refusal,
    )
