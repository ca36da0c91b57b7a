"""Data beside records whose periods have ended: ended accounts, old entries of the trail, old exports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers, passkeys
from field178_server.audit import trail_chain
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor, AuditEntry
from field178_server.database.models import Audit, Officer, SavedView
from field178_server.jobs.job_files import JobFiles
from field178_server.office.retention.extent import DueCounts, DueCountsByRow
from field178_server.office.retention.periods import RetentionPeriod
from field178_server.runtime import Runtime
from field178_shared.codelists import load
from field178_shared.codelists.privacy_rules import RetentionAct
from field178_shared.time.clock import local_date, start_of_day

_ENDED_LOGIN = "ended-"


def count_others(session: Session, runtime: Runtime, periods: Sequence[RetentionPeriod]) -> DueCountsByRow:
    """Count ended accounts, entries of the trail and exported files that are due."""
    extents: DueCountsByRow = {}
    for period in periods:
        extent = DueCounts()
        since = start_of_day(period.cutoff)
        if period.act is RetentionAct.END_ACCOUNTS:
            for officer in _ended(session, runtime.tenant_id, since):
                extent.add(local_date(officer.disabled_at or since))
        elif period.act is RetentionAct.THIN_AUDIT:
            _count_trail(session, runtime.tenant_id, since, extent)
        elif period.act is RetentionAct.DELETE_EXPORTS:
            for path in _files(runtime).queued_before(since):
                extent.add(None, size=path.stat().st_size)
        if extent.count:
            extents[period.row.id] = extent
    return extents


def remove_others(
    session: Session, runtime: Runtime, periods: Sequence[RetentionPeriod], now: datetime
) -> None:
    """Remove ended accounts' data and old entries of the trail; files are removed by `remove_exports`."""
    for period in periods:
        since = start_of_day(period.cutoff)
        if period.act is RetentionAct.END_ACCOUNTS:
            context = OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, load(), Actor("system"))
            for officer in _ended(session, runtime.tenant_id, since):
                _end(session, officer)
                context.note(session, AuditEntry("account_data_removed", officer.officer_id))
        elif period.act is RetentionAct.THIN_AUDIT:
            upto = trail_chain.thinnable(session, runtime.tenant_id, since)
            if upto is not None:
                trail_chain.thin(session, runtime.tenant_id, runtime.keyring.receipt, upto, now)


def remove_exports(runtime: Runtime, periods: Sequence[RetentionPeriod]) -> None:
    """Delete the exported files that are due."""
    for period in periods:
        if period.act is RetentionAct.DELETE_EXPORTS:
            for path in _files(runtime).queued_before(start_of_day(period.cutoff)):
                path.unlink(missing_ok=True)


def _end(session: Session, officer: Officer) -> None:
    """Remove sign-in data and e-mail of an account; name and agency stay, as on the minutes it signed."""
    officer.login = f"{_ENDED_LOGIN}{officer.officer_id}"
    officer.email = officer.mail_topics = officer.password_hash = officer.totp_secret = None
    officers.end_sessions(session, officer)
    passkeys.remove_all(session, officer)
    session.execute(
        delete(SavedView).where(
            SavedView.tenant_id == officer.tenant_id, SavedView.officer_id == officer.officer_id
        )
    )


def _ended(session: Session, tenant_id: str, since: datetime) -> list[Officer]:
    query = select(Officer).where(
        Officer.tenant_id == tenant_id,
        Officer.disabled_at < since,
        Officer.login.not_like(f"{_ENDED_LOGIN}%"),
    )
    return list(session.scalars(query.order_by(Officer.officer_id)))


def _count_trail(session: Session, tenant_id: str, since: datetime, extent: DueCounts) -> None:
    upto = trail_chain.thinnable(session, tenant_id, since)
    if upto is None:
        return
    old: tuple[ColumnElement[bool], ...] = (Audit.tenant_id == tenant_id, Audit.chain_index <= upto.index)
    count, first = session.execute(select(func.count(), func.min(Audit.at)).where(*old)).one()
    extent.count = extent.items = count
    extent.oldest = local_date(first) if first else None


def _files(runtime: Runtime) -> JobFiles:
    return JobFiles(runtime.settings.data_dir, runtime.tenant_id)
