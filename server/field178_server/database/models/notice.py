"""Tables of notices: what is shown for a while and to whom, and who has it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from field178_server.database.declarative_base import KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.flask_extension import Model

INFO = "info"
# These two release the tablet's mass deletion guard for as long as they are shown.
REMOVAL = "removal"
REFORM = "reform"
KINDS = (INFO, REMOVAL, REFORM)
# They go with every full `hello`.
MAX_SHOWN = 20


class Notice(Model):
    """One notice in both languages, shown from `since`, without one from its making, until `until`.

    To everybody; with `audience` to the officers of a team (`team:ID`), an agency (`agency:ID`) or a role
    (`role:ID`) and to their tablets; with `officer_id` to the tablets this officer is bound to, but not on
    `device_id`, the tablet that it is about; without a `device_id` to this officer in the console, about the
    own account.
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


class NoticeDelivery(Model):
    """A tablet that has stored a notice, and when it first said so."""

    __tablename__ = "notice_delivery"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "notice_id"], ["notice.tenant_id", "notice.notice_id"]),
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
    )

    tenant_id: Mapped[TenantKey]
    notice_id: Mapped[KeyPart]
    device_id: Mapped[KeyPart]
    delivered_at: Mapped[datetime]


class NoticeReading(Model):
    """An officer who said in the console that a notice was read, and when."""

    __tablename__ = "notice_reading"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "notice_id"], ["notice.tenant_id", "notice.notice_id"]),
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
    )

    tenant_id: Mapped[TenantKey]
    notice_id: Mapped[KeyPart]
    officer_id: Mapped[KeyPart]
    read_at: Mapped[datetime]
