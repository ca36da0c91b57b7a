"""Add tables of register imports, their records, and remembered choices (decision 0080)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "register_import",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("import_id", KEY, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("uploaded_by", KEY, nullable=True),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("job_id", KEY, nullable=True),
        sa.Column("applied_at", INSTANT, nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "import_id", name=op.f("pk_register_import")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_register_import_tenant_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "job_id"],
            ["job.tenant_id", "job.job_id"],
            name=op.f("fk_register_import_tenant_id_job_id"),
        ),
        sa.CheckConstraint(
            "applied_at IS NOT NULL OR undone_at IS NULL", name=op.f("ck_register_import_undone")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "register_import_record",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("import_id", KEY, nullable=False),
        sa.Column("row_number", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", name=op.f("pk_register_import_record")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "import_id"],
            ["register_import.tenant_id", "register_import.import_id"],
            name=op.f("fk_register_import_record_tenant_id_import_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.record_id"],
            name=op.f("fk_register_import_record_tenant_id_record_id"),
        ),
        sa.CheckConstraint("row_number > 0", name=op.f("ck_register_import_record_row_number")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_register_import_record_tenant_id_import_id"),
        "register_import_record",
        ["tenant_id", "import_id"],
    )
    op.create_table(
        "register_import_choice",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "key", name=op.f("pk_register_import_choice")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_register_import_choice_tenant_id")
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("register_import_choice")
    op.drop_table("register_import_record")
    op.drop_table("register_import")
