"""Reminder of a month: a notice to each role with missing figures, and an e-mail to each officer."""

from __future__ import annotations

import uuid
from contextlib import suppress

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor, AuditEntry
from field178_server.database.models import Audit, Tenant
from field178_server.database.tables.notice import INFO
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.mail.digest import MailTopic, chosen_topics
from field178_server.office.mail.operations import DIGEST, new_mail, reachable
from field178_server.office.mail.sender import console_link
from field178_server.office.notices.operations import Announcement, NoticeText, announce
from field178_server.office.reminders.queries import (
    OwedFigures,
    owed_figures,
    reminded_month,
    reminder_begins,
    reminder_ends,
)
from field178_server.office.reminders.wording import ReminderWords
from field178_server.runtime import Runtime
from field178_server.settings import Settings
from field178_shared.codelists import load
from field178_shared.errors import AppError
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date

REMINDED = "figures_reminded"
COMMUNES, AGENCIES = "commune_reporter", "agency_reporter"

log = structlog.get_logger()


def remind_if_due(runtime: Runtime) -> bool:
    """Send the reminder of a month once, on the 25th or when a server runs after it."""
    context = OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, load(), Actor("system"))
    if reminded_month(context.now()) is None:
        return False
    with snapshot(runtime.engine) as session:
        if _is_reminded(session, context):
            return False
    count = run_write(runtime.engine, lambda session: remind(session, context, runtime.settings))
    if count is not None:
        log.info("figures_reminded", mails=count)
    return count is not None


def remind(session: Session, context: OperationContext, settings: Settings) -> int | None:
    """Announce the missing figures and queue the e-mails; return their number, None if done before."""
    tenant_id, now = context.tenant_id, context.now()
    session.get_one(Tenant, tenant_id, with_for_update=True)  # one process at a time
    month = reminded_month(now)
    if month is None or _is_reminded(session, context):
        return None
    owed = owed_figures(session, tenant_id, local_date(now), month, context.lists)
    context.note(session, AuditEntry(REMINDED, details={"month": month.isoformat()}))
    for role, page, is_owed in (
        (COMMUNES, N_("Work of the commune"), owed.communes),
        (AGENCIES, N_("Figures of agencies"), owed.returns),
    ):
        if is_owed:
            _announce(session, context, owed, (role, page))
    return _queue_mails(session, context, owed, settings) if settings.sends_mail else 0


def _is_reminded(session: Session, context: OperationContext) -> bool:
    month = reminded_month(context.now())
    if month is None:
        return False
    query = select(Audit.action).where(
        Audit.tenant_id == context.tenant_id, Audit.action == REMINDED, Audit.at >= reminder_begins(month)
    )
    return session.scalar(query.limit(1)) is not None


def _announce(session: Session, context: OperationContext, owed: OwedFigures, to: tuple[str, str]) -> None:
    role, page = to
    vi, en = (ReminderWords(language, context.lists, str).notice(owed, page) for language in ("vi", "en"))
    announcement = Announcement(INFO, NoticeText(vi, en), reminder_ends(owed.month), audience=f"role:{role}")
    # If there are too many notices, the e-mail and the start page still contain it.
    with suppress(AppError):
        announce(session, context, announcement)


def _queue_mails(session: Session, context: OperationContext, owed: OwedFigures, settings: Settings) -> int:
    tenant_id, now, count = context.tenant_id, context.now(), 0
    scopes = officers.all_scopes(session, tenant_id)
    for officer in reachable(session, tenant_id):
        own = owed.of(officer.agency, scopes.get(officer.officer_id, ()), context.lists)
        wants = MailTopic.OWED in chosen_topics(officer.role, officer.mail_topics, context.lists)
        if own.is_empty or not wants:
            continue
        words = ReminderWords(officer.language, context.lists, console_link(settings))
        mail_id = str(uuid.uuid5(uuid.UUID(officer.officer_id), f"{REMINDED}|{owed.month.isoformat()}"))
        # Sent as a digest: these officers get no daily digest.
        session.add(new_mail(officer, mail_id, DIGEST, words.subject(own), words.letter(own), now))
        count += 1
    return count
