"""The officer's own account: e-mail, password, authenticator, browser sessions."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import segno
from flask import Response, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers, own_account, sessions
from field178_server.console.accounts.flashes import FLASHES
from field178_server.console.accounts.new_password import problem_of
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.models import FeedToken, Officer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http import browser_session
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.browser_session import password_refusal
from field178_server.http.sign_in import check_sign_in
from field178_server.office.feeds.queries import usable_tokens_of
from field178_server.office.mail.digest import MailTopic, chosen_topics, topics_of
from field178_server.office.reminders.account_changes import tell_former_address
from field178_server.security import totp
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import is_mail_address
from field178_shared.text.i18n import N_

_WRONG_PASSWORD = N_("The present password is not right. Check the keyboard (Telex) and Caps Lock.")
BAD_ADDRESS = N_("This is no e-mail address; it looks like ten@huyen.gov.vn.")
_TOPICS = {
    MailTopic.RETURNED: N_("Records returned to the team"),
    MailTopic.SILENT: N_("Tablets silent for more than 48 hours"),
    MailTopic.OVERDUE: N_("What is overdue after visits"),
    MailTopic.OWED: N_("Figures still owed, on the 25th of the month"),
}
_REFUSALS = {
    ErrorCode.SIGN_IN_REFUSED: _WRONG_PASSWORD,
    ErrorCode.SLOW_DOWN: N_("Too many attempts. Wait a few minutes before the next one."),
    ErrorCode.BUSY: N_("Many people are signing in right now. Type the password again in some seconds."),
}
_WRONG_CODE = N_("The code is not right. Take the newest one; the clock of the telephone must be right.")


def index() -> Response:
    """Show the officer's own page."""
    return _page()


def set_password() -> AnyResponse:
    """Replace the own password; other browsers are signed out, this one and the tablets stay."""
    runtime, officer, context = current_runtime(), current_officer(), office()
    chosen = request.form.get("new", "")
    try:
        check_sign_in(runtime, officer.login, request.form.get("present", ""), None, is_known=True)
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        return _page(error.status, {"present": _REFUSALS[error.code]})
    if problem := problem_of(chosen, request.form.get("again", ""), officer.login):
        return _page(422, {"new": problem})
    stored, token = runtime.passwords.hash(chosen), browser_session.current_token()
    run_write(
        runtime.engine,
        lambda session: own_account.set_password(session, context, officer.id, stored, token),
    )
    return done(url_for("console.accounts.index"), "own_password_set", officer.id)


def set_mail() -> AnyResponse:
    """Keep the own e-mail address and what the officer is told of."""
    runtime, context, officer = current_runtime(), office(), current_officer()
    address, chosen = request.form.get("email", "").strip() or None, request.form.getlist("topic")
    if address and not is_mail_address(address):
        return _page(422, {"email": BAD_ADDRESS})
    with snapshot(runtime.engine) as session:
        former = officers.by_login_or_id(session, runtime.tenant_id, officer.id).email
    # Whoever reads the e-mail of an account learns what is told of it.
    if address != former and (refusal := password_refusal()) is not None:
        return _page(refusal[0], {"mail-password": refusal[1]})
    offered = topics_of(officer.role, context.lists)
    topics = [one.value for one in offered if one in chosen] if offered else None

    def keep(session: Session) -> None:
        own_account.set_mail(session, context, officer.id, address, topics)
        tell_former_address(session, context, officer.id, former, by_mail=runtime.settings.sends_mail)

    return _do(keep, "own_mail_set")


def end_other_sessions() -> AnyResponse:
    """Sign every other browser of the officer out."""
    context, officer, token = office(), current_officer(), browser_session.current_token()
    return _do(
        lambda session: own_account.end_other_sessions(session, context, officer.id, token), "others_ended"
    )


def authenticator() -> Response:
    """Show a new secret for an authenticator application; nothing is stored before its code is typed."""
    return _authenticator_page(totp.encode_secret(secrets.token_bytes(totp.SECRET_BYTES)))


