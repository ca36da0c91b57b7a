"""Pages of e-mail: the list with what became of each, a test, and the texts to paste."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers
from field178_server.console.mail import view
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.mail import operations, queries
from field178_server.office.mail.digest import DigestWords, waiting_now
from field178_server.office.mail.sender import console_link
from field178_server.office.reminders.queries import owed_figures
from field178_server.office.reminders.wording import ReminderWords
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import local_date

_ADDRESS = ListAddress("console.mail.index", ("state",))


def index() -> Response:
    """Show the e-mails, the youngest first, with what became of each."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    asked = request.args.get("state", "")
    state = asked if asked in queries.STATES else ""
    with snapshot(runtime.engine) as session:
        found = queries.mail_page(session, runtime.tenant_id, state, PageStart.read(request.args))
        own = officers.by_login_or_id(session, runtime.tenant_id, officer.id).email
        layout = layout_of(session, officer, localizer)
    return render(
        "mail/list.html",
        layout=layout,
        active="console.notices.index",
        is_on=runtime.settings.sends_mail,
        own_address=own,
        waiting=found.counts["waiting"],
        is_moving=view.is_moving(found, runtime.clock.now()),
        filters=view.state_links(state, found, localizer),
        state=state,
        lines=view.lines_of(found, localizer),
        links=_ADDRESS.pages(found.page),
    )


def send_test() -> AnyResponse:
    """Queue a test e-mail to the own address; the list shows what became of it."""
    runtime, context, officer = current_runtime(), office(), current_officer()
    if not runtime.settings.sends_mail:
        raise AppError(ErrorCode.BAD_REQUEST)
    run_write(runtime.engine, lambda session: operations.queue_test(session, context, officer.id))
    return redirect(url_for("console.mail.index"), 303)


def retry() -> AnyResponse:
    """Let every e-mail that waits be tried now."""
    context = office()
    run_write(current_runtime().engine, lambda session: operations.try_again(session, context))
    return redirect(url_for("console.mail.index"), 303)


def texts() -> Response:
    """Show what each group of officers is told today, as text to paste into a message."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    now, plain = runtime.clock.now(), Localizer(chosen_language())
    with snapshot(runtime.engine) as session:
        waiting = waiting_now(session, runtime.tenant_id, now)
        today = local_date(now)
        owed = owed_figures(session, runtime.tenant_id, today, today.replace(day=1), plain.lists)
        groups = [
            one
            for one in queries.groups(session, runtime.tenant_id, plain.lists)
            if view.may_read(officer, one, plain.lists)
        ]
        teams = {scope.partition(":")[2] for one in groups for scope in one.scopes}
        names = names_of(session, runtime.tenant_id, teams)
        layout = layout_of(session, officer, plain)
    words = DigestWords(language, console_link(runtime.settings))
    return render(
        "mail/texts.html",
        layout=layout,
        active="console.notices.index",
        texts=[
            *view.paste_texts(waiting, groups, words, Localizer(language, names), today),
            *view.owed_texts(owed, ReminderWords(language, plain.lists, words.link), plain),
        ],
    )
