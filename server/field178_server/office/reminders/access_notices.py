"""Notices about access requests: to the officer, to who asked, and to oversight and administration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Officer
from field178_server.database.tables.access import (
    ACCOUNT,
    ALONE,
    CONFIRMED,
    MEMBERSHIP,
    PASSWORD,
    REFUSED,
    RIGHTS,
    AccessRequest,
)
from field178_server.office.reminders import oversight
from field178_server.office.reminders.account_changes import notify_of_reset, notify_of_reset_request
from field178_server.office.reminders.personal_notice import (
    LANGUAGES,
    UNTIL_READ,
    PersonalNotice,
    new_mail_of,
    role_of_actor,
    tell_officer,
)
from field178_server.records.access import STRONG_RIGHTS
from field178_shared.text.i18n import N_, translator

_KINDS = {
    PASSWORD: N_("another password"),
    ACCOUNT: N_("an open account"),
    RIGHTS: N_("wider rights"),
    MEMBERSHIP: N_("a place in a team"),
}
_ALONE = N_(
    "Put into effect without a second person, by: {role} {actor}. What: {what}; of: {name} ({login})."
    " Reason given: “{reason}”. If you know nothing of it, ask at once."
)
_ALONE_SUBJECT = N_("Field register 178: access was given without a second person")
_CONFIRMED = N_("Confirmed by: {role}. What: {what}; of: {name} ({login}).")
_REFUSED = N_("Refused by: {role}. What: {what}; of: {name} ({login}). Reason given: “{reason}”.")
_OVERSEER_LEFT = N_(
    "Of leadership or data protection, with a closed account or another role now: {name} ({login}). By:"
    " {role} {actor}. If you know nothing of it, ask at once."
)
_OVERSEER_LEFT_SUBJECT = N_("Field register 178: somebody of oversight has no account or another role")
_DECIDED_SUBJECT = N_("Field register 178: your request was decided")


def notify_of_request(
    session: Session, context: OperationContext, request: AccessRequest, *, by_mail: bool
) -> None:
    """Notify the officer and the roles of oversight of a request that waits."""
    if request.kind == PASSWORD:
        notify_of_reset_request(session, context, request.officer_id, by_mail=by_mail)
    oversight.notify_of_waiting_access(session, context)


def notify_of_decided(
    session: Session, context: OperationContext, request: AccessRequest, *, by_mail: bool
) -> None:
    """Notify of a decision: who asked, and the officer whose password was replaced; if alone, everybody."""
    if request.kind == PASSWORD and request.outcome != REFUSED:
        notify_of_reset(session, context, request.officer_id, by_mail=by_mail)
    if request.outcome == ALONE:
        letter = PersonalNotice(_ALONE_SUBJECT, _texts(session, context, request, _ALONE), UNTIL_READ)
        for officer in oversight_officers(session, context):
            tell_officer(session, context, officer, letter, by_mail=by_mail)
    elif request.outcome in (CONFIRMED, REFUSED) and request.asked_by is not None:
        asker = officers.by_login_or_id(session, context.tenant_id, request.asked_by)
        text = _CONFIRMED if request.outcome == CONFIRMED else _REFUSED
        letter = PersonalNotice(_DECIDED_SUBJECT, _texts(session, context, request, text))
        tell_officer(session, context, asker, letter, by_mail=by_mail)


def notify_of_left_overseer(
    session: Session, context: OperationContext, left: Officer, *, by_mail: bool
) -> None:
    """Notify oversight, administration and the officer who left oversight; it stands until it is read."""
    texts = {
        language: translator(language, "console")(_OVERSEER_LEFT).format(
            name=left.name,
            login=left.login,
            role=role_of_actor(session, context, language),
            actor=_name_of_actor(session, context),
        )
        for language in LANGUAGES
    }
    letter = PersonalNotice(_OVERSEER_LEFT_SUBJECT, texts, UNTIL_READ)
    others = (each for each in oversight_officers(session, context) if each.officer_id != left.officer_id)
    for officer in others:
        tell_officer(session, context, officer, letter, by_mail=by_mail)
    tell_officer(session, context, left, letter, by_mail=False)
    if by_mail and left.email is not None:
        # To a closed account too: the address is in the e-mail itself.
        mail = new_mail_of(context, left, letter)
        mail.address = left.email
        session.add(mail)


def oversight_officers(session: Session, context: OperationContext) -> Iterator[Officer]:
    """Yield the officers of oversight and administration, without the actor."""
    for officer in officers.everyone(session, context.tenant_id):
        role = context.lists.roles.get(officer.role)
        is_told = role is not None and bool(role.rights & STRONG_RIGHTS)
        if is_told and officer.disabled_at is None and officer.officer_id != context.actor.id:
            yield officer


def _texts(
    session: Session, context: OperationContext, request: AccessRequest, text: str
) -> Mapping[str, str]:
    officer = officers.by_login_or_id(session, context.tenant_id, request.officer_id)
    actor = _name_of_actor(session, context)
    texts = {}
    for language in LANGUAGES:
        say = translator(language, "console")
        texts[language] = say(text).format(
            role=role_of_actor(session, context, language),
            actor=actor,
            what=say(_KINDS[request.kind]),
            name=officer.name,
            login=officer.login,
            reason=request.reason or "",
        )
    return texts


def _name_of_actor(session: Session, context: OperationContext) -> str:
    """Return name and login of the officer who acts, "" for the operator of the server."""
    actor = session.get(Officer, (context.tenant_id, context.actor.id)) if context.actor.id else None
    return actor.name_and_login if actor is not None else ""
