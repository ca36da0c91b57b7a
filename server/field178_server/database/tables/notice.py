"""Tables of notices, their delivery to tablets and their confirmation by officers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from field178_server.database.declarative_base import Base, KeyPart, MaybeKey, TenantKey, table_args

INFO = "info"
# Kinds that release the tablet's mass deletion guard while they are shown.
REMOVAL = "removal"
REFORM = "reform"
KINDS = (INFO, REMOVAL, REFORM)
# Notices are sent with every full `hello`.
MAX_SHOWN = 20


class Notice(Base):
    """A notice in both languages, shown from `since` (NULL: at once) until `until`.

    Recipients: everybody; with `audience` the officers of a team (`team:ID`), an agency (`agency:ID`) or a
    role (`role:ID`) and their tablets; with `officer_id` and `device_id` the officer's tablets except that
    device, which the notice is about; with `officer_id` alone this officer in the console, about the account.
    """

    __tablename__ = "notice"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        Index(None, "tenant_id", "until"),
        CheckConstraint("kind IN ('info', 'removal', 'reform')", name="kind"),
    )

    tenant_id: Mapped[TenantKey]
    notice_id: Mapped[KeyPart]
    kind: Mapped[str]
    audience: Mapped[MaybeKey]
    officer_id: Mapped[MaybeKey]
    device_id: Mapped[MaybeKey]
    text_vi: Mapped[str]
    text_en: Mapped[str]
    made_by: Mapped[MaybeKey]
    made_at: Mapped[datetime]
    since: Mapped[datetime | None]
    until: Mapped[datetime]


class NoticeDelivery(Base):
    """Delivery of a notice to a tablet, with the time of the first confirmation."""

    __tablename__ = "notice_delivery"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "notice_id"], ["notice.tenant_id", "notice.notice_id"]),
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
    )

    tenant_id: Mapped[TenantKey]
    notice_id: Mapped[KeyPart]
    device_id: Mapped[KeyPart]
    delivered_at: Mapped[datetime]


class NoticeReading(Base):
    """Confirmation of a notice by an officer in the console, with its time."""

    __tablename__ = "notice_reading"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "notice_id"], ["notice.tenant_id", "notice.notice_id"]),
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
    )

    tenant_id: Mapped[TenantKey]
    notice_id: Mapped[KeyPart]
    officer_id: Mapped[KeyPart]
    read_at: Mapped[datetime]
