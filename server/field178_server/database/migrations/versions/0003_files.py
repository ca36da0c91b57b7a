"""Add tables of files: references of records (filled from stored records), uploads, blobs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAMING = (
    "SELECT r.tenant_id, r.record_id, r.scope, r.body, min(c.received_at) AS named_at FROM record r "
    "JOIN change c ON c.tenant_id = r.tenant_id AND c.record_id = r.record_id "
    "WHERE NOT {deleted} AND r.body LIKE '%\"attachments\":%' "
    "GROUP BY r.tenant_id, r.record_id, r.scope, r.body"
)


def upgrade() -> None:
    attachment = op.create_table(
        "attachment",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("attachment_key", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("device_id", KEY, nullable=True),
        sa.Column("named_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "record_id", "attachment_key", "sha256", name=op.f("pk_attachment")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.record_id"],
            name=op.f("fk_attachment_tenant_id_record_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_attachment_tenant_id_sha256"), "attachment", ["tenant_id", "sha256"])
    _create_upload()
    _create_blob()
    if not op.get_context().as_sql:
        op.bulk_insert(attachment, list(_named_before()))


def _create_upload() -> None:
    op.create_table(
        "upload",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("upload_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("metadata_text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "upload_id", name=op.f("pk_upload")),
        sa.CheckConstraint("state IN ('open', 'done', 'gone')", name=op.f("ck_upload_state")),
        sa.CheckConstraint("size > 0", name=op.f("ck_upload_size")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_upload_tenant_id_device_id"),
        ),
        sqlite_strict=True,
    )
    for columns in (["sha256"], ["device_id", "state", "size"], ["state", "expires_at"]):
        named = ["tenant_id", *columns]
        op.create_index(op.f(f"ix_upload_{'_'.join(named)}"), "upload", named)


def _create_blob() -> None:
    op.create_table(
        "blob",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.Column("backed_up_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "sha256", name=op.f("pk_blob")),
        sa.CheckConstraint("size > 0", name=op.f("ck_blob_size")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_blob_sha256")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_blob_tenant_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_blob_tenant_id_size"), "blob", ["tenant_id", "size"])


def _named_before() -> Iterator[dict[str, object]]:
    connection = op.get_bind()
    deleted = "r.deleted" if connection.dialect.name == "postgresql" else "(r.deleted = 1)"
    for row in connection.execute(sa.text(_NAMING.format(deleted=deleted))).mappings().all():
        entries = json.loads(row["body"]).get("attachments")
        for key, entry in (entries if isinstance(entries, dict) else {}).items():
            if isinstance(entry, dict) and _SHA256.fullmatch(str(entry.get("sha256"))):
                yield {
                    "tenant_id": row["tenant_id"],
                    "record_id": row["record_id"],
                    "attachment_key": key,
                    "sha256": entry["sha256"],
                    "scope": row["scope"],
                    "size": int(entry.get("size") or 0),
                    "content_type": str(entry.get("content_type") or ""),
                    "kind": entry.get("evidence_kind"),
                    "device_id": None,
                    "named_at": row["named_at"],
                }


def downgrade() -> None:
    op.drop_table("blob")
    op.drop_table("upload")
    op.drop_table("attachment")
