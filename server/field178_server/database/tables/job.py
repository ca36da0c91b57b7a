"""Table of background jobs with progress and outcome."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, KeyPart, MaybeKey, TenantKey, table_args


class Job(Base):
    """A background job; `arguments` and `outcome`: JSON objects of ids, codes and counts, without content.

    The outcome is written in the transaction of the job's effect. `attempt_count`: number of starts, so that
    a job that crashes the process is not started for ever.
    """

    __tablename__ = "job"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        Index(None, "tenant_id", "state"),
        CheckConstraint("state IN ('queued', 'running', 'done', 'stopped', 'failed')", name="state"),
        CheckConstraint("done_count >= 0 AND total_count >= 0 AND attempt_count >= 0", name="counts"),
        CheckConstraint("(ended_at IS NULL) = (state IN ('queued', 'running'))", name="ended"),
    )

    tenant_id: Mapped[TenantKey]
    job_id: Mapped[KeyPart]
    kind: Mapped[str]
    arguments: Mapped[str] = mapped_column(default="{}")
    state: Mapped[str] = mapped_column(default="queued")
    done_count: Mapped[int] = mapped_column(default=0)
    total_count: Mapped[int] = mapped_column(default=0)
    attempt_count: Mapped[int] = mapped_column(default=0)
    is_stop_wanted: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str] = mapped_column(default="{}")
    queued_by: Mapped[MaybeKey]
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
