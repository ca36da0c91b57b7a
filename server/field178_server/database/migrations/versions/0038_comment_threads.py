"""Add the count of open comment threads to filed records (decision 0007)."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
INDEX = "ix_filed_record_open_threads"
# So far each comment is a thread without answers, so that no record changes its drawer.
REVIEWS = sa.text(
    "SELECT filed_record.tenant_id, filed_record.record_id, record.body FROM filed_record "
    "JOIN record ON record.tenant_id = filed_record.tenant_id "
    "AND record.subject_id = filed_record.record_id AND record.type = 'review' "
    "WHERE filed_record.review_state = 'returned' AND NOT record.deleted"
)
COUNTED = sa.text(
    "UPDATE filed_record SET open_threads = :count WHERE tenant_id = :tenant AND record_id = :record"
)


def upgrade() -> None:
    op.add_column("filed_record", sa.Column("open_threads", WHOLE, nullable=False, server_default="0"))
    connection = op.get_bind()
    counts = [
        {"tenant": tenant, "record": record, "count": count}
        for tenant, record, body in connection.execute(REVIEWS)
        if (count := _open(json.loads(body)))
    ]
    if counts:
        connection.execute(COUNTED, counts)
    where = sa.text("open_threads > 0")
    op.create_index(
        INDEX,
        "filed_record",
        ["tenant_id", "reviewed_at", "record_id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_index(INDEX, "filed_record")
    op.drop_column("filed_record", "open_threads")


def _open(review: dict[str, object]) -> int:
    comments = review.get("comments")
    threads = comments.values() if isinstance(comments, dict) else ()
    return sum(isinstance(thread, dict) and "done_rev" not in thread for thread in threads)