def begin_codes() -> AnyResponse:
    """Ask one-time codes from the next sign-in on, once a code proves that the secret arrived."""
    runtime, officer, context = current_runtime(), current_officer(), office()
    secret, token = request.form.get("secret", ""), browser_session.current_token()
    if not totp.is_secret(secret):
        raise AppError(ErrorCode.BAD_REQUEST)
    if (refusal := password_refusal()) is not None:
        return _authenticator_page(secret, refusal)
    code = "".join(request.form.get("code", "").split())
    step = totp.accepted_step(secret, code, runtime.clock.now(), 0)
    if step is None:
        return _authenticator_page(secret, (422, _WRONG_CODE))
    return _do(
        lambda session: own_account.begin_codes(session, context, officer.id, secret, step, token),
        "codes_begun",
    )


def end_codes() -> AnyResponse:
    """Ask no one-time code any more."""
    context, officer = office(), current_officer()
    if (refusal := password_refusal()) is not None:
        return _page(refusal[0], {"codes": refusal[1]})
    return _do(lambda session: own_account.end_codes(session, context, officer.id), "codes_ended")


def _do(work: Callable[[Session], object], flash: str) -> AnyResponse:
    run_write(current_runtime().engine, work)
    return done(url_for("console.accounts.index"), flash, current_officer().id)


def _page(status: int = 200, errors: dict[str, str] | None = None) -> Response:
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    flash, this = take_flash(FLASHES), sessions.hash_token(browser_session.current_token())
    with snapshot(runtime.engine) as session:
        layout = layout_of(session, officer, localizer)
        living = sessions.living(session, runtime.tenant_id, officer.id, runtime.clock.now())
        own = officers.by_login_or_id(session, runtime.tenant_id, officer.id)
        browsers = [
            (localizer.instant(one.created_at), localizer.instant(one.last_seen_at), one.token_hash == this)
            for one in living
        ]
        feeds = usable_tokens_of(session, runtime.tenant_id, officer.id, runtime.clock.now())
    return render(
        "accounts/account.html",
        status,
        layout=layout,
        active="console.accounts.index",
        flash=flash.text(officer.name, localizer) if flash else "",
        errors={name: localizer.say(text) for name, text in (errors or {}).items()},
        login=officer.login,
        has_codes=own.totp_secret is not None,
        sends_mail=runtime.settings.sends_mail,
        email=own.email or "" if request.form.get("email") is None else request.form["email"],
        topics=_topics(own, localizer),
        browsers=browsers,
        feeds=[(one.label, localizer.instant(one.expires_at), _last_read(one, localizer)) for one in feeds],
        asks_password=not browser_session.is_confirmed(),
        error="codes" in (errors or {}),
    )


def _last_read(token: FeedToken, localizer: Localizer) -> str:
    return localizer.instant(token.last_read_at) if token.last_read_at else ""


def _topics(own: Officer, localizer: Localizer) -> list[tuple[str, str, bool]]:
    """Return what the role may be told of, and what of it is chosen; nothing chosen yet is all of it."""
    lists = localizer.lists
    chosen = chosen_topics(own.role, own.mail_topics, lists)
    if request.path.endswith("/mail"):
        chosen = tuple(one for one in MailTopic if one in request.form.getlist("topic"))
    return [(one, localizer.say(_TOPICS[one]), one in chosen) for one in topics_of(own.role, lists)]


def _authenticator_page(secret: str, refusal: tuple[int, str] | None = None) -> Response:
    officer, localizer = current_officer(), Localizer(chosen_language())
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, officer, localizer)
    link = totp.link(secret, officer.login)
    # Made of our own link alone; its only text is digits of a path.
    drawn = Markup(  # noqa: S704
        segno.make(link, error="m", micro=False).svg_inline(
            omitsize=True, light="#fff", border=4, svgclass="qr"
        )
    )
    return render(
        "accounts/authenticator.html",
        refusal[0] if refusal else 200,
        layout=layout,
        active="console.accounts.index",
        secret=secret,
        spelled=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        qr=drawn,
        error=localizer.say(refusal[1]) if refusal else "",
        asks_password=not browser_session.is_confirmed(),
    )
