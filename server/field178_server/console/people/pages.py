"""Pages of accounts: list, form, one account, its password link; close and reopen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import operations, password_link
from field178_server.accounts.access_requests import WITH_PASSWORD
from field178_server.accounts.access_requests import open_of as waiting_requests
from field178_server.accounts.operations import AccountRequest
from field178_server.console.components.access_request_labels import ACCESS_REQUEST_KINDS
from field178_server.console.people import view
from field178_server.console.people.flashes import FLASHES
from field178_server.console.people.form import LOGIN_TAKEN, AccountForm, errors_of
from field178_server.console.people.view import PeopleFilter
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.links import page_links, requested_page
from field178_server.console.shell.once import show_once, take_shown_once
from field178_server.console.shell.page import current_page, or_404
from field178_server.database.tables.access import PASSWORD
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.browser_session import password_refusal
from field178_server.office.access_requests import operations as access_requests
from field178_server.office.access_requests import rights
from field178_server.office.people import queries
from field178_server.office.people.queries import Account
from field178_server.office.reminders.account_changes import (
    mail_former_address,
    notify_of_dropped_codes,
)
from field178_server.records.paging import PageOfRows
from field178_server.security.keyring import Purpose
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.teams import Team
from field178_shared.text.i18n import N_

PAGE_SIZE = 50
_CHANGED = N_("Somebody else changed this account meanwhile; look at it again, then save.")
_REFUSALS = {
    ErrorCode.LAST_OVERSEER: N_(
        "Nobody else could confirm then: one leader or privacy officer must keep an open account. Give"
        " another person that role first."
    )
}
_OWN = N_("This is your own account; another administrator does this.")
_LINK = "password_link"


def index() -> Response:
    """Show the accounts under the filters of the address."""
    page, query = current_page(), PeopleFilter.read()
    with page.reading() as session:
        everyone = queries.accounts(session, page.tenant_id)
        teams = queries.team_names(session, page.tenant_id)
    matches = [account for account in everyone if query.holds(account)]
    lines = view.lines_of(matches, teams, page.localizer)
    part = PageOfRows.within(requested_page(request.args.get("page", "")), PAGE_SIZE, len(lines))
    return page.render(
        "people/list.html",
        query=query,
        filters=view.filters_of(query, everyone, page.localizer),
        lacking=view.lacking_factor(matches, page.lists),
        lines=lines[part.offset : part.offset + part.size],
        total=len(lines),
        pages=page_links(part, query.href),
    )


def new() -> Response:
    """Show the form of a new account."""
    return _form_page(AccountForm())


def create() -> AnyResponse:
    """Create an account without a password, and redirect to the link by which its officer chooses one."""
    page, context, form = current_page(), office(), AccountForm.typed()
    errors = _errors(form)
    if errors or (refusal := password_refusal()) is not None:
        return _form_page(replace(form, errors=errors), None if errors else refusal)
    scopes = tuple(f"unit:{unit}" for unit in form.unit_ids)
    account = AccountRequest(form.login, form.name, form.role, form.agency, scopes, form.email or None)

    by_mail = page.runtime.settings.sends_mail
    try:
        officer_id = run_write(
            page.runtime.engine,
            lambda session: rights.add_account(session, context, account, form.team_ids, by_mail=by_mail),
        )
    except AppError as error:
        if error.details.get("problem") != "taken":
            raise
        return _form_page(replace(form, errors={"login": page.say(LOGIN_TAKEN)}))
    return _show_link(officer_id)


def detail(officer_id: str) -> Response:
    """Show an account: its form, sign-in, tablets and open work."""
    return _person_page(account_of(officer_id))


def save(officer_id: str) -> AnyResponse:
    """Change name, role, agency and area."""
    page, account, context = current_page(), account_of(officer_id), office()
    by_mail = page.runtime.settings.sends_mail
    form = replace(AccountForm.typed(), login=account.officer.login)
    errors = _errors(form, stored=account.officer.agency)
    if officer_id == page.officer.id:
        # Own rights cannot be changed: another administrator sets role, teams and communes.
        errors |= {name: page.say(_OWN) for name in _rights_changed(form, account)}
    if form.seen != account.fingerprint:
        return _person_page(account, form, (409, _CHANGED))
    if errors:
        return _person_page(account, replace(form, errors=errors))
    if (refusal := password_refusal()) is not None:
        return _person_page(account, form, refusal)

    def change(session: Session) -> bool:
        waits = rights.change_account(session, context, officer_id, form.change, by_mail=by_mail)
        mail_former_address(session, context, officer_id, account.officer.email, by_mail=by_mail)
        return waits

    waiting = []
    if (refused := attempt(lambda session: waiting.append(change(session)), _REFUSALS)) is not None:
        return _person_page(account, form, (refused.status, _REFUSALS[refused.code]))
    flash = "person_waits" if waiting[-1] else "person_changed"
    return done(url_for("console.people.detail", officer_id=officer_id), flash, officer_id)


def reset_password(officer_id: str) -> AnyResponse:
    """Request another password, and show the link by which the officer chooses it."""
    context, by_mail = office(), current_page().runtime.settings.sends_mail
    refused = _act(
        officer_id,
        lambda session: access_requests.ask_password(session, context, officer_id, by_mail=by_mail),
    )
    return refused or _show_link(officer_id)


def close(officer_id: str) -> AnyResponse:
    """Close an account at once; the records of the officer stay."""
    context, by_mail = office(), current_page().runtime.settings.sends_mail
    if officer_id == current_page().officer.id:
        return _person_page(account_of(officer_id), refusal=(422, _OWN))
    refused = _act(
        officer_id, lambda session: rights.close_account(session, context, officer_id, by_mail=by_mail)
    )
    if refused is not None:
        return refused
    # Records that wait for the officer's correction are shown next: another officer has to correct them.
    endpoint = "console.people.open_work" if _has_open_work(officer_id) else "console.people.detail"
    return done(url_for(endpoint, officer_id=officer_id), "person_closed", officer_id)


def reopen(officer_id: str) -> AnyResponse:
    """Open a closed account again and show a link by which the officer chooses a password."""
    context, by_mail = office(), current_page().runtime.settings.sends_mail
    refused = _act(
        officer_id, lambda session: rights.ask_account(session, context, officer_id, by_mail=by_mail)
    )
    return refused or _show_link(officer_id)


def drop_codes(officer_id: str) -> AnyResponse:
    """Turn the one-time code of an officer off; the officer is notified."""
    context, by_mail = office(), current_page().runtime.settings.sends_mail

    def drop(session: Session) -> None:
        operations.drop_one_time_codes(session, context, officer_id)
        notify_of_dropped_codes(session, context, officer_id, by_mail=by_mail)

    refused = _act(officer_id, drop)
    return refused or done(
        url_for("console.people.detail", officer_id=officer_id), "codes_dropped", officer_id
    )


def link(officer_id: str) -> Response:
    """Show the link, once; a second load says that it was shown."""
    page, account = current_page(), account_of(officer_id)
    href, until = "", None
    with page.reading() as session:
        waiting = {row.kind for row in waiting_requests(session, page.tenant_id, officer_id)}
    if (token := take_shown_once(_LINK)) is not None:
        until = password_link.expiry(token)
        path = url_for("console.accounts.choose_password_form", token=token)
        href = page.runtime.settings.url.rstrip("/") + path
    return page.render(
        "people/link.html",
        account=account.officer,
        href=href,
        until=until,
        waits=not waiting.isdisjoint(WITH_PASSWORD),
        has_present=PASSWORD in waiting and account.officer.password_hash is not None,
    )


def _rights_changed(form: AccountForm, account: Account) -> list[str]:
    """Return the fields of a form that would change the rights of an account."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        stored = AccountForm.of(account, queries.team_names(session, page.tenant_id))
    pairs = {
        "role": (form.role, stored.role),
        "team": (set(form.team_ids), set(stored.team_ids)),
        "unit": (set(form.unit_ids), set(stored.unit_ids)),
    }
    return [name for name, (after, before) in pairs.items() if after != before]


