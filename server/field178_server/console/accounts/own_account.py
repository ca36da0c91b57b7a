"""The officer's own account: e-mail, password, authenticator, browser sessions."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import Response, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import officers, one_time_codes, own_account, passkeys, sessions
from field178_server.console.accounts.flashes import FLASHES
from field178_server.console.accounts.new_password import problem_of
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.page import current_page
from field178_server.database.models import Officer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http import browser_session
from field178_server.http.browser_session import must_set_up_factor, password_refusal
from field178_server.http.passkeys import server_party
from field178_server.http.sign_in import SESSION, check_sign_in
from field178_server.office.access_requests import operations as access_requests
from field178_server.office.access_requests.queries import open_passwords_of
from field178_server.office.mail.digest import MailTopic, chosen_topics, topics_of
from field178_server.office.odata.queries import usable_tokens_of
from field178_server.office.reminders.account_changes import mail_former_address
from field178_server.records.access import owes_second_factor
from field178_server.security import totp
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import is_mail_address
from field178_shared.text.i18n import N_

_MENU = "console.accounts.index"
_WRONG_PASSWORD = N_("The present password is not right. Check the keyboard (Telex) and Caps Lock.")
BAD_ADDRESS = N_("This is no e-mail address; it looks like ten@huyen.gov.vn.")
_TOPICS = {
    MailTopic.RETURNED: N_("Records returned to the team"),
    MailTopic.SILENT: N_("Tablets silent for more than 48 hours"),
    MailTopic.OVERDUE: N_("What is overdue after visits"),
    MailTopic.OWED: N_("Figures still owed, on the 25th of the month"),
}
PASSWORD_REFUSALS = {
    ErrorCode.SIGN_IN_REFUSED: _WRONG_PASSWORD,
    ErrorCode.SLOW_DOWN: N_("Too many attempts. Wait a few minutes before the next one."),
    ErrorCode.BUSY: N_("Many people are signing in right now. Type the password again in some seconds."),
}
FACTOR_IS_DUTY = N_("Your role must have a second factor: set up another one first, then this one can go.")
_WRONG_CODE = N_("The code is not right. Take the newest one; the clock of the telephone must be right.")


def index() -> Response:
    """Show the officer's own page."""
    return account_page()


def set_password() -> AnyResponse:
    """Replace the own password; other browsers are signed out, this one and the tablets are not."""
    page, context = current_page(), office()
    runtime, officer = page.runtime, page.officer
    chosen = request.form.get("new", "")
    try:
        client = f"{SESSION}{officer.id}"
        check_sign_in(runtime, officer.login, request.form.get("present", ""), None, client=client)
    except AppError as error:
        if error.code not in PASSWORD_REFUSALS:
            raise
        return account_page(error.status, {"present": PASSWORD_REFUSALS[error.code]})
    if problem := problem_of(chosen, request.form.get("again", ""), officer.login):
        return account_page(422, {"new": problem})
    stored, token = runtime.passwords.hash(chosen), browser_session.current_token()
    run_write(
        runtime.engine,
        lambda session: own_account.set_password(session, context, officer.id, stored, token),
    )
    return done(url_for(_MENU), "own_password_set", officer.id)


def set_mail() -> AnyResponse:
    """Store the officer's e-mail address and mail topics."""
    page, context = current_page(), office()
    runtime, officer = page.runtime, page.officer
    address, chosen = request.form.get("email", "").strip() or None, request.form.getlist("topic")
    if address and not is_mail_address(address):
        return account_page(422, {"email": BAD_ADDRESS})
    with snapshot(runtime.engine) as session:
        former = officers.by_login_or_id(session, runtime.tenant_id, officer.id).email
    # The mailbox of the address receives notices about the account.
    if address != former and (refusal := password_refusal()) is not None:
        return account_page(refusal[0], {"mail-password": refusal[1]})
    offered = topics_of(officer.role, context.lists)
    topics = [topic.value for topic in offered if topic in chosen] if offered else None

    def keep(session: Session) -> None:
        own_account.set_mail(session, context, officer.id, address, topics)
        mail_former_address(session, context, officer.id, former, by_mail=runtime.settings.sends_mail)

    return _do(keep, "own_mail_set")


def end_other_sessions() -> AnyResponse:
    """Sign every other browser of the officer out."""
    context, officer_id = office(), current_page().officer.id
    token = browser_session.current_token()
    return _do(
        lambda session: own_account.end_other_sessions(session, context, officer_id, token), "others_ended"
    )


def authenticator() -> Response:
    """Show a new secret for an authenticator application; nothing is stored before its code is typed."""
    return setup_page()


def setup_page(passkey_refusal: tuple[int, str] | None = None) -> Response:
    """Return the page on which a second factor is set up, with the message of a refused passkey."""
    secret = totp.encode_secret(secrets.token_bytes(totp.SECRET_BYTES))
    return _authenticator_page(secret, passkey_refusal, is_of_passkey=True)


