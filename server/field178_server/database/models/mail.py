"""Table of the e-mails that wait to be sent, were sent, or could not be."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Key, KeyPart, TenantKey, table_args
from field178_server.database.flask_extension import Model


class Mail(Model):
    """One e-mail to one officer, with counts, record codes and links alone; it goes to the account's address.

    `address`: the former one to which it goes instead, until it is sent or given up.

    One that is waiting or being sent is taken up from `next_try_at` on: a process that died while sending
    leaves it to the next. `reason`: why the last try failed.
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
