"""Tables of imports of the register: drafts and results, the records of each, and choices to remember."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Key, KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.flask_extension import Model


class RegisterImport(Model):
    """One file of establishments, from its upload to its undoing; its rows lie in the data folder meanwhile.

    `choices` is a JSON object: sheet, columns, values for all rows, words, rows to take although they look
    alike. `counts` is a JSON object of numbers, written with the records.
    """

    __tablename__ = "register_import"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        ForeignKeyConstraint(["tenant_id", "job_id"], ["job.tenant_id", "job.job_id"]),
        CheckConstraint("applied_at IS NOT NULL OR undone_at IS NULL", name="undone"),
    )

    tenant_id: Mapped[TenantKey]
    import_id: Mapped[KeyPart]
    file_name: Mapped[str]
    uploaded_by: Mapped[MaybeKey]
    uploaded_at: Mapped[datetime]
    choices: Mapped[str] = mapped_column(default="{}")
    counts: Mapped[str] = mapped_column(default="{}")
    job_id: Mapped[MaybeKey]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class RegisterImportRecord(Model):
    """A record that an import made, and the row of the file it came from."""

    __tablename__ = "register_import_record"
    __table_args__ = table_args(
        ForeignKeyConstraint(
            ["tenant_id", "import_id"], ["register_import.tenant_id", "register_import.import_id"]
        ),
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "import_id"),
        CheckConstraint("row_number > 0", name="row_number"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    import_id: Mapped[Key]
    row_number: Mapped[int]


class RegisterImportChoice(Model):
    """A choice that the next file is met with: columns of a set of headings, the id of a spelling."""

    __tablename__ = "register_import_choice"
    __table_args__ = table_args(ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]))

    tenant_id: Mapped[TenantKey]
    kind: Mapped[KeyPart]
    key: Mapped[KeyPart]
    value: Mapped[str]
