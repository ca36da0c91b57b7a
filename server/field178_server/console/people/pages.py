"""Pages of people: list, new account, one account, its password link, closing and reopening."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import operations, password_link
from field178_server.accounts.operations import AccountRequest
from field178_server.console.people import view
from field178_server.console.people.flashes import FLASHES
from field178_server.console.people.form import LOGIN_TAKEN, AccountForm, errors_of
from field178_server.console.people.view import PeopleFilter
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import page_links, wanted_page
from field178_server.console.shell.once import show_once, take_shown_once
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.browser_session import is_confirmed, password_refusal
from field178_server.office.people import queries
from field178_server.office.people.queries import Account
from field178_server.office.reminders.account_changes import (
    tell_former_address,
    tell_of_dropped_codes,
    tell_of_reset,
)
from field178_server.office.reminders.oversight import tell_of_rights
from field178_server.records.paging import PageOfRows
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.teams import Team
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date

PAGE_SIZE = 50
_CHANGED = N_("Somebody else changed this account meanwhile; look at it again, then save.")
_OWN = N_("This is your own account; another administrator does this.")
_MESSAGE = N_("Field register 178: before {when} open this link and choose a password. Login: {login} {link}")
_LINK = "password_link"


def index() -> Response:
    """Show the accounts under the filters of the address."""
    runtime, localizer, wanted = current_runtime(), Localizer(chosen_language()), PeopleFilter.read()
    with snapshot(runtime.engine) as session:
        everyone = queries.accounts(session, runtime.tenant_id)
        teams = queries.team_names(session, runtime.tenant_id)
        layout = layout_of(session, current_officer(), localizer)
    lines = view.lines_of([one for one in everyone if wanted.holds(one)], teams, localizer)
    page = PageOfRows.within(wanted_page(request.args.get("page", "")), PAGE_SIZE, len(lines))
    return render(
        "people/list.html",
        layout=layout,
        active="console.people.index",
        query=wanted,
        filters=view.filters_of(wanted, everyone, localizer),
        lines=lines[page.offset : page.offset + page.size],
        total=localizer.number(len(lines)),
        pages=page_links(page, wanted.href),
    )


def new() -> Response:
    """Show the form of a new account."""
    return _form_page(AccountForm())


def create() -> AnyResponse:
    """Make an account without a password, and lead to the link by which its officer chooses one."""
    localizer, context, form = Localizer(chosen_language()), office(), AccountForm.typed()
    errors = _errors(form, localizer)
    if errors or (refusal := password_refusal()) is not None:
        return _form_page(replace(form, errors=errors), None if errors else refusal)
    scopes = tuple(f"unit:{unit}" for unit in form.unit_ids)
    wanted = AccountRequest(form.login, form.name, form.role, form.agency, scopes, form.email or None)

    def add(session: Session) -> str:
        made = operations.add(session, context, wanted, form.team_ids, None)
        tell_of_rights(session, context, form.role)
        return made

    try:
        officer_id = run_write(current_runtime().engine, add)
    except AppError as error:
        if error.details.get("problem") != "taken":
            raise
        return _form_page(replace(form, errors={"login": localizer.say(LOGIN_TAKEN)}))
    return _show_link(officer_id)


def detail(officer_id: str) -> Response:
    """Show an account: what can be changed, sign-in, tablets, open work."""
    return _person_page(account_of(officer_id))


def save(officer_id: str) -> AnyResponse:
    """Change name, role, agency and area."""
    by_mail = current_runtime().settings.sends_mail
    account, localizer, context = account_of(officer_id), Localizer(chosen_language()), office()
    form = replace(AccountForm.typed(), login=account.officer.login)
    errors = _errors(form, localizer, stored=account.officer.agency)
    if officer_id == current_officer().id:
        # Nobody widens the own rights: role, teams and communes are another administrator's to give.
        errors |= {name: localizer.say(_OWN) for name in _rights_changed(form, account)}
    if form.seen != account.fingerprint:
        return _person_page(account, form, (409, _CHANGED))
    if errors:
        return _person_page(account, replace(form, errors=errors))
    if (refusal := password_refusal()) is not None:
        return _person_page(account, form, refusal)

    def change(session: Session) -> None:
        operations.change(session, context, officer_id, form.change)
        tell_of_rights(session, context, form.role, account.officer.role)
        tell_former_address(session, context, officer_id, account.officer.email, by_mail=by_mail)

    run_write(current_runtime().engine, change)
    return done(url_for("console.people.detail", officer_id=officer_id), "person_changed", officer_id)


def reset_password(officer_id: str) -> AnyResponse:
    """Take the password away and show a link by which the officer chooses another; the officer is told."""
    context, by_mail = office(), current_runtime().settings.sends_mail

    def reset(session: Session) -> None:
        operations.reset(session, context, officer_id)
        tell_of_reset(session, context, officer_id, by_mail=by_mail)

    return _act(officer_id, reset) or _show_link(officer_id)


def close(officer_id: str) -> AnyResponse:
    """Close an account at once; what the officer filed stays."""
    context = office()
    if officer_id == current_officer().id:
        return _person_page(account_of(officer_id), refusal=(422, _OWN))
    refused = _act(officer_id, lambda session: operations.disable(session, context, officer_id))
    if refused is not None:
        return refused
    # What waits for the person's correction is shown next: somebody else has to answer it now.
    page = "console.people.open_work" if _has_open_work(officer_id) else "console.people.detail"
    return done(url_for(page, officer_id=officer_id), "person_closed", officer_id)


def reopen(officer_id: str) -> AnyResponse:
    """Open a closed account again and show a link by which the officer chooses a password."""
    context = office()
    refused = _act(officer_id, lambda session: operations.reopen(session, context, officer_id))
    return refused or _show_link(officer_id)


def drop_codes(officer_id: str) -> AnyResponse:
    """Ask no one-time code of an officer any more; the officer is told."""
    context, by_mail = office(), current_runtime().settings.sends_mail

    def drop(session: Session) -> None:
        operations.drop_one_time_codes(session, context, officer_id)
        tell_of_dropped_codes(session, context, officer_id, by_mail=by_mail)

    refused = _act(officer_id, drop)
    return refused or done(
        url_for("console.people.detail", officer_id=officer_id), "codes_dropped", officer_id
    )


def link(officer_id: str) -> Response:
    """Show the link, once; whoever loads the page again is told so."""
    runtime, localizer, account = current_runtime(), Localizer(chosen_language()), account_of(officer_id)
    token = take_shown_once(_LINK)
    href = until = words = ""
    if token is not None:
        until = localizer.instant(password_link.expiry(token))
        href = runtime.settings.url.rstrip("/") + url_for(
            "console.accounts.choose_password_form", token=token
        )
        words = localizer.say(_MESSAGE).format(when=until, login=account.officer.login, link=href)
    with snapshot(runtime.engine) as session:
        layout = layout_of(session, current_officer(), localizer)
    return render(
        "people/link.html",
        layout=layout,
        active="console.people.index",
        account=account.officer,
        href=href,
        until=until,
        text=words,
    )


def _rights_changed(form: AccountForm, account: Account) -> list[str]:
    """Return the fields of a form that would give an account other rights than it has."""
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        stored = AccountForm.of(account, queries.team_names(session, runtime.tenant_id))
    pairs = {
        "role": (form.role, stored.role),
        "team": (set(form.team_ids), set(stored.team_ids)),
        "unit": (set(form.unit_ids), set(stored.unit_ids)),
    }
    return [name for name, (wanted, had) in pairs.items() if wanted != had]


def account_of(officer_id: str) -> Account:
    """Return an account, or raise AppError(not_found)."""
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        found = queries.find_account(session, runtime.tenant_id, officer_id)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return found


def _act(officer_id: str, work: Callable[[Session], object]) -> AnyResponse | None:
    """Do the work once the password was typed again; return the refusal, None when it is done."""
    account = account_of(officer_id)
    if (refusal := password_refusal()) is not None:
        return _person_page(account, refusal=refusal)
    run_write(current_runtime().engine, work)
    return None


def _has_open_work(officer_id: str) -> bool:
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        return bool(queries.open_work(session, runtime.tenant_id, officer_id).returned)


def _show_link(officer_id: str) -> AnyResponse:
    runtime = current_runtime()
    account = account_of(officer_id)
    token = password_link.make_token(runtime.keyring.session, account.officer, runtime.clock.now())
    return show_once(url_for("console.people.link", officer_id=officer_id), _LINK, token)


def _errors(form: AccountForm, localizer: Localizer, stored: str = "") -> dict[str, str]:
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        teams = queries.team_names(session, runtime.tenant_id)
    return errors_of(form, teams, localizer, local_date(runtime.clock.now()), stored=stored)


def _form_page(form: AccountForm, refusal: tuple[int, str] | None = None) -> Response:
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    with snapshot(runtime.engine) as session:
        teams = queries.team_names(session, runtime.tenant_id)
        layout = layout_of(session, current_officer(), localizer)
    return render(
        "people/new.html",
        refusal[0] if refusal else 422 if form.errors else 200,
        layout=layout,
        active="console.people.index",
        form=form,
        refusal=localizer.say(refusal[1]) if refusal else "",
        asks_password=not is_confirmed(),
        error=bool(refusal),
        **_options(form, teams, localizer),
    )


def _person_page(
    account: Account, form: AccountForm | None = None, refusal: tuple[int, str] | None = None
) -> Response:
    runtime, localizer, one = current_runtime(), Localizer(chosen_language()), account.officer
    flash = take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        teams = queries.team_names(session, runtime.tenant_id)
        work = queries.open_work(session, runtime.tenant_id, one.officer_id)
        layout = layout_of(session, current_officer(), localizer)
    form = form or AccountForm.of(account, teams)
    return render(
        "people/person.html",
        refusal[0] if refusal else 422 if form.errors else 200,
        layout=layout,
        active="console.people.index",
        flash=flash.text(one.name, localizer) if flash else "",
        account=one,
        state=view.state_of(account, localizer),
        created=localizer.instant(one.created_at),
        work=work,
        form=form,
        is_own=one.officer_id == current_officer().id,
        refusal=localizer.say(refusal[1]) if refusal else "",
        asks_password=not is_confirmed(),
        error=bool(refusal),
        **_options(form, teams, localizer),
    )


def _options(form: AccountForm, teams: Mapping[str, Team], localizer: Localizer) -> dict[str, object]:
    today, lists = local_date(current_runtime().clock.now()), localizer.lists
    agencies = [*lists.agencies.on(today)]
    if form.agency in lists.agencies and form.agency not in agencies:
        agencies.append(form.agency)
    return {
        "roles": [(role, localizer.label(lists.roles, role)) for role in lists.roles],
        "agencies": [(agency, localizer.label(lists.agencies, agency)) for agency in agencies],
        "teams": [(team.id, team.name) for team in teams.values()],
        "units": view.unit_options(localizer, today, form.unit_ids),
        "faults": [("", said, f"#field-{name}") for name, said in form.errors.items()],
    }
