"""Pages of data feeds: list of tokens, a new one, one token, the token itself once, its end."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.feeds import view
from field178_server.console.feeds.flashes import FLASHES
from field178_server.console.feeds.form import LABELS, TokenForm, errors_of
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.once import show_once, take_shown_once
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.browser_session import is_confirmed, password_refusal
from field178_server.office.feeds import operations, queries
from field178_server.office.feeds.operations import MARK
from field178_server.office.feeds.queries import TokenOfOfficer
from field178_server.office.reminders.oversight import tell_of_token
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_server.runtime import new_token
from field178_shared.errors import AppError, ErrorCode

_ADDRESS = ListAddress("console.feeds.index", ("tab",))
_SECRET = "feed_token"  # noqa: S105  # the name of a cookie
_SERVICE = "/odata/v4/"


def index() -> Response:
    """Show the tokens of a part of the list, the youngest first."""
    runtime, localizer, tab = current_runtime(), Localizer(chosen_language()), view.wanted_tab()
    now = runtime.clock.now()
    with snapshot(runtime.engine) as session:
        found = queries.token_page(session, runtime.tenant_id, tab, PageStart.read(request.args), now)
        layout = layout_of(session, current_officer(), localizer)
    return render(
        "feeds/list.html",
        layout=layout,
        active="console.feeds.index",
        tabs=view.tab_links(tab, found, localizer),
        is_usable=tab is queries.TokenTab.USABLE,
        may_make=may(current_officer().role, "console.feeds.new", localizer.lists),
        lines=[view.line_of(one, localizer, now) for one in found.tokens],
        links=_ADDRESS.pages(found.page),
        address=_service_address(),
    )


def new() -> Response:
    """Show the form of a new token."""
    return _form_page(TokenForm())


def add() -> AnyResponse:
    """Make a token, and lead to the page that shows it once."""
    runtime, localizer, context, form = (
        current_runtime(),
        Localizer(chosen_language()),
        office(),
        TokenForm.typed(),
    )
    with snapshot(runtime.engine) as session:
        readers = queries.possible_readers(session, runtime.tenant_id, localizer.lists)
    errors = errors_of(form, {one.officer_id for one in readers}, localizer)
    if errors or (refusal := password_refusal()) is not None:
        return _form_page(replace(form, errors=errors), None if errors else refusal)
    token = MARK + new_token()
    hashed = operations.token_hash(runtime.keyring.session, runtime.tenant_id, token)

    def make(session: Session) -> str:
        made = operations.make_token(session, context, form.request, hashed)
        tell_of_token(session, context)
        return made

    token_id = run_write(runtime.engine, make)
    return show_once(url_for("console.feeds.secret", token_id=token_id), _SECRET, token)


def detail(token_id: str) -> Response:
    """Show a token: whose data it reads, which tables, how it was used, and how to end it."""
    return _token_page(_token(token_id))


def secret(token_id: str) -> Response:
    """Show the token itself, once; whoever loads the page again is told so."""
    runtime, localizer, found = current_runtime(), Localizer(chosen_language()), _token(token_id)
    with snapshot(runtime.engine) as session:
        layout = layout_of(session, current_officer(), localizer)
    return render(
        "feeds/secret.html",
        layout=layout,
        active="console.feeds.index",
        token=view.line_of(found, localizer, runtime.clock.now()),
        secret=take_shown_once(_SECRET),
        address=_service_address(),
    )


def revoke(token_id: str) -> AnyResponse:
    """End a token at once."""
    found, context = _token(token_id), office()
    if (refusal := password_refusal()) is not None:
        return _token_page(found, refusal)
    run_write(current_runtime().engine, lambda session: operations.revoke_token(session, context, token_id))
    return done(url_for("console.feeds.detail", token_id=token_id), "feed_token_revoked", token_id)


def _token(token_id: str) -> TokenOfOfficer:
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        found = queries.find_with_officer(session, runtime.tenant_id, token_id)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return found


def _token_page(found: TokenOfOfficer, refusal: tuple[int, str] | None = None) -> Response:
    runtime, plain, token = current_runtime(), Localizer(chosen_language()), found.token
    flash = take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        people = {one for one in (token.made_by, token.revoked_by) if one}
        names = names_of(session, runtime.tenant_id, people)
        layout = layout_of(session, current_officer(), plain)
    localizer = Localizer(plain.language, names)
    return render(
        "feeds/token.html",
        refusal[0] if refusal else 200,
        layout=layout,
        active="console.feeds.index",
        flash=flash.text(token.label, localizer) if flash else "",
        token=view.line_of(found, localizer, runtime.clock.now()),
        sees_person=may(current_officer().role, "console.people.detail", localizer.lists),
        made_by=localizer.person(token.made_by),
        revoked_by=localizer.person(token.revoked_by) if token.revoked_by else "",
        address=_service_address(),
        error=localizer.say(refusal[1]) if refusal else "",
        asks_password=not is_confirmed(),
    )


def _form_page(form: TokenForm, refusal: tuple[int, str] | None = None) -> Response:
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    with snapshot(runtime.engine) as session:
        readers = queries.possible_readers(session, runtime.tenant_id, localizer.lists)
        layout = layout_of(session, current_officer(), localizer)
    return render(
        "feeds/new.html",
        refusal[0] if refusal else 422 if form.errors else 200,
        layout=layout,
        active="console.feeds.index",
        form=form,
        labels=LABELS,
        readers=view.reader_options(readers, localizer),
        days=view.day_options(localizer),
        faults=[(localizer.say(LABELS[name]), said, f"#field-{name}") for name, said in form.errors.items()],
        refusal=localizer.say(refusal[1]) if refusal else "",
        error=bool(refusal),
        asks_password=not is_confirmed(),
    )


def _service_address() -> str:
    return current_runtime().settings.url.rstrip("/") + _SERVICE
