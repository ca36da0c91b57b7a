"""Table of backups: every attempt with its folder, its proof and its last drill."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, KeyPart, MaybeKey, TenantKey, table_args


class BackupRun(Base):
    """An attempt of a backup, by a command or a job; `taken_at`: the instant of its snapshot.

    `folder` is empty for a failed attempt. `faults`: JSON list of codes. A drill finds the row by the hash of
    the manifest, so that the backup may be copied elsewhere.
    """

    __tablename__ = "backup_run"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        Index(None, "tenant_id", "state"),
        Index(None, "tenant_id", "manifest_sha256"),
        CheckConstraint("state IN ('proved', 'not_proved', 'failed')", name="state"),
        CheckConstraint("size >= 0", name="size"),
    )

    tenant_id: Mapped[TenantKey]
    run_id: Mapped[KeyPart]
    state: Mapped[str]
    folder: Mapped[str] = mapped_column(default="")
    manifest_sha256: Mapped[MaybeKey]
    size: Mapped[int] = mapped_column(default=0)
    faults: Mapped[str] = mapped_column(default="[]")
    taken_by: Mapped[MaybeKey]
    taken_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    drilled_at: Mapped[datetime | None]
