"""Tables of passkeys (WebAuthn) and of the challenges that wait for an answer of one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, Key, KeyPart, TenantKey, table_args

REGISTER, SIGN_IN, CONFIRM = "register", "sign_in", "confirm"


class Passkey(Base):
    """A passkey of an officer; its private half never leaves the officer's device.

    `credential_id`, `public_key`: base64url. `sign_count`: of the last answer; most passkeys stay at 0.
    """

    __tablename__ = "passkey"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
        UniqueConstraint("tenant_id", "credential_id"),
        Index(None, "tenant_id", "officer_id"),
        CheckConstraint("sign_count >= 0", name="sign_count"),
        CheckConstraint("length(name) BETWEEN 1 AND 64", name="name"),
    )

    tenant_id: Mapped[TenantKey]
    passkey_id: Mapped[KeyPart]
    officer_id: Mapped[Key]
    credential_id: Mapped[Key]
    public_key: Mapped[str]
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str]
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """A challenge to an officer's browser, stored hashed; it is deleted by its first answer."""

    __tablename__ = "passkey_challenge"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
        CheckConstraint("purpose IN ('register', 'sign_in', 'confirm')", name="purpose"),
    )

    tenant_id: Mapped[TenantKey]
    challenge_hash: Mapped[KeyPart]
    officer_id: Mapped[Key]
    purpose: Mapped[str]
    expires_at: Mapped[datetime]