def begin_codes() -> AnyResponse:
    """Turn one-time codes on, if a code proves that the authenticator has the secret."""
    page, context = current_page(), office()
    secret, token = request.form.get("secret", ""), browser_session.current_token()
    if not totp.is_secret(secret):
        raise AppError(ErrorCode.BAD_REQUEST)
    if (refusal := password_refusal()) is not None:
        return _authenticator_page(secret, refusal)
    code = "".join(request.form.get("code", "").split())
    step = totp.accepted_step(secret, code, page.now, 0)
    if step is None:
        return _authenticator_page(secret, (422, _WRONG_CODE))
    officer_id = page.officer.id
    sealed = one_time_codes.sealed(one_time_codes.secret_box(page.runtime.keyring), officer_id, secret)
    return _do(
        lambda session: own_account.begin_codes(session, context, officer_id, sealed, step, token),
        "codes_begun",
    )


def end_codes() -> AnyResponse:
    """Turn one-time codes off."""
    context, officer_id = office(), current_page().officer.id
    if is_last_factor():
        return account_page(422, {"codes": FACTOR_IS_DUTY})
    if (refusal := password_refusal()) is not None:
        return account_page(refusal[0], {"codes": refusal[1]})
    return _do(lambda session: own_account.end_codes(session, context, officer_id), "codes_ended")


def refuse_request(request_id: str) -> AnyResponse:
    """Refuse another password that somebody asked for the officer's account."""
    context = office()
    return _do(
        lambda session: access_requests.refuse_own(session, context, request_id), "own_request_refused"
    )


def is_last_factor() -> bool:
    """Return whether the officer has one second factor left, which the role must have on this server."""
    page = current_page()
    is_required = page.runtime.settings.second_factor == "required"
    with snapshot(page.runtime.engine) as session:
        account = officers.by_login_or_id(session, page.tenant_id, page.officer.id)
        count = account.passkey_count + (account.totp_secret is not None)
    return is_required and owes_second_factor(page.officer.role, page.lists) and count == 1


def _do(work: Callable[[Session], object], flash: str) -> AnyResponse:
    page = current_page()
    run_write(page.runtime.engine, work)
    return done(url_for(_MENU), flash, page.officer.id)


def account_page(status: int = 200, errors: Mapping[str, str] = MappingProxyType({})) -> Response:
    """Return the officer's own page, with the messages of refused forms by field."""
    page = current_page()
    officer = page.officer
    with page.reading() as session:
        browsers = sessions.living(session, page.tenant_id, officer.id, page.now)
        account = officers.by_login_or_id(session, page.tenant_id, officer.id)
        asked_passwords = open_passwords_of(session, page.tenant_id, officer.id)
        own_passkeys = passkeys.all_of(session, page.tenant_id, officer.id)
        tokens = usable_tokens_of(session, page.tenant_id, officer.id, page.now)
    return page.render(
        "accounts/account.html",
        status,
        active=_MENU,
        flash=page.flash_text(FLASHES, officer.name),
        errors={name: page.say(sentence) for name, sentence in errors.items()},
        login=officer.login,
        has_codes=account.totp_secret is not None,
        keeps_factor=is_last_factor(),
        passkeys=own_passkeys,
        has_party=server_party() is not None,
        sends_mail=page.runtime.settings.sends_mail,
        email=account.email or "" if request.form.get("email") is None else request.form["email"],
        topics=_topics(account),
        browsers=browsers,
        own_token_hash=sessions.hash_token(browser_session.current_token()),
        data_tokens=tokens,
        asked_passwords=asked_passwords,
        marks_password="codes" in errors,
    )


def _topics(account: Officer) -> list[tuple[str, str, bool]]:
    """Return the mail topics of the role, each with its label and whether it is chosen (default: all)."""
    page = current_page()
    chosen = chosen_topics(account.role, account.mail_topics, page.lists)
    if request.path.endswith("/mail"):
        chosen = tuple(topic for topic in MailTopic if topic in request.form.getlist("topic"))
    offered = topics_of(account.role, page.lists)
    return [(topic, page.say(_TOPICS[topic]), topic in chosen) for topic in offered]


def _authenticator_page(
    secret: str, refusal: tuple[int, str] | None = None, *, is_of_passkey: bool = False
) -> Response:
    import segno  # few requests draw a code

    page = current_page()
    qr = segno.make(totp.link(secret, page.officer.login), error="m", micro=False)
    # Safe: the drawing is made from the server's own link; its only text is the digits of a path.
    drawing = Markup(qr.svg_inline(omitsize=True, light="#fff", border=4, svgclass="qr"))  # noqa: S704
    return page.render(
        "accounts/authenticator.html",
        active=_MENU,
        is_owed=must_set_up_factor(page.lists),
        has_party=server_party() is not None,
        secret=secret,
        spelled=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        qr=drawing,
        refused_form=refusal,
        marks_password=refusal is not None and not is_of_passkey,
        marks_passkey=refusal is not None and is_of_passkey,
    )
