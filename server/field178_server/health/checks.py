"""Checks of the running system, each with level, reason code and figures."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from field178_server.attachments.storage.free_space import free_space
from field178_server.backup.copy import is_empty
from field178_server.backup.log import LastBackups, RunState, last_backups
from field178_server.backup.place import free_mb, is_on_data_disk, obstacle_of
from field178_server.database import migrations
from field178_server.database.engine import readonly
from field178_server.database.models import Device
from field178_server.database.unit_of_work import snapshot
from field178_server.devices.heartbeat import IS_IN_USE
from field178_server.health.waiting import Waiting, waiting_work
from field178_server.maintenance.check_log import LastCheck, last_check
from field178_server.security.certificate_check import AddressResult, check_address, fault_of_files, trusts
from field178_server.security.certificates import shown_chain_file, valid_until
from field178_server.settings import Settings
from field178_shared.time.clock import SystemClock

# The timer creates one backup a day: a missed one is reported before the next is due.
BACKUP_AGE, BACKUP_AGE_FAULT = timedelta(hours=36), timedelta(hours=72)
# Two holders of the office key come together for it: it shows that their papers still open a backup.
DRILL_AGE = timedelta(days=366)
CHECK_AGE = timedelta(hours=48)
JOB_WAIT = timedelta(hours=1)
QUARANTINE_AGE = timedelta(days=7)
CERTIFICATE_LEFT, CERTIFICATE_LEFT_FAULT = timedelta(days=30), timedelta(days=7)
# A backup needs its size twice: the test restore runs beside it.
ROOM_FOR_BACKUP = 2
LOW_SPACE = 2
_MEBIBYTE = 1 << 20

Figure = int | str | bool | datetime | None


class Level(StrEnum):
    """Level of a check, from good to bad; unknown: not checked yet, or impossible from this machine."""

    OK = "ok"
    UNKNOWN = "unknown"
    ATTENTION = "attention"
    FAULT = "fault"


class CheckName(StrEnum):
    """Names of checks, in display order."""

    BACKUP = "backup"
    DRILL = "drill"
    BACKUP_PLACE = "backup_place"
    DISK = "disk"
    CERTIFICATE = "certificate"
    ADDRESS = "address"
    INTEGRITY = "integrity"
    JOBS = "jobs"
    QUARANTINE = "quarantine"
    UPLOADS = "uploads"
    WEBHOOKS = "webhooks"
    SECOND_FACTOR = "second_factor"
    VERSION = "version"


@dataclass(frozen=True, slots=True)
class Check:
    """Result of a check; `reason` is a code or empty."""

    name: CheckName
    level: Level = Level.OK
    reason: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)

    @property
    def needs_attention(self) -> bool:
        """Return whether the level of the check is attention or fault."""
        return self.level in (Level.ATTENTION, Level.FAULT)


def checks_of_server(engine: Engine, settings: Settings, now: datetime) -> tuple[Check, ...]:
    """Return the results of all possible checks, also if the store does not respond."""
    migration: str | None = None
    try:
        reason = "not_installed" if is_empty(settings.effective_database_url) else ""
        migration = None if reason else migrations.probe(readonly(engine))
    except (migrations.StoreUnreachableError, SQLAlchemyError):
        reason = "unreachable"
    if not reason and migration != migrations.head():
        reason = "not_migrated"
    if reason:
        figures = {"product": product(), "migration": migration}
        faulty = Check(CheckName.VERSION, Level.FAULT, reason, figures)
        return (*_checks_of_machine(settings), faulty) if settings.data_dir.is_dir() else (faulty,)
    with snapshot(engine) as session:
        checks = checks_of(session, settings, now)
    return (*checks, *address_checks(settings))


def address_checks(settings: Settings) -> tuple[Check, ...]:
    """Return the check of the public address as a tablet sees it; it makes a network connection."""
    if not settings.is_https:
        return ()
    seen, why = check_address(settings)
    levels = {
        AddressResult.OTHER: Level.FAULT,
        AddressResult.REFUSED: Level.FAULT,
        AddressResult.UNREACHABLE: Level.UNKNOWN,
    }
    figures = {"url": settings.url, "reason": why}
    return (Check(CheckName.ADDRESS, levels.get(seen, Level.OK), seen.value, figures),)


def checks_of(session: Session, settings: Settings, now: datetime) -> tuple[Check, ...]:
    """Return the checks of a server whose store is at the newest migration, in four statements."""
    tenant_id = settings.tenant
    backups, waiting = last_backups(session, tenant_id), waiting_work(session, tenant_id, now)
    return (
        backup_check(backups, now),
        _drill(backups, waiting.installed_at, now),
        _backup_place(settings, backups),
        *_checks_of_machine(settings, _shut_out(session, settings)),
        _integrity(last_check(session, tenant_id), waiting.installed_at, now),
        _jobs(waiting, now),
        _quarantine(waiting, now),
        Check(
            CheckName.UPLOADS,
            figures={"count": waiting.uploads, "oldest": waiting.oldest_upload},
        ),
        _webhooks(waiting),
        _second_factor(settings, waiting),
        Check(CheckName.VERSION, figures={"product": product(), "migration": migrations.head()}),
    )


def worst_first(check: Check) -> int:
    """Return the sort key of a check: the worst level first."""
    return -list(Level).index(check.level)


def backup_check(backups: LastBackups, now: datetime) -> Check:
    """Return the check of the newest proved backup: its age, its folder, and later failures."""
    proved, attempt = backups.proved, backups.attempt
    has_failed = attempt is not None and attempt.state is not RunState.PROVED
    why = ", ".join(attempt.faults) if attempt and has_failed else ""
    if proved is None:
        missing: dict[str, Figure] = {"limit_hours": _hours(BACKUP_AGE), "why": why}
        return Check(CheckName.BACKUP, Level.FAULT, "failed" if has_failed else "none", missing)
    figures: dict[str, Figure] = {
        "taken_at": proved.taken_at,
        "age_hours": _hours(now - proved.taken_at),
        "limit_hours": _hours(BACKUP_AGE),
        "size_mb": _mebibytes(proved.size),
        "folder": proved.folder,
        "proved_at": proved.ended_at,
        "why": why,
    }
    age = now - proved.taken_at
    if not Path(proved.folder).is_dir():
        return Check(CheckName.BACKUP, Level.FAULT, "gone", figures)
    if age > BACKUP_AGE_FAULT:
        return Check(CheckName.BACKUP, Level.FAULT, "failed" if has_failed else "late", figures)
    if has_failed:
        return Check(CheckName.BACKUP, Level.ATTENTION, "failed", figures)
    if age > BACKUP_AGE:
        return Check(CheckName.BACKUP, Level.ATTENTION, "late", figures)
    return Check(CheckName.BACKUP, figures=figures)


def product() -> str:
    """Return the version of the running product."""
    return importlib.metadata.version("field178")


def _drill(backups: LastBackups, installed_at: datetime, now: datetime) -> Check:
    since = backups.drilled_at or installed_at
    figures: dict[str, Figure] = {
        "drilled_at": backups.drilled_at,
        "due_at": since + DRILL_AGE,
        "limit_days": DRILL_AGE.days,
    }
    is_due = now - since > DRILL_AGE
    return Check(CheckName.DRILL, Level.ATTENTION if is_due else Level.OK, "due" if is_due else "", figures)


def _backup_place(settings: Settings, backups: LastBackups) -> Check:
    needed = ROOM_FOR_BACKUP * _mebibytes(backups.proved.size) if backups.proved else None
    figures: dict[str, Figure] = {
        "folder": str(settings.effective_backup_dir.absolute()),
        "free_mb": free_mb(settings),
        "needed_mb": needed,
        "on_data_disk": is_on_data_disk(settings),
    }
    obstacle = obstacle_of(settings)
    if obstacle is not None:
        return Check(
            CheckName.BACKUP_PLACE, Level.FAULT, obstacle.reason.value, figures | {"what": obstacle.what}
        )
    if needed is not None and free_mb(settings) < needed:
        return Check(CheckName.BACKUP_PLACE, Level.ATTENTION, "too_small", figures)
    return Check(CheckName.BACKUP_PLACE, figures=figures)


def _checks_of_machine(settings: Settings, shut_out: int = 0) -> tuple[Check, ...]:
    return _disk(settings), _certificate(settings, shut_out)


def _shut_out(session: Session, settings: Settings) -> int:
    """Return the number of tablets whose TLS pins do not match the current certificate chain."""
    query = select(Device.tls_pins, func.count()).where(
        Device.tenant_id == settings.tenant, IS_IN_USE, Device.tls_pins.is_not(None)
    )
    rows = session.execute(query.group_by(Device.tls_pins)).all()
    return sum(count for pins, count in rows if pins and not trusts(settings, pins))


def _disk(settings: Settings) -> Check:
    space = free_space(settings)
    figures: dict[str, Figure] = {
        "free_mb": space.free_mb,
        "limit_mb": settings.min_free_mb,
        "folder": str(settings.data_dir.absolute()),
    }
    if space.reasons:
        is_fit = space.is_writable and space.takes_changes
        level = Level.ATTENTION if is_fit else Level.FAULT
        return Check(CheckName.DISK, level, space.reasons[0], figures)
    if space.free_mb < LOW_SPACE * settings.min_free_mb:
        return Check(CheckName.DISK, Level.ATTENTION, "low", figures)
    return Check(CheckName.DISK, figures=figures)


def _certificate(settings: Settings, shut_out: int) -> Check:
    if not settings.is_https:
        return Check(CheckName.CERTIFICATE, reason="plain_http")
    path = shown_chain_file(settings)
    if path is None:
        return Check(CheckName.CERTIFICATE, reason="proxy")
    figures: dict[str, Figure] = {"file": str(path), "limit_days": CERTIFICATE_LEFT.days, "tablets": shut_out}
    try:
        ends_at = valid_until(path)
    except (OSError, ValueError):
        return Check(CheckName.CERTIFICATE, Level.FAULT, "unreadable", figures)
    if shut_out:
        return Check(CheckName.CERTIFICATE, Level.FAULT, "other_key", figures)
    # The system clock, also in a demo: browsers and tablets check it by their own clocks.
    left = ends_at - SystemClock().now()
    figures |= {"ends_at": ends_at, "days_left": left.days}
    if left < CERTIFICATE_LEFT:
        level = Level.FAULT if left < CERTIFICATE_LEFT_FAULT else Level.ATTENTION
        return Check(CheckName.CERTIFICATE, level, "ends" if left > timedelta(0) else "ended", figures)
    if fault := fault_of_files(settings):
        return Check(CheckName.CERTIFICATE, Level.FAULT, "refused", figures | {"reason": fault})
    return Check(CheckName.CERTIFICATE, figures=figures)


def _integrity(last: LastCheck | None, installed_at: datetime, now: datetime) -> Check:
    since = last.ended_at if last else installed_at
    figures: dict[str, Figure] = {
        "checked_at": last.ended_at if last else None,
        "limit_hours": _hours(CHECK_AGE),
        "faults": last.fault_count if last else 0,
    }
    if last and last.fault_count:
        return Check(
            CheckName.INTEGRITY, Level.FAULT, "rights" if last.finds_changed_rights else "faults", figures
        )
    if now - since > CHECK_AGE:
        return Check(CheckName.INTEGRITY, Level.ATTENTION, "late", figures)
    return Check(CheckName.INTEGRITY, Level.OK if last else Level.UNKNOWN, figures=figures)


def _jobs(waiting: Waiting, now: datetime) -> Check:
    figures: dict[str, Figure] = {
        "waiting": waiting.jobs,
        "oldest": waiting.oldest_job,
        "failed": waiting.failed_jobs,
        "limit_minutes": int(JOB_WAIT.total_seconds()) // 60,
    }
    if waiting.oldest_job and now - waiting.oldest_job > JOB_WAIT:
        return Check(CheckName.JOBS, Level.ATTENTION, "stuck", figures)
    if waiting.failed_jobs:
        return Check(CheckName.JOBS, Level.ATTENTION, "failed", figures)
    return Check(CheckName.JOBS, figures=figures)


def _quarantine(waiting: Waiting, now: datetime) -> Check:
    oldest = waiting.oldest_quarantined
    figures: dict[str, Figure] = {
        "count": waiting.quarantined,
        "oldest": oldest,
        "limit_days": QUARANTINE_AGE.days,
    }
    is_old = oldest is not None and now - oldest > QUARANTINE_AGE
    return Check(
        CheckName.QUARANTINE, Level.ATTENTION if is_old else Level.OK, "old" if is_old else "", figures
    )


def _webhooks(waiting: Waiting) -> Check:
    figures: dict[str, Figure] = {
        "count": waiting.webhooks,
        "failing": waiting.failing_webhooks,
        "oldest": waiting.oldest_failing,
    }
    is_failing = waiting.failing_webhooks > 0
    level = Level.ATTENTION if is_failing else Level.OK
    return Check(CheckName.WEBHOOKS, level, "failing" if is_failing else "", figures)


def _second_factor(settings: Settings, waiting: Waiting) -> Check:
    figures: dict[str, Figure] = {"count": waiting.lacking_factor}
    if settings.second_factor != "required":
        return Check(CheckName.SECOND_FACTOR, Level.ATTENTION, "optional", figures)
    is_lacking = waiting.lacking_factor > 0
    level = Level.ATTENTION if is_lacking else Level.OK
    return Check(CheckName.SECOND_FACTOR, level, "lacking" if is_lacking else "", figures)


def _hours(span: timedelta) -> int:
    return int(span.total_seconds()) // 3600


def _mebibytes(size: int) -> int:
    return -(-size // _MEBIBYTE)
