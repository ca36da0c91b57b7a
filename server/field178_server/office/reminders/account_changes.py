"""Notices to an officer about changes of the account's sign-in or e-mail address by others."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.office.mail.operations import ACCOUNT, new_mail
from field178_server.office.reminders.personal_notice import (
    LANGUAGES,
    PersonalNotice,
    role_of_actor,
    tell_officer,
)
from field178_shared.text.formats import datetime_text
from field178_shared.text.i18n import N_, translator

_SUBJECT = N_("Field register 178: the sign-in of your account was changed")
_RESET = N_(
    "Your password was reset on {when}, by: {role}. If you did not ask for it, tell the privacy officer at"
    " once."
)
_ASKED = N_(
    "On {when} another password was asked for your account, by: {role}. Your present one stays in force until"
    " you or a second person agree. If you did not ask for it, refuse it under *Account* and tell the privacy"
    " officer at once."
)
_ASKED_SUBJECT = N_("Field register 178: another password was asked for your account")
_CODES = N_(
    "One-time codes are no longer asked of you since {when}, by: {role}. If you did not ask for it, tell the"
    " privacy officer at once."
)
_TOKEN = N_(
    "On {when} a data token was made that would read with your rights, by: {role}. It reads nothing until you"
    " accept it under “Account”. If you know nothing of it, refuse it and tell the privacy officer."
)
_TOKEN_SUBJECT = N_("Field register 178: a data token waits for you")
_ADDRESS = N_(
    "From {when} on, e-mail about your account goes to another address or to none. If it was not you, tell"
    " the privacy officer at once."
)
_ADDRESS_SUBJECT = N_("Field register 178: the e-mail address of your account was changed")


def notify_of_reset(session: Session, context: OperationContext, officer_id: str, *, by_mail: bool) -> None:
    """Notify an officer of a password reset, with instant and role of the actor."""
    _notify(session, context, officer_id, _RESET, by_mail=by_mail)


def notify_of_reset_request(
    session: Session, context: OperationContext, officer_id: str, *, by_mail: bool
) -> None:
    """Notify an officer of another password that was asked for and is not in force yet."""
    _notify(session, context, officer_id, _ASKED, by_mail=by_mail, subject=_ASKED_SUBJECT)


def notify_of_dropped_codes(
    session: Session, context: OperationContext, officer_id: str, *, by_mail: bool
) -> None:
    """Notify an officer that one-time codes were switched off, with instant and role of the actor."""
    _notify(session, context, officer_id, _CODES, by_mail=by_mail)


def notify_of_own_token(
    session: Session, context: OperationContext, officer_id: str, *, by_mail: bool
) -> None:
    """Notify an officer of a data token that waits for acceptance, with instant and role of the actor."""
    _notify(session, context, officer_id, _TOKEN, by_mail=by_mail, subject=_TOKEN_SUBJECT)


def mail_former_address(
    session: Session, context: OperationContext, officer_id: str, former: str | None, *, by_mail: bool
) -> None:
    """Send an e-mail to the former address of an account after any change of the address."""
    now, officer = context.now(), officers.by_login_or_id(session, context.tenant_id, officer_id)
    if not by_mail or former is None or former == officer.email:
        return
    say = translator(officer.language, "console")
    letter = say(_ADDRESS).format(when=datetime_text(now, officer.language))
    mail = new_mail(officer, context.ids.random(), ACCOUNT, say(_ADDRESS_SUBJECT), f"{letter}\n", now)
    mail.address = former
    session.add(mail)


def _notify(
    session: Session,
    context: OperationContext,
    officer_id: str,
    text: str,
    *,
    by_mail: bool,
    subject: str = _SUBJECT,
) -> None:
    """Store a notice to an officer about an action of somebody else; `by_mail`: also send an e-mail."""
    if context.actor.id == officer_id:
        return
    now, officer = context.now(), officers.by_login_or_id(session, context.tenant_id, officer_id)
    sentences = {
        language: translator(language, "console")(text).format(
            when=datetime_text(now, language), role=role_of_actor(session, context, language)
        )
        for language in LANGUAGES
    }
    tell_officer(session, context, officer, PersonalNotice(subject, sentences), by_mail=by_mail)