def account_of(officer_id: str) -> Account:
    """Return an account, or raise AppError(not_found)."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return or_404(queries.find_account(session, page.tenant_id, officer_id))


def _act(officer_id: str, work: Callable[[Session], object]) -> AnyResponse | None:
    """Run the work if the password is confirmed; return the page of the refusal otherwise."""
    account = account_of(officer_id)
    if (refusal := password_refusal()) is not None:
        return _person_page(account, refusal=refusal)
    if (refused := attempt(work, _REFUSALS)) is not None:
        return _person_page(account, refusal=(refused.status, _REFUSALS[refused.code]))
    return None


def _has_open_work(officer_id: str) -> bool:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return bool(queries.open_work(session, page.tenant_id, officer_id).returned)


def _show_link(officer_id: str) -> AnyResponse:
    runtime = current_page().runtime
    account, key = account_of(officer_id), runtime.keyring.key(Purpose.PASSWORD_LINKS)
    with snapshot(runtime.engine) as session:
        token = password_link.make_token(session, key, account.officer, runtime.clock.now())
    return show_once(url_for("console.people.link", officer_id=officer_id), _LINK, token)


def _errors(form: AccountForm, stored: str = "") -> dict[str, str]:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        teams = queries.team_names(session, page.tenant_id)
    return errors_of(form, teams, page.localizer, page.today, stored=stored)


def _form_page(form: AccountForm, refusal: tuple[int, str] | None = None) -> Response:
    page = current_page()
    with page.reading() as session:
        teams = queries.team_names(session, page.tenant_id)
    return page.render(
        "people/new.html",
        422 if form.errors else 200,
        form=form,
        options=_options(form, teams),
        faults=_faults(form),
        refused_form=refusal,
    )


def _person_page(
    account: Account, form: AccountForm | None = None, refusal: tuple[int, str] | None = None
) -> Response:
    page, officer = current_page(), account.officer
    with page.reading() as session:
        teams = queries.team_names(session, page.tenant_id)
        work = queries.open_work(session, page.tenant_id, officer.officer_id)
        requests = waiting_requests(session, page.tenant_id, officer.officer_id)
    form = form or AccountForm.of(account, teams)
    return page.render(
        "people/person.html",
        422 if form.errors else 200,
        flash=page.flash_text(FLASHES, officer.name),
        account=officer,
        state=view.state_of(account, page.localizer),
        requests=requests,
        request_kinds=ACCESS_REQUEST_KINDS,
        is_waiting=account.is_waiting,
        work=work,
        is_own=officer.officer_id == page.officer.id,
        form=form,
        options=_options(form, teams),
        faults=_faults(form),
        refused_form=refusal,
    )


def _faults(form: AccountForm) -> list[tuple[str, str, str]]:
    return [("", error, f"#field-{name}") for name, error in form.errors.items()]


def _options(form: AccountForm, teams: Mapping[str, Team]) -> dict[str, Sequence[tuple[str, str]]]:
    """Return the choices of the form by field."""
    page = current_page()
    lists, label = page.lists, page.localizer.label
    agencies = [*lists.agencies.on(page.today)]
    if form.agency in lists.agencies and form.agency not in agencies:
        agencies.append(form.agency)
    return {
        "roles": [(role, label(lists.roles, role)) for role in lists.roles],
        "agencies": [(agency, label(lists.agencies, agency)) for agency in agencies],
        "teams": [(team.id, team.name) for team in teams.values()],
        "units": view.unit_options(page.localizer, page.today, form.unit_ids),
    }
