"""Pages of webhooks: list, form, one webhook with its attempts, and its actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.audit.operation_context import OperationContext
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.form_fields import faults_of
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.once import show_once, take_shown_once
from field178_server.console.shell.page import current_page
from field178_server.console.webhooks import view
from field178_server.console.webhooks.flashes import FLASHES
from field178_server.console.webhooks.form import ReplayForm, WebhookForm, errors_of
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.browser_session import password_refusal
from field178_server.office.webhooks import operations, queries
from field178_server.office.webhooks.delivery import send_again, send_test
from field178_server.office.webhooks.signature import secret_box
from field178_server.records.keyset import PageStart
from field178_server.records.labels import names_of
from field178_shared.errors import ErrorCode
from field178_shared.text.i18n import N_

_SECRET = "webhook_secret"  # noqa: S105  # the name of a cookie
_NOTHING_SAVED = N_("Nothing was saved yet.")
_NOTHING_SENT = N_("Nothing is sent again yet.")
_REFUSALS = {
    ErrorCode.RULE: _NOTHING_SAVED,
    ErrorCode.REVISION_CHANGED: N_(
        "Somebody else changed this webhook since you opened the page; nothing was saved. Look at its page, "
        "and save again if yours is to hold."
    ),
    ErrorCode.TOO_LARGE: N_("There are as many webhooks as a server takes; remove one first."),
}


def index() -> Response:
    """Show all webhooks with the events that wait for each."""
    page = current_page()
    with page.reading() as session:
        webhooks = queries.webhooks(session, page.tenant_id)
    return page.render(
        "webhooks/list.html",
        flash=page.flash_text(FLASHES),
        lines=[view.webhook_view(webhook, page.localizer) for webhook in webhooks],
    )


def new() -> Response:
    """Show the form of a new webhook."""
    return _form_page(WebhookForm())


def add() -> AnyResponse:
    """Add a webhook and show its secret once."""
    page, form, context = current_page(), WebhookForm.sent(), office()
    if (refusal := password_refusal()) is not None:
        return _form_page(form, password=refusal)
    added: list[tuple[str, str]] = []

    def work(session: Session) -> None:
        box, hosts = secret_box(page.runtime.keyring), page.runtime.settings.private_hosts
        added[:] = [operations.add(session, context, box, hosts, form.values)]

    if refused := attempt(work, _REFUSALS):
        return _form_page(form.refused(refused.problems, page.localizer), refused.message, refused.status)
    webhook_id, secret = added[0]
    return show_once(url_for("console.webhooks.secret", webhook_id=webhook_id), _SECRET, secret)


def detail(webhook_id: str) -> Response:
    """Show a webhook with its actions and its attempts."""
    return _page(webhook_id)


def edit(webhook_id: str) -> Response:
    """Show the form of an existing webhook."""
    return _form_page(_stored_form(webhook_id), webhook_id=webhook_id)


def save(webhook_id: str) -> AnyResponse:
    """Change a webhook."""
    page, form, context = current_page(), WebhookForm.sent(), office()
    if (refusal := password_refusal()) is not None:
        return _form_page(form, password=refusal, webhook_id=webhook_id)
    hosts = page.runtime.settings.private_hosts
    refused = attempt(
        lambda session: operations.change(session, context, hosts, webhook_id, form.values, form.seen),
        _REFUSALS,
    )
    if refused:
        form = form.refused(refused.problems, page.localizer)
        if refused.is_late:
            form = replace(form, seen=_stored_form(webhook_id).seen)
        return _form_page(form, refused.message, refused.status, webhook_id=webhook_id)
    return done(_href(webhook_id), "webhook_saved", webhook_id)


def _stored_form(webhook_id: str) -> WebhookForm:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return WebhookForm.of(queries.webhook(session, page.tenant_id, webhook_id).webhook)


def send_test_message(webhook_id: str) -> AnyResponse:
    """Send a test at once; the attempts show its result."""
    sent = send_test(current_page().runtime, office(), webhook_id)
    code = "webhook_test_refused" if sent.failed else "webhook_test_taken"
    return done(_href(webhook_id), code, webhook_id)


def pause(webhook_id: str) -> AnyResponse:
    """Pause a webhook until it is resumed."""
    return _do(operations.pause, webhook_id, "webhook_paused")


def resume(webhook_id: str) -> AnyResponse:
    """Resume a webhook after an interruption."""
    return _do(operations.resume, webhook_id, "webhook_resumed")


def replay(webhook_id: str) -> AnyResponse:
    """Send the events from a day or from an event number on again."""
    page, context = current_page(), office()
    form = ReplayForm.sent().checked(page.localizer)
    if form.errors:
        return _page(webhook_id, form, page.say(_NOTHING_SENT))

    def work(session: Session) -> None:
        if form.instant is not None:
            operations.replay_since(session, context, webhook_id, form.instant)
        elif form.number is not None:
            operations.replay(session, context, webhook_id, form.number)

    if refused := attempt(work, {ErrorCode.RULE: _NOTHING_SENT}):
        errors = errors_of(refused.problems, page.localizer)
        return _page(webhook_id, replace(form, errors=errors), refused.message)
    return done(_href(webhook_id), "webhook_replayed", webhook_id)


def resend(webhook_id: str, event_no: int) -> AnyResponse:
    """Send a refused message again at once; an accepted message leaves the list."""
    sent = send_again(current_page().runtime, office(), webhook_id, event_no)
    code = "webhook_message_refused" if sent.failed else "webhook_message_taken"
    return done(_href(webhook_id), code, webhook_id)


def change_secret(webhook_id: str) -> AnyResponse:
    """Replace the secret of a webhook and show the new one once."""
    runtime, context = current_page().runtime, office()
    if (refusal := password_refusal()) is not None:
        return _page(webhook_id, password=refusal)
    secret = run_write(
        runtime.engine,
        lambda session: operations.rotate(session, context, secret_box(runtime.keyring), webhook_id),
    )
    return show_once(url_for("console.webhooks.secret", webhook_id=webhook_id), _SECRET, secret)


def secret(webhook_id: str) -> Response:
    """Show a new secret, this once."""
    page = current_page()
    with page.reading() as session:
        webhook = queries.webhook(session, page.tenant_id, webhook_id).webhook
    return page.render(
        "webhooks/secret.html",
        webhook=webhook,
        earlier_until=view.earlier_secret_until(webhook, page.now),
        # After the look-up: the path of the cookie is the address of the request.
        secret=take_shown_once(_SECRET),
    )


def remove(webhook_id: str) -> AnyResponse:
    """Remove a webhook."""
    context = office()
    engine = current_page().runtime.engine
    run_write(engine, lambda session: operations.remove(session, context, webhook_id))
    return done(url_for("console.webhooks.index"), "webhook_removed", webhook_id)


def _do(
    operation: Callable[[Session, OperationContext, str], None], webhook_id: str, flash: str
) -> AnyResponse:
    context = office()
    run_write(current_page().runtime.engine, lambda session: operation(session, context, webhook_id))
    return done(_href(webhook_id), flash, webhook_id)


def _href(webhook_id: str) -> str:
    return url_for("console.webhooks.detail", webhook_id=webhook_id)


def _page(
    webhook_id: str,
    replay: ReplayForm | None = None,
    refusal: str = "",
    password: tuple[int, str] | None = None,
) -> Response:
    page, address = (
        current_page(),
        ListAddress("console.webhooks.detail", (), path={"webhook_id": webhook_id}),
    )
    with page.reading() as session:
        webhook = queries.webhook(session, page.tenant_id, webhook_id)
        attempts = queries.attempts(session, page.tenant_id, webhook_id, PageStart.read(request.args))
        replayable = queries.replayable_events(session, page.tenant_id)
        refused = queries.refused_messages(session, page.tenant_id, webhook_id)
        author = webhook.webhook.made_by
        names = names_of(session, page.tenant_id, {author} if author else set())
    page.use_names(names)
    flash = take_flash(FLASHES)
    fields = (replay or ReplayForm()).fields(page.localizer)
    return page.render(
        "webhooks/webhook.html",
        422 if replay else 200,
        flash=flash if flash is None else flash.text("", page.localizer),
        is_refused=flash is not None and flash.code in ("webhook_test_refused", "webhook_message_refused"),
        view=view.webhook_view(webhook, page.localizer),
        earlier_until=view.earlier_secret_until(webhook.webhook, page.now),
        event_labels=view.EVENT_LABELS,
        refused=refused,
        attempts=[view.attempt_line(row.WebhookAttempt, page.localizer) for row in attempts.rows],
        links=address.pages(attempts),
        replayable=view.replayable_text(replayable, page.localizer),
        may_replay=replayable.last_no > 0,
        fields=fields,
        faults=faults_of(fields),
        refused_form=password,
        refusal=refusal,
    )


def _form_page(
    form: WebhookForm,
    refusal: str = "",
    status: int = 200,
    *,
    password: tuple[int, str] | None = None,
    webhook_id: str = "",
) -> Response:
    page = current_page()
    fields = form.fields(page.localizer)
    return page.render(
        "webhooks/form.html",
        status,
        webhook_id=webhook_id,
        seen=form.seen,
        fields=fields,
        faults=faults_of(fields),
        refused_form=password,
        refusal=refusal,
    )
