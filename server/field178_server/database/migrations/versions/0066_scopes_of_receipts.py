"""Keep the digest of a tablet's receipts and its backup mark in its row, and receipts of a second tablet."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
COPY, LIFE = "receipt_copy", "incarnation"
TOLD_TO = "ix_receipt_tenant_id_told_to_v"
IS_TOLD = sa.text("told_to IS NOT NULL")
NOTHING = "0" * 32
MASK = (1 << 128) - 1


def upgrade() -> None:
    op.create_table(
        COPY,
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("change_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("v", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "change_id", "device_id", name=op.f(f"pk_{COPY}")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f(f"fk_{COPY}_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_id"],
            ["receipt.tenant_id", "receipt.change_id"],
            name=op.f(f"fk_{COPY}_tenant_id_change_id"),
        ),
        sa.CheckConstraint("v > 0", name=op.f(f"ck_{COPY}_v")),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{COPY}_tenant_id_device_id_v"), COPY, ["tenant_id", "device_id", "v"])
    op.execute(
        f"INSERT INTO {COPY} (tenant_id, change_id, device_id, v) "  # noqa: S608  constants
        "SELECT tenant_id, change_id, told_to, v FROM receipt WHERE told_to IS NOT NULL"
    )
    # The count of the tablet that got it is in the copy; the sender's own is the first one.
    op.execute("UPDATE receipt SET v = first_v WHERE told_to IS NOT NULL")
    op.drop_index(op.f(TOLD_TO), "receipt")
    op.drop_column("receipt", "told_to")
    op.drop_column("quarantine", "v")
    op.add_column("device", sa.Column("receipt_count", WHOLE, nullable=False, server_default="0"))
    op.add_column("device", sa.Column("receipt_sum", sa.Text(), nullable=False, server_default=NOTHING))
    op.add_column("device", sa.Column("backed_up", WHOLE, nullable=False, server_default="0"))
    _count_receipts()
    # Its marks count changes, not receipts: the next backup marks anew.
    op.drop_table(LIFE)


def _count_receipts() -> None:
    digests = defaultdict[tuple[str, str], list[int]](lambda: [0, 0])
    for row in _receipts():
        quoted = "null" if row.reason is None else f'"{row.reason}"'
        verdict = f'["{row.change_id}","{row.status}",{quoted}]'.encode()
        digest = digests[row.tenant_id, row.device_id]
        digest[0] += 1
        digest[1] += int(hashlib.sha256(verdict).hexdigest()[:32], 16)
    update = sa.text(
        "UPDATE device SET receipt_count = :number, receipt_sum = :total "
        "WHERE tenant_id = :tenant AND device_id = :device"
    )
    for (tenant_id, device_id), (number, total) in digests.items():
        keys = {"tenant": tenant_id, "device": device_id}
        op.get_bind().execute(update, {**keys, "number": number, "total": f"{total & MASK:032x}"})


def _receipts() -> Iterator[sa.Row[Any]]:
    own = "SELECT tenant_id, device_id, change_id, status, reason FROM receipt"
    copies = (
        f"SELECT {COPY}.tenant_id, {COPY}.device_id, change_id, status, reason "  # noqa: S608  constants
        f"FROM {COPY} JOIN receipt USING (tenant_id, change_id)"
    )
    for query in (own, copies):
        yield from op.get_bind().execute(sa.text(query).execution_options(yield_per=1000))


def downgrade() -> None:
    op.create_table(
        LIFE,
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("incarnation", KEY, nullable=False),
        sa.Column("receipt_count", WHOLE, nullable=False),
        sa.Column("receipt_sum", sa.Text(), nullable=False),
        sa.Column("backed_up", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "device_id", "incarnation", name=op.f("pk_incarnation")),
        sa.CheckConstraint("receipt_count >= 0 AND backed_up >= 0", name=op.f("ck_incarnation_counters")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_incarnation_tenant_id_device_id"),
        ),
        sqlite_strict=True,
    )
    _count_lives()
    for column in ("backed_up", "receipt_sum", "receipt_count"):
        op.drop_column("device", column)
    op.add_column("quarantine", sa.Column("v", WHOLE, nullable=False, server_default="1"))
    op.add_column("receipt", sa.Column("told_to", KEY, nullable=True))
    op.create_index(
        op.f(TOLD_TO),
        "receipt",
        ["tenant_id", "told_to", "v"],
        sqlite_where=IS_TOLD,
        postgresql_where=IS_TOLD,
    )
    newest = (
        f"SELECT %s FROM {COPY} WHERE {COPY}.tenant_id = receipt.tenant_id "  # noqa: S608  constants
        f"AND {COPY}.change_id = receipt.change_id ORDER BY v DESC LIMIT 1"
    )
    op.execute(
        f"UPDATE receipt SET told_to = ({newest % 'device_id'}), v = COALESCE(({newest % 'v'}), v)"  # noqa: S608
    )
    op.drop_table(COPY)


def _count_lives() -> None:
    digests = defaultdict[tuple[str, str, str], list[int]](lambda: [0, 0])
    query = sa.text("SELECT tenant_id, device_id, incarnation, change_id FROM receipt")
    for row in op.get_bind().execute(query.execution_options(yield_per=1000)):
        digest = digests[row.tenant_id, row.device_id, row.incarnation]
        digest[0] += 1
        digest[1] += int.from_bytes(hashlib.sha256(f"rc|{row.change_id}".encode()).digest()[:16])
    insert = sa.text(f"INSERT INTO {LIFE} VALUES (:tenant, :device, :life, :number, :total, 0)")  # noqa: S608
    for (tenant_id, device_id, life_id), (number, total) in digests.items():
        keys = {"tenant": tenant_id, "device": device_id, "life": life_id}
        op.get_bind().execute(insert, {**keys, "number": number, "total": f"{total & MASK:032x}"})
