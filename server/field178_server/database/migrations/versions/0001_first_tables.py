"""Create the first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
FLAG = sa.Integer().with_variant(sa.Boolean(), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
DAY = sa.Text().with_variant(sa.Date(), "postgresql")


def upgrade() -> None:  # noqa: PLR0915  # a list of tables is read from top to bottom
    op.create_table(
        "attempt",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("failures", WHOLE, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=op.f("pk_attempt")),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_attempt_failures")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("audit_id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", KEY, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_id", KEY, nullable=True),
        sa.Column("scope", KEY, nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "audit_id", name=op.f("pk_audit")),
        sa.CheckConstraint(
            "actor_kind IN ('device', 'officer', 'operator', 'system')", name=op.f("ck_audit_actor_kind")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_audit_tenant_id_at"), "audit", ["tenant_id", "at"])
    op.create_table(
        "challenge",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("nonce_hash", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "nonce_hash", name=op.f("pk_challenge")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_challenge_tenant_id_expires_at"), "challenge", ["tenant_id", "expires_at"])
    op.create_table(
        "change",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("change_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=True),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("rev", WHOLE, nullable=True),
        sa.Column("at", sa.Text(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "change_id", name=op.f("pk_change")),
        sa.CheckConstraint("rev IS NULL OR rev > 0", name=op.f("ck_change_rev")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_change_tenant_id_record_id"), "change", ["tenant_id", "record_id"])
    op.create_table(
        "tenant",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("payload_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant")),
        sqlite_strict=True,
    )
    op.create_table(
        "device",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("verdicts", WHOLE, nullable=False),
        sa.Column("enrolled_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("last_seen_at", INSTANT, nullable=True),
        sa.Column("app_version", sa.Text(), nullable=True),
        sa.Column("clock_offset_ms", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "device_id", name=op.f("pk_device")),
        sa.CheckConstraint("length(label) <= 64", name=op.f("ck_device_label")),
        sa.CheckConstraint("verdicts >= 0", name=op.f("ck_device_verdicts")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_device_tenant_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "officer",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("login", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_step", WHOLE, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "officer_id", name=op.f("pk_officer")),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_officer_language")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_officer_tenant_id")),
        sa.UniqueConstraint("tenant_id", "login", name=op.f("uq_officer_tenant_id_login")),
        sqlite_strict=True,
    )
    op.create_table(
        "scope",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("floor", WHOLE, nullable=False),
        sa.Column("live_count", WHOLE, nullable=False),
        sa.Column("live_sum", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "scope", name=op.f("pk_scope")),
        sa.CheckConstraint("kind IN ('unit', 'team', 'ref', 'office')", name=op.f("ck_scope_kind")),
        sa.CheckConstraint("live_count >= 0", name=op.f("ck_scope_live_count")),
        sa.CheckConstraint("seq >= 0 AND floor >= 0 AND floor <= seq", name=op.f("ck_scope_seq")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_scope_tenant_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "console_session",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("token_hash", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("confirmed_until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "token_hash", name=op.f("pk_console_session")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "officer_id"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_console_session_tenant_id_officer_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_console_session_tenant_id_officer_id"), "console_session", ["tenant_id", "officer_id"]
    )
    op.create_table(
        "device_officer",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("bound_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "device_id", "officer_id", name=op.f("pk_device_officer")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_device_officer_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "officer_id"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_device_officer_tenant_id_officer_id"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "device_scope",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "device_id", "scope", name=op.f("pk_device_scope")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_device_scope_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "scope"],
            ["scope.tenant_id", "scope.scope"],
            name=op.f("fk_device_scope_tenant_id_scope"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_device_scope_tenant_id_scope"), "device_scope", ["tenant_id", "scope"])
    op.create_table(
        "device_session",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("token_hash", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "token_hash", name=op.f("pk_device_session")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_device_session_tenant_id_device_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_device_session_tenant_id_device_id"), "device_session", ["tenant_id", "device_id"]
    )
    op.create_table(
        "enrolment_code",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("code_hash", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("device_id", KEY, nullable=True),
        sa.Column("public_key", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "code_hash", name=op.f("pk_enrolment_code")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_enrolment_code_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "officer_id"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_enrolment_code_tenant_id_officer_id"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "feed",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "scope", "record_id", name=op.f("pk_feed")),
        sa.CheckConstraint("kind IN ('put', 'leave')", name=op.f("ck_feed_kind")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_feed_seq")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "scope"], ["scope.tenant_id", "scope.scope"], name=op.f("fk_feed_tenant_id_scope")
        ),
        sa.UniqueConstraint("tenant_id", "scope", "seq", name=op.f("uq_feed_tenant_id_scope_seq")),
        sqlite_strict=True,
    )
    op.create_table(
        "incarnation",
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
    op.create_table(
        "officer_scope",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "officer_id", "scope", name=op.f("pk_officer_scope")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "officer_id"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_officer_scope_tenant_id_officer_id"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "quarantine",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("change_id", KEY, nullable=False),
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("incarnation", KEY, nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("v", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "change_id", "payload_hash", name=op.f("pk_quarantine")),
        sa.CheckConstraint(
            "state IN ('open', 'applied', 'replaced', 'discarded')", name=op.f("ck_quarantine_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_quarantine_tenant_id_device_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_quarantine_tenant_id_record_id"), "quarantine", ["tenant_id", "record_id"])
    op.create_index(
        op.f("ix_quarantine_tenant_id_state_reason"), "quarantine", ["tenant_id", "state", "reason"]
    )
    op.create_table(
        "receipt",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("change_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("incarnation", KEY, nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("rev", WHOLE, nullable=False),
        sa.Column("seq", WHOLE, nullable=True),
        sa.Column("h", sa.Text(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("v", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "change_id", name=op.f("pk_receipt")),
        sa.CheckConstraint("rev >= 0 AND v > 0", name=op.f("ck_receipt_counters")),
        sa.CheckConstraint(
            "status IN ('applied', 'unchanged', 'conflict', 'quarantined')", name=op.f("ck_receipt_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_receipt_tenant_id_device_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_receipt_tenant_id_device_id_v"), "receipt", ["tenant_id", "device_id", "v"])
    op.create_table(
        "record",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("type", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("rev", WHOLE, nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("deleted", FLAG, nullable=False),
        sa.Column("h", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("subject_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", name=op.f("pk_record")),
        sa.CheckConstraint("length(h) = 32", name=op.f("ck_record_h")),
        sa.CheckConstraint("rev > 0", name=op.f("ck_record_rev")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_record_seq")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "scope"], ["scope.tenant_id", "scope.scope"], name=op.f("fk_record_tenant_id_scope")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_record_tenant_id_subject_id"), "record", ["tenant_id", "subject_id"])
    op.create_index(op.f("ix_record_tenant_id_type"), "record", ["tenant_id", "type"])
    op.create_table(
        "conflict_row",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("conflict_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entry_count", WHOLE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "conflict_id", name=op.f("pk_conflict_row")),
        sa.CheckConstraint("state IN ('open', 'resolved')", name=op.f("ck_conflict_row_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conflict_id"],
            ["record.tenant_id", "record.record_id"],
            name=op.f("fk_conflict_row_tenant_id_conflict_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_conflict_row_tenant_id_record_id"), "conflict_row", ["tenant_id", "record_id"])
    op.create_index(
        op.f("ix_conflict_row_tenant_id_state_changed_at"),
        "conflict_row",
        ["tenant_id", "state", "changed_at"],
    )
    op.create_table(
        "establishment_row",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("establishment_type_id", sa.Text(), nullable=False),
        sa.Column("operating_status_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("sort_key", KEY, nullable=False),
        sa.Column("lat", WHOLE, nullable=True),
        sa.Column("lon", WHOLE, nullable=True),
        sa.Column("registration_number", sa.Text(), nullable=True),
        sa.Column("inspection_priority_id", sa.Text(), nullable=True),
        sa.Column("rev", WHOLE, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", name=op.f("pk_establishment_row")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.record_id"],
            name=op.f("fk_establishment_row_tenant_id_record_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_establishment_row_tenant_id_sort_key"), "establishment_row", ["tenant_id", "sort_key"]
    )
    op.create_index(
        op.f("ix_establishment_row_tenant_id_unit_id_sort_key"),
        "establishment_row",
        ["tenant_id", "unit_id", "sort_key"],
    )
    op.create_table(
        "filed_record",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("unit_id", KEY, nullable=True),
        sa.Column("team_id", KEY, nullable=True),
        sa.Column("establishment_id", KEY, nullable=True),
        sa.Column("occurred_on", DAY, nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("attendance_count", WHOLE, nullable=True),
        sa.Column("first_time_count", WHOLE, nullable=True),
        sa.Column("rev", WHOLE, nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("device_id", KEY, nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("review_state", sa.Text(), nullable=False),
        sa.Column("review_rev", WHOLE, nullable=True),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", name=op.f("pk_filed_record")),
        sa.CheckConstraint(
            "review_state IN ('waiting', 'returned', 'approved', 'void')",
            name=op.f("ck_filed_record_review_state"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.record_id"],
            name=op.f("fk_filed_record_tenant_id_record_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_filed_record_tenant_id_establishment_id_occurred_on"),
        "filed_record",
        ["tenant_id", "establishment_id", "occurred_on"],
    )
    op.create_index(
        op.f("ix_filed_record_tenant_id_review_state_received_at"),
        "filed_record",
        ["tenant_id", "review_state", "received_at"],
    )
    op.create_index(
        op.f("ix_filed_record_tenant_id_type_occurred_on"),
        "filed_record",
        ["tenant_id", "type", "occurred_on"],
    )


def downgrade() -> None:
    op.drop_table("filed_record")
    op.drop_table("establishment_row")
    op.drop_table("conflict_row")
    op.drop_table("record")
    op.drop_table("receipt")
    op.drop_table("quarantine")
    op.drop_table("officer_scope")
    op.drop_table("incarnation")
    op.drop_table("feed")
    op.drop_table("enrolment_code")
    op.drop_table("device_session")
    op.drop_table("device_scope")
    op.drop_table("device_officer")
    op.drop_table("console_session")
    op.drop_table("scope")
    op.drop_table("officer")
    op.drop_table("device")
    op.drop_table("tenant")
    op.drop_table("change")
    op.drop_table("challenge")
    op.drop_table("audit")
    op.drop_table("attempt")
