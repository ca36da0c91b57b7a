"""Notice to administrators that a webhook was stopped."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.tables.notice import INFO
from field178_server.office.notices.operations import Announcement, NoticeText, announce
from field178_shared.errors import AppError
from field178_shared.text.i18n import N_, translator

_SHOWN_FOR = timedelta(days=14)
_AUDIENCE = "role:admin"
_TEXT = N_(
    "The webhook “{name}” was given up: its receiver took nothing for days. What happens meanwhile is kept"
    " for 90 days. See “Webhooks”."
)


def announce_stopped(session: Session, context: OperationContext, name: str) -> None:
    """Announce a stopped webhook to administrators; with too many notices only the health page shows it."""
    vi, en = (translator(language, "console")(_TEXT).format(name=name) for language in ("vi", "en"))
    announcement = Announcement(INFO, NoticeText(vi, en), context.now() + _SHOWN_FOR, audience=_AUDIENCE)
    with suppress(AppError):
        announce(session, context, announcement)
