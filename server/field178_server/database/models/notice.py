"""Table of the notices that tablets show for a while."""

from __future__ import annotations

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
    """One notice in both languages, shown from its making until `until`.

    To every tablet; with `officer_id` to the tablets this officer is bound to, but not on `device_id`, the
    tablet that it is about.
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
    officer_id: Mapped[MaybeKey]
    device_id: Mapped[MaybeKey]
    text_vi: Mapped[str]
    text_en: Mapped[str]
    made_at: Mapped[datetime]
    until: Mapped[datetime]
