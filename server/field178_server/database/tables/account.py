"""Tables of officers: accounts, scopes, hand-overs, saved views, browser sessions, attempts, audit trail."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, Key, KeyPart, MaybeKey, TenantKey, table_args


class Officer(Base):
    """An account of an officer for tablets, console, or both. `role`: role id of the code lists.

    `password_resets`: number of passwords set by the office; each ends the bindings to tablets.
    `passkey_count`: number of the rows of `passkey`, which is read with the officer at every request.
    `mail_topics`: topics of e-mails, space-separated; NULL: the default of the role.
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
    passkey_count: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    @property
    def name_and_login(self) -> str:
        """The name with the login, which no administrator changes: for notices and pages of oversight."""
        return f"{self.name} ({self.login})" if self.name else self.login


class OfficerScope(Base):
    """A scope of an officer: team or unit whose records the officer may read."""

    __tablename__ = "officer_scope"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
    )

    tenant_id: Mapped[TenantKey]
    officer_id: Mapped[KeyPart]
    scope: Mapped[KeyPart]


class HandOver(Base):
    """A hand-over of an officer's open work to another officer.

    `records`: JSON object {record: {rev, review_rev, before}}. It can be undone for records whose revisions
    are unchanged; `before`: the officer of an earlier hand-over, null: the officer who filed the record.
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


class SavedView(Base):
    """A saved view of a list by an officer: filters, columns, order; `query`: the query string of its URL."""

    __tablename__ = "saved_view"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
    )

    tenant_id: Mapped[TenantKey]
    officer_id: Mapped[KeyPart]
    list_name: Mapped[KeyPart]
    name: Mapped[KeyPart]
    query: Mapped[str]


class ConsoleSession(Base):
    """A browser session of the console; the token of its cookie is stored hashed."""

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


class AttemptCount(Base):
    """Number of failed attempts by one key (an address, a login, a code prefix) since an instant."""

    __tablename__ = "attempt"
    __table_args__ = table_args(CheckConstraint("failures >= 0", name="failures"))

    tenant_id: Mapped[TenantKey]
    key: Mapped[KeyPart]
    failures: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]


class Audit(Base):
    """An entry of the audit trail: actor, action and object, without content; `audit_id` sorts by time.

    Index and hash in the chain are written once, outside of the requests; each run signs its last row.
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
