"""Notice to one officer in the console, with an e-mail where the office sends e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Mail, Notice, Officer
from field178_server.database.tables.notice import INFO
from field178_server.office.mail.operations import ACCOUNT, new_mail
from field178_shared.text.i18n import N_, translator

SHOWN_FOR = timedelta(days=30)
# A notice that stands until it is read; reading it ends it some days later.
UNTIL_READ = timedelta(days=3650)
LANGUAGES = ("vi", "en")
_OPERATOR = N_("operator of the server")


@dataclass(frozen=True, slots=True)
class PersonalNotice:
    """Subject (msgid) and text by language of a notice to one officer, and how long it is shown."""

    subject: str
    texts: Mapping[str, str]
    shown_for: timedelta = SHOWN_FOR


def tell_officer(
    session: Session, context: OperationContext, officer: Officer, letter: PersonalNotice, *, by_mail: bool
) -> None:
    """Store a notice to an officer; `by_mail`: also send an e-mail."""
    now = context.now()
    notice = Notice(
        tenant_id=context.tenant_id,
        notice_id=context.ids.time_ordered(),
        kind=INFO,
        officer_id=officer.officer_id,
        text_vi=letter.texts["vi"],
        text_en=letter.texts["en"],
        made_by=context.actor.id,
        made_at=now,
        until=now + letter.shown_for,
    )
    session.add(notice)
    if by_mail and officer.email is not None and officer.disabled_at is None:
        session.add(new_mail_of(context, officer, letter))


def new_mail_of(context: OperationContext, officer: Officer, letter: PersonalNotice) -> Mail:
    """Return the e-mail with the text of a notice in the officer's language."""
    title = translator(officer.language, "console")(letter.subject)
    text = f"{letter.texts[officer.language]}\n"
    return new_mail(officer, context.ids.random(), ACCOUNT, title, text, context.now())


def role_of_actor(session: Session, context: OperationContext, language: str) -> str:
    """Return the role label of the actor; the operator of the server has no account."""
    actor_id = context.actor.id
    actor = session.get(Officer, (context.tenant_id, actor_id)) if actor_id else None
    if actor is None:
        return translator(language, "console")(_OPERATOR)
    return context.lists.roles[actor.role].label(language)
