"""Record and feed: each record once as its stored wire bytes, and its latest place in its scope."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from field178_server.database.declarative_base import Key, KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.flask_extension import Model


class Record(Model):
    """One record; `body` is the canonical text of `data`, byte for byte what `h` was computed from.

    `subject_id` names the record that a conflict or review is about, so that both move with it.
    """

    __tablename__ = "record"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "scope"], ["scope.tenant_id", "scope.scope"]),
        CheckConstraint("rev > 0", name="rev"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("length(h) = 32", name="h"),
        Index(None, "tenant_id", "subject_id"),
        Index(None, "tenant_id", "type"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    type: Mapped[Key]
    scope: Mapped[Key]
    rev: Mapped[int]
    seq: Mapped[int]
    deleted: Mapped[bool]
    h: Mapped[str]
    body: Mapped[str]
    subject_id: Mapped[MaybeKey]


class Feed(Model):
    """Latest position of a record in a scope: `put` (it is here) or `leave` (it went). Newest wins.

    `left_rev`: of a leave, the last revision that the record had in this scope.
    """

    __tablename__ = "feed"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "scope"], ["scope.tenant_id", "scope.scope"]),
        UniqueConstraint("tenant_id", "scope", "seq"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("kind IN ('put', 'leave')", name="kind"),
    )

    tenant_id: Mapped[TenantKey]
    scope: Mapped[KeyPart]
    record_id: Mapped[KeyPart]
    seq: Mapped[int]
    kind: Mapped[str]
    left_rev: Mapped[int | None]
