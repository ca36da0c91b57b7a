"""Officers: people who use tablets and the console, their scopes and console sessions; attempts; audit."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Key, KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.flask_extension import Model


class Officer(Model):
    """A user of tablets, the console, or both. `role` is a role id of the code lists.

    `password_resets` counts the passwords that the office has set; each ends the bindings to tablets.
    `mail_topics`: what the officer is told of by e-mail, with blanks between; null is all of the role.
    """

    __tablename__ = "officer"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        UniqueConstraint("tenant_id", "login"),
        CheckConstraint("language IN ('vi', 'en')", name="language"),
    )

    tenant_id: Mapped[TenantKey]
    officer_id: Mapped[KeyPart]
    login: Mapped[Key]
    name: Mapped[str]
    agency: Mapped[str]
    role: Mapped[str]
    language: Mapped[str] = mapped_column(default="vi")
    email: Mapped[str | None]
    mail_topics: Mapped[str | None]
    password_hash: Mapped[str | None]
    password_resets: Mapped[int] = mapped_column(default=0, server_default="0")
    totp_secret: Mapped[str | None]
    totp_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class OfficerScope(Model):
    """A scope an officer of limited access (team leader, commune reporter) may see in the console."""

    __tablename__ = "officer_scope"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
    )

    tenant_id: Mapped[TenantKey]
    officer_id: Mapped[KeyPart]
    scope: Mapped[KeyPart]


class HandOver(Model):
    """The open work of an officer given to another one in one step.

    `records` is a JSON object of what was given, {record: {rev, review_rev, before}}: it can be taken back
    while both revisions stand; `before` is who had it by an earlier hand-over, null: who filed it.
    """

    __tablename__ = "hand_over"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "from_id"], ["officer.tenant_id", "officer.officer_id"]),
        ForeignKeyConstraint(["tenant_id", "to_id"], ["officer.tenant_id", "officer.officer_id"]),
        Index(None, "tenant_id", "from_id"),
    )

    tenant_id: Mapped[TenantKey]
    hand_over_id: Mapped[KeyPart]
    from_id: Mapped[Key]
    to_id: Mapped[Key]
    made_by: Mapped[MaybeKey]
    made_at: Mapped[datetime]
    records: Mapped[str]
    undone_by: Mapped[MaybeKey]
    undone_at: Mapped[datetime | None]


class SavedView(Model):
    """Filters, columns and order of a list that an officer keeps under a name; `query` as in an address."""

    __tablename__ = "saved_view"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
    )

    tenant_id: Mapped[TenantKey]
    officer_id: Mapped[KeyPart]
    list_name: Mapped[KeyPart]
    name: Mapped[KeyPart]
    query: Mapped[str]


class ConsoleSession(Model):
    """A signed-in browser; the cookie's token is stored hashed."""

    __tablename__ = "console_session"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
        Index(None, "tenant_id", "officer_id"),
    )

    tenant_id: Mapped[TenantKey]
    token_hash: Mapped[KeyPart]
    officer_id: Mapped[Key]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_until: Mapped[datetime | None]


class AttemptCount(Model):
    """Counted failures under one key (an address, a login, a code prefix) since an instant."""

    __tablename__ = "attempt"
    __table_args__ = table_args(CheckConstraint("failures >= 0", name="failures"))

    tenant_id: Mapped[TenantKey]
    key: Mapped[KeyPart]
    failures: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]


class Audit(Model):
    """Actor, action and object, never its content; `audit_id` is a UUIDv7, so rows sort by time.

    The place in the chain and its hash are set once, beside the requests; each run signs its last row.
    """

    __tablename__ = "audit"
    __table_args__ = table_args(
        Index(None, "tenant_id", "at"),
        Index(None, "tenant_id", "object_id", "at"),
        Index(None, "tenant_id", "actor_id", "at"),
        Index(None, "tenant_id", "chain_index", "audit_id"),
        CheckConstraint("actor_kind IN ('device', 'officer', 'operator', 'system')", name="actor_kind"),
    )

    tenant_id: Mapped[TenantKey]
    audit_id: Mapped[KeyPart]
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[MaybeKey]
    action: Mapped[str]
    object_id: Mapped[MaybeKey]
    scope: Mapped[MaybeKey]
    details: Mapped[str | None]
    chain_index: Mapped[int | None]
    chain_hash: Mapped[str | None]
    chain_sig: Mapped[str | None]
