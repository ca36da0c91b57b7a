"""Notices to roles of oversight: an export of all records, a new data token, a requested or a given right."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Notice
from field178_server.database.tables.notice import INFO
from field178_server.jobs.queue import Arguments
from field178_server.office.exports.kinds import is_whole
from field178_server.office.notices.operations import Announcement, NoticeText, announce
from field178_server.records.access import oversees
from field178_shared.text.i18n import N_, translator

_SHOWN_FOR = timedelta(days=7)
_EXPORT = N_(
    "Somebody exports records of the whole area. Who, what, and how to withdraw the file stand on the page"
    " “Exports”."
)
_TOKEN = N_(
    "A new data token will read the office’s tables with the rights of an officer, once that officer accepts"
    " it. Whose, what for, and how to revoke it stand on the page “Data feeds”."
)
_WITHOUT_SECOND = N_(
    "Access was given without a second person: an account, a password or a tablet’s area at the server"
    " itself, or communes to a team. Which one and by whom stands in the audit trail, which the privacy"
    " officer reads."
)
_WAITING = N_(
    "A password, an account or a right waits for a second person. Which one, and who asked, stand on the page"
    " “Waiting for a second person”."
)
_REFUSED = N_(
    "An officer refused another password that somebody had asked for the account. Whose, and who asked, stand"
    " on the page “Waiting for a second person”."
)


def notify_of_refused_password(session: Session, context: OperationContext) -> None:
    """Notify that an officer refused a password requested by somebody else."""
    _notify(session, context, _REFUSED)


def notify_of_waiting_access(session: Session, context: OperationContext) -> None:
    """Notify of an access request that waits for a second person."""
    _notify(session, context, _WAITING)


def notify_of_export(session: Session, context: OperationContext, arguments: Arguments) -> None:
    """Notify of an export of all records of a kind; exports of figures and filtered lists are routine."""
    if is_whole(arguments):
        _notify(session, context, _EXPORT)


def notify_of_token(session: Session, context: OperationContext) -> None:
    """Notify of a new data token."""
    _notify(session, context, _TOKEN)


def notify_without_second(session: Session, context: OperationContext) -> None:
    """Notify of access that was given without a second person, by the operator of the server or by a team."""
    _notify(session, context, _WITHOUT_SECOND)


def _notify(session: Session, context: OperationContext, text: str) -> None:
    """Announce a notice to each role of oversight; an older notice with the same text ends."""
    now = context.now()
    vi, en = (translator(language, "console")(text) for language in ("vi", "en"))
    for role in context.lists.roles:
        if not oversees(role, context.lists):
            continue
        audience = f"role:{role}"
        shown = select(Notice).where(
            Notice.tenant_id == context.tenant_id,
            Notice.audience == audience,
            Notice.text_vi == vi,
            Notice.until > now,
        )
        for notice in session.scalars(shown):
            notice.until = now
        wording, until = NoticeText(vi, en), now + _SHOWN_FOR
        announce(session, context, Announcement(INFO, wording, until, audience=audience, is_automatic=True))
