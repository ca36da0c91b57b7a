"""Notices to who watches over the data: that records leave the office, and that rights to read were given."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Notice
from field178_server.database.models.notice import INFO
from field178_server.jobs.queue import Arguments
from field178_server.office.exports.kinds import is_whole
from field178_server.office.notices.operations import Announcement, NoticeText, announce
from field178_server.records.access import OVERSIGHT_RIGHTS, RECORD_RIGHTS
from field178_shared.errors import AppError
from field178_shared.text.i18n import N_, translator

_SHOWN_FOR = timedelta(days=7)
_EXPORT = N_(
    "Somebody exports records of the whole area. Who, what, and how to withdraw the file stand on the page"
    " “Exports”."
)
_TOKEN = N_(
    "A new data token reads the office’s tables with the rights of an officer. Whose, what for, and how to"
    " revoke it stand on the page “Data feeds”."
)
_RIGHTS = N_(
    "An account was given rights to read records. Which one and by whom stands in the audit trail, which the"
    " privacy officer reads."
)


def tell_of_export(session: Session, context: OperationContext, arguments: Arguments) -> None:
    """Tell of an export that holds all records of a kind; figures and narrowed lists are everyday work."""
    if is_whole(arguments):
        _tell(session, context, _EXPORT)


def tell_of_token(session: Session, context: OperationContext) -> None:
    """Tell of a new data token."""
    _tell(session, context, _TOKEN)


def tell_of_rights(session: Session, context: OperationContext, role: str, role_before: str = "") -> None:
    """Tell of an account that reads records by its new role and did not before."""
    roles = context.lists.roles
    reads = [one in roles and bool(roles[one].rights & RECORD_RIGHTS) for one in (role, role_before)]
    if reads == [True, False]:
        _tell(session, context, _RIGHTS)


def _tell(session: Session, context: OperationContext, text: str) -> None:
    """Announce it to each role that watches; one still shown of the same words ends, unread or not."""
    now = context.now()
    vi, en = (translator(language, "console")(text) for language in ("vi", "en"))
    for role, row in context.lists.roles.items():
        if not row.rights & OVERSIGHT_RIGHTS:
            continue
        audience = f"role:{role}"
        shown = select(Notice).where(
            Notice.tenant_id == context.tenant_id,
            Notice.audience == audience,
            Notice.text_vi == vi,
            Notice.until > now,
        )
        for one in session.scalars(shown):
            one.until = now
        wanted = Announcement(INFO, NoticeText(vi, en), now + _SHOWN_FOR, audience=audience)
        # With as many notices as are shown at most, pages and the audit trail say it.
        with suppress(AppError):
            announce(session, context, wanted)
