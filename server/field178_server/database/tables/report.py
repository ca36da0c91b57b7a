"""Tables of reports: content of sign-offs, frozen content, and the templates of the office."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from field178_server.database.declarative_base import Base, Key, KeyPart, TenantKey, table_args


class SignedReport(Base):
    """Content of the latest sign-off of a report: canonical JSON, compressed; `figures` is its digest.

    A sign-off is valid while the report has the same digest.
    """

    __tablename__ = "signed_report"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "report_id"], ["record.tenant_id", "record.record_id"]),
        CheckConstraint("length(figures) = 64", name="figures"),
    )

    tenant_id: Mapped[TenantKey]
    report_id: Mapped[KeyPart]
    figures: Mapped[Key]
    signed_at: Mapped[datetime]
    body: Mapped[bytes]


class FrozenReport(Base):
    """Frozen content of a report: canonical JSON, compressed; `sha256`: hash of the JSON.

    `template`: hash of the template of its document.
    """

    __tablename__ = "frozen_report"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "report_id"], ["record.tenant_id", "record.record_id"]),
        ForeignKeyConstraint(
            ["tenant_id", "template"], ["report_template.tenant_id", "report_template.sha256"]
        ),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    tenant_id: Mapped[TenantKey]
    report_id: Mapped[KeyPart]
    sha256: Mapped[Key]
    frozen_at: Mapped[datetime]
    body: Mapped[bytes]
    template: Mapped[Key]


class ReportTemplate(Base):
    """A report template: the office's own, in use while it has no end; or the product's on some day.

    Templates are never deleted, because frozen reports use them.
    """

    __tablename__ = "report_template"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    tenant_id: Mapped[TenantKey]
    sha256: Mapped[KeyPart]
    name: Mapped[str]
    body: Mapped[bytes]
    taken_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
