"""Tables of register imports: drafts and results, their records, and remembered choices."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, Key, KeyPart, MaybeKey, TenantKey, table_args


class RegisterImport(Base):
    """An import of a file of establishments, from upload to undo; its rows are in a file of the data folder.

    `choices`: JSON object of sheet, columns, values for all rows, spellings, and rows to import although they
    are possible duplicates. `counts`: JSON object of numbers, written with the records.
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


class RegisterImportRecord(Base):
    """A record created by an import, with its row in the file."""

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


class RegisterImportChoice(Base):
    """A remembered choice for later files: columns of a set of headings, or the id of a spelling."""

    __tablename__ = "register_import_choice"
    __table_args__ = table_args(ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]))

    tenant_id: Mapped[TenantKey]
    kind: Mapped[KeyPart]
    key: Mapped[KeyPart]
    value: Mapped[str]
