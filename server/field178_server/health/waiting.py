"""Counts of waiting work: jobs, quarantined changes, uploads, failing webhooks, missing second factors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from field178_server.attachments.upload_rows import OPEN
from field178_server.database.models import Job, Officer, Quarantine, Tenant, Upload, Webhook
from field178_server.jobs.queue import JobState
from field178_server.records.access import owes_second_factor
from field178_server.replication.quarantine.store import IS_OPEN
from field178_shared.codelists import load

FAILED_WITHIN = timedelta(hours=24)
# A restart of a receiver causes failures for minutes.
FAILING_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Counts of waiting work with the oldest time of each; `installed_at`: creation of the store."""

    installed_at: datetime
    jobs: int
    oldest_job: datetime | None
    failed_jobs: int
    quarantined: int
    oldest_quarantined: datetime | None
    uploads: int
    oldest_upload: datetime | None
    webhooks: int
    failing_webhooks: int
    oldest_failing: datetime | None
    lacking_factor: int


def waiting_work(session: Session, tenant_id: str, now: datetime) -> Waiting:
    """Return the counts of waiting work, in one statement."""
    queued = Job.tenant_id == tenant_id, Job.state == JobState.QUEUED
    failed = Job.tenant_id == tenant_id, Job.state == JobState.FAILED, Job.ended_at >= now - FAILED_WITHIN
    unsettled = Quarantine.tenant_id == tenant_id, IS_OPEN
    coming = Upload.tenant_id == tenant_id, Upload.state == OPEN, Upload.expires_at > now
    webhooks = Webhook.tenant_id == tenant_id
    is_failing = or_(Webhook.state == "stopped", Webhook.failing_since < now - FAILING_FOR)
    failing = webhooks, Webhook.state != "paused", is_failing
    lists = load()
    owing = [role for role in lists.roles if owes_second_factor(role, lists)]
    lacking = (
        Officer.tenant_id == tenant_id,
        Officer.disabled_at.is_(None),
        Officer.totp_secret.is_(None),
        Officer.passkey_count == 0,
        Officer.role.in_(owing),
    )
    counts: tuple[Select[Any], ...] = (
        select(func.count()).where(*queued),
        select(func.min(Job.queued_at)).where(*queued),
        select(func.count()).where(*failed),
        select(func.count()).where(*unsettled),
        select(func.min(Quarantine.received_at)).where(*unsettled),
        select(func.count()).where(*coming),
        select(func.min(Upload.created_at)).where(*coming),
        select(func.count()).where(webhooks),
        select(func.count()).where(*failing),
        select(func.min(Webhook.failing_since)).where(*failing),
        select(func.count()).where(*lacking),
    )
    query = select(Tenant.created_at, *(count.scalar_subquery() for count in counts))
    return Waiting(*session.execute(query.where(Tenant.tenant_id == tenant_id)).one())
