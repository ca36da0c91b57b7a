"""Pages of webhooks: the list, a new one, one with its attempts, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.audit.operation_context import OperationContext
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.form_fields import faults_of
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import with_query
from field178_server.console.shell.once import show_once, take_shown_once
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.console.webhooks import view
from field178_server.console.webhooks.flashes import FLASHES
from field178_server.console.webhooks.form import ReplayForm, WebhookForm, errors_of
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.browser_session import is_confirmed, password_refusal
from field178_server.office.webhooks import operations, queries
from field178_server.office.webhooks.delivery import send_again, send_test
from field178_server.office.webhooks.signature import SecretBox
from field178_server.records.keyset import KeysetPage, PageStart
from field178_server.records.labels import names_of
from field178_shared.errors import ErrorCode
from field178_shared.text.i18n import N_

_SECRET = "webhook_secret"  # noqa: S105  # the name of a cookie
_NOTHING_SAVED = N_("Nothing was saved yet.")
_REFUSALS = {
    ErrorCode.RULE: _NOTHING_SAVED,
    ErrorCode.REVISION_CHANGED: N_(
        "Somebody else changed this webhook since you opened the page; nothing was saved. Look at its page, "
        "and save again if yours is to hold."
    ),
    ErrorCode.TOO_LARGE: N_("There are as many webhooks as a server takes; remove one first."),
}


def index() -> Response:
    """Show all webhooks with what waits for each."""
    localizer, flash = Localizer(chosen_language()), take_flash(FLASHES)
    with snapshot(current_runtime().engine) as session:
        found = queries.webhooks(session, current_runtime().tenant_id)
        layout = layout_of(session, current_officer(), localizer)
    return render(
        "webhooks/list.html",
        layout=layout,
        active="console.webhooks.index",
        flash=flash.text("", localizer) if flash else "",
        lines=[view.line_of(one, localizer) for one in found],
    )


def new() -> Response:
    """Show the form of a new webhook."""
    return _form_page(WebhookForm())


def add() -> AnyResponse:
    """Make a webhook and show its secret once."""
    form, runtime, context = WebhookForm.sent(), current_runtime(), office()
    if (refusal := password_refusal()) is not None:
        return _form_page(form, password=refusal)
    made: list[tuple[str, str]] = []

    def work(session: Session) -> None:
        hosts = runtime.settings.private_hosts
        made[:] = [operations.add(session, context, SecretBox(runtime.keyring), hosts, form.wanted)]

    if refused := attempt(work, _REFUSALS):
        return _form_page(
            form.refused(refused.problems, Localizer(chosen_language())), refused.message, refused.status
        )
    webhook_id, secret = made[0]
    return show_once(url_for("console.webhooks.secret", webhook_id=webhook_id), _SECRET, secret)


def detail(webhook_id: str) -> Response:
    """Show a webhook, what can be done with it, and its attempts."""
    return _page(webhook_id)


def edit(webhook_id: str) -> Response:
    """Show the form of a webhook that is there."""
    return _form_page(_stored_form(webhook_id), webhook_id=webhook_id)


def save(webhook_id: str) -> AnyResponse:
    """Change a webhook."""
    form, context = WebhookForm.sent(), office()
    if (refusal := password_refusal()) is not None:
        return _form_page(form, password=refusal, webhook_id=webhook_id)
    hosts = current_runtime().settings.private_hosts
    refused = attempt(
        lambda session: operations.change(session, context, hosts, webhook_id, form.wanted, form.seen),
        _REFUSALS,
    )
    if refused:
        shown = form.refused(refused.problems, Localizer(chosen_language()))
        if refused.is_late:
            shown = replace(shown, seen=_stored_form(webhook_id).seen)
        return _form_page(shown, refused.message, refused.status, webhook_id=webhook_id)
    return done(_href(webhook_id), "webhook_saved", webhook_id)


def _stored_form(webhook_id: str) -> WebhookForm:
    with snapshot(current_runtime().engine) as session:
        return WebhookForm.of(queries.webhook(session, current_runtime().tenant_id, webhook_id).webhook)


def send_test_message(webhook_id: str) -> AnyResponse:
    """Send a test at once; the attempts show what became of it."""
    sent = send_test(current_runtime(), office(), webhook_id)
    code = "webhook_test_refused" if sent.failed else "webhook_test_taken"
    return done(_href(webhook_id), code, webhook_id)


def pause(webhook_id: str) -> AnyResponse:
    """Send nothing until it is resumed."""
    return _do(operations.pause, webhook_id, "webhook_paused")


def resume(webhook_id: str) -> AnyResponse:
    """Go on sending, at once."""
    return _do(operations.resume, webhook_id, "webhook_resumed")


def replay(webhook_id: str) -> AnyResponse:
    """Tell again what happened from a day or from an event on."""
    localizer, context = Localizer(chosen_language()), office()
    form = ReplayForm.sent().checked(localizer)
    if form.errors:
        return _page(webhook_id, form, localizer.say(N_("Nothing is sent again yet.")))

    def work(session: Session) -> None:
        if form.instant is not None:
            operations.replay_since(session, context, webhook_id, form.instant)
        elif form.number is not None:
            operations.replay(session, context, webhook_id, form.number)

    if refused := attempt(work, {ErrorCode.RULE: N_("Nothing is sent again yet.")}):
        errors = errors_of(refused.problems, localizer)
        return _page(webhook_id, ReplayForm(form.since, form.first_no, errors), refused.message)
    return done(_href(webhook_id), "webhook_replayed", webhook_id)


def resend(webhook_id: str, event_no: int) -> AnyResponse:
    """Send one message that was passed over at once; taken, it leaves the list."""
    sent = send_again(current_runtime(), office(), webhook_id, event_no)
    code = "webhook_message_refused" if sent.failed else "webhook_message_taken"
    return done(_href(webhook_id), code, webhook_id)


def change_secret(webhook_id: str) -> AnyResponse:
    """Give a webhook another secret and show it once."""
    runtime, context = current_runtime(), office()
    if (refusal := password_refusal()) is not None:
        return _page(webhook_id, password=refusal)
    secret = run_write(
        runtime.engine,
        lambda session: operations.rotate(session, context, SecretBox(runtime.keyring), webhook_id),
    )
    return show_once(url_for("console.webhooks.secret", webhook_id=webhook_id), _SECRET, secret)


def secret(webhook_id: str) -> Response:
    """Show a new secret, this once."""
    localizer, runtime = Localizer(chosen_language()), current_runtime()
    with snapshot(runtime.engine) as session:
        found = queries.webhook(session, runtime.tenant_id, webhook_id)
        layout = layout_of(session, current_officer(), localizer)
    return render(
        "webhooks/secret.html",
        layout=layout,
        active="console.webhooks.index",
        webhook=found.webhook,
        facts=view.facts_of(found, localizer, runtime.clock.now()),
        # Of a webhook that is there: the cookie's path is the address that was asked for.
        secret=take_shown_once(_SECRET),
    )


def remove(webhook_id: str) -> AnyResponse:
    """Remove a webhook."""
    context = office()
    run_write(current_runtime().engine, lambda session: operations.remove(session, context, webhook_id))
    return done(url_for("console.webhooks.index"), "webhook_removed", webhook_id)


def _do(
    operation: Callable[[Session, OperationContext, str], None], webhook_id: str, flash: str
) -> AnyResponse:
    context = office()
    run_write(current_runtime().engine, lambda session: operation(session, context, webhook_id))
    return done(_href(webhook_id), flash, webhook_id)


def _href(webhook_id: str) -> str:
    return url_for("console.webhooks.detail", webhook_id=webhook_id)


def _links(webhook_id: str, page: KeysetPage[Any]) -> Mapping[str, str]:
    return {
        name: with_query(
            _href(webhook_id), urlencode({key: text for key, text in place.parameters.items() if text})
        )
        if place is not None
        else ""
        for name, place in page.places.items()
    }


def _page(
    webhook_id: str,
    replay: ReplayForm | None = None,
    refusal: str = "",
    password: tuple[int, str] | None = None,
) -> Response:
    runtime, language = current_runtime(), chosen_language()
    with snapshot(runtime.engine) as session:
        found = queries.webhook(session, runtime.tenant_id, webhook_id)
        place = PageStart.read(request.args)
        page = queries.attempts(session, runtime.tenant_id, webhook_id, place)
        kept = queries.kept_events(session, runtime.tenant_id)
        refused = queries.refused_messages(session, runtime.tenant_id, webhook_id)
        author = found.webhook.made_by
        names = names_of(session, runtime.tenant_id, {author} if author else set())
        layout = layout_of(session, current_officer(), Localizer(language))
    localizer, flash = Localizer(language, names), take_flash(FLASHES)
    fields = (replay or ReplayForm()).fields(localizer)
    return render(
        "webhooks/webhook.html",
        password[0] if password else 422 if replay else 200,
        layout=layout,
        active="console.webhooks.index",
        flash=flash if flash is None else flash.text("", localizer),
        is_refused=flash is not None and flash.code in ("webhook_test_refused", "webhook_message_refused"),
        webhook=found.webhook,
        facts=view.facts_of(found, localizer, runtime.clock.now()),
        kept=view.kept_text(kept, localizer),
        may_replay=kept.last_no > 0,
        fields=fields,
        faults=faults_of(fields),
        refusal=localizer.say(password[1]) if password else refusal,
        refused=[view.refused_line(one, localizer) for one in refused],
        lines=[view.attempt_line(row.WebhookAttempt, localizer) for row in page.rows],
        links=_links(webhook_id, page),
        asks_password=not is_confirmed(),
        error=password is not None,
    )


def _form_page(
    form: WebhookForm,
    refusal: str = "",
    status: int = 200,
    *,
    password: tuple[int, str] | None = None,
    webhook_id: str = "",
) -> Response:
    localizer = Localizer(chosen_language())
    fields = form.fields(localizer)
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, current_officer(), localizer)
    return render(
        "webhooks/form.html",
        password[0] if password else status,
        layout=layout,
        active="console.webhooks.index",
        webhook_id=webhook_id,
        name=form.name,
        seen=form.seen,
        fields=fields,
        faults=faults_of(fields),
        refusal=localizer.say(password[1]) if password else refusal,
        asks_password=not is_confirmed(),
        error=password is not None,
    )
