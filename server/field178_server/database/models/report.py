"""Tables of reports: content signed off, content frozen, and the templates of the office."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from field178_server.database.declarative_base import Key, KeyPart, TenantKey, table_args
from field178_server.database.flask_extension import Model


class SignedReport(Model):
    """Content of the latest sign-off of a report: canonical JSON, compressed; `figures` is its digest.

    A sign-off holds while the report names the same digest.
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


class FrozenReport(Model):
    """All that a report is made of: canonical JSON, compressed; `sha256` is that of the JSON.

    `template` names the bytes that its document is filled into.
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


class ReportTemplate(Model):
    """A template: the office's own, in use while it has no end; or the product's of a day.

    It stays for good: frozen reports are made with the one of their day.
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
