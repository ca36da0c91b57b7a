"""Pages of e-mail: the list with the states, a test, and the texts to paste."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers
from field178_server.console.mail import view
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import run_write
from field178_server.office.mail import operations, queries
from field178_server.office.mail.digest import DigestWords, waiting_now
from field178_server.office.mail.sender import console_link
from field178_server.office.reminders.queries import owed_figures
from field178_server.office.reminders.wording import ReminderWords
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode

_ADDRESS = ListAddress("console.mail.index", ("state",))
_MENU = "console.notices.index"


def index() -> Response:
    """Show the e-mails with their states, the newest first."""
    page, state = current_page(), request.args.get("state", "")
    state = state if state in queries.STATES else ""
    with page.reading() as session:
        mails = queries.mail_page(session, page.tenant_id, state, PageStart.read(request.args))
        own_address = officers.by_login_or_id(session, page.tenant_id, page.officer.id).email
    return page.render(
        "mail/list.html",
        active=_MENU,
        is_on=page.runtime.settings.sends_mail,
        own_address=own_address,
        waiting=mails.counts["waiting"],
        is_moving=any(view.changes_soon(row.Mail, page.now) for row in mails.page.rows),
        filters=view.state_links(state, mails.counts, page.localizer),
        state=state,
        lines=[view.line_of(row.Mail, row.officer, page.localizer) for row in mails.page.rows],
        links=_ADDRESS.pages(mails.page),
    )


def send_test() -> AnyResponse:
    """Queue a test e-mail to the officer's own address; the list shows the result."""
    page, context = current_page(), office()
    if not page.runtime.settings.sends_mail:
        raise AppError(ErrorCode.BAD_REQUEST)
    run_write(page.runtime.engine, lambda session: operations.queue_test(session, context, page.officer.id))
    return redirect(url_for("console.mail.index"), 303)


def retry() -> AnyResponse:
    """Make every waiting e-mail due now."""
    context = office()
    run_write(current_page().runtime.engine, lambda session: operations.try_again(session, context))
    return redirect(url_for("console.mail.index"), 303)


def texts() -> Response:
    """Show the digest of today for each group of officers, as text to paste into a message."""
    page = current_page()
    with page.reading() as session:
        waiting = waiting_now(session, page.tenant_id, page.now)
        owed = owed_figures(session, page.tenant_id, page.today, page.today.replace(day=1), page.lists)
        groups = [
            group
            for group in queries.groups(session, page.tenant_id, page.lists)
            if view.may_read(page.officer, group, page.lists)
        ]
        teams = {scope.partition(":")[2] for group in groups for scope in group.scopes}
        names = names_of(session, page.tenant_id, teams)
    page.use_names(names)
    language, link = page.localizer.language, console_link(page.runtime.settings)
    return page.render(
        "mail/texts.html",
        active=_MENU,
        texts=[
            *view.paste_texts(waiting, groups, DigestWords(language, link), page.localizer, page.today),
            *view.owed_texts(owed, ReminderWords(language, page.lists, link), page.localizer),
        ],
    )
