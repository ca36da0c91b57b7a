"""Table of e-mails: waiting, sent and failed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, Key, KeyPart, TenantKey, table_args


class Mail(Base):
    """An e-mail to an officer with only counts, record codes and links, sent to the account's address.

    `address`: a former address to use instead, until the e-mail is sent or given up.

    A waiting e-mail, or one being sent, is sent from `next_try_at` on, so that the e-mail of a process that
    died is sent by another. `reason`: error of the last attempt.
    """

    __tablename__ = "mail"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
        Index(None, "tenant_id", "state", "next_try_at"),
        Index(None, "tenant_id", "made_at", "mail_id"),
        CheckConstraint("kind IN ('account', 'digest', 'returned', 'test')", name="kind"),
        CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed')", name="state"),
        CheckConstraint("attempt_count >= 0", name="attempt_count"),
    )

    tenant_id: Mapped[TenantKey]
    mail_id: Mapped[KeyPart]
    officer_id: Mapped[Key]
    kind: Mapped[str]
    day: Mapped[date]
    subject: Mapped[str]
    text: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    attempt_count: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    reason: Mapped[str | None]
    address: Mapped[str | None]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
