"""Table of feed tokens, by which programs read the office's data (OData)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, Key, KeyPart, MaybeKey, TenantKey, table_args


class FeedToken(Base):
    """A feed token with the access of its officer; only a hash of the token is stored.

    It reads nothing before the officer accepted it (`accepted_at`).
    `requests`: number of requests with it; `last_read_at`: the time of the last one.
    """

    __tablename__ = "feed_token"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
        ForeignKeyConstraint(["tenant_id", "made_by"], ["officer.tenant_id", "officer.officer_id"]),
        ForeignKeyConstraint(["tenant_id", "revoked_by"], ["officer.tenant_id", "officer.officer_id"]),
        UniqueConstraint("tenant_id", "token_hash"),
        CheckConstraint("length(token_hash) = 64", name="token_hash"),
        CheckConstraint("length(label) BETWEEN 1 AND 120", name="label"),
        CheckConstraint("expires_at > made_at", name="life"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        CheckConstraint("requests >= 0", name="requests"),
    )

    tenant_id: Mapped[TenantKey]
    token_id: Mapped[KeyPart]
    token_hash: Mapped[Key]
    label: Mapped[str]
    officer_id: Mapped[Key]
    made_by: Mapped[Key]
    made_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    last_read_at: Mapped[datetime | None]
    requests: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[MaybeKey]
