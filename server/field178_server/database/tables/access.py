"""Table of access requests: passwords, accounts and rights that wait for a second person."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from field178_server.database.declarative_base import Base, Key, KeyPart, MaybeKey, TenantKey, table_args

PASSWORD, ACCOUNT, RIGHTS, MEMBERSHIP = "password", "account", "rights", "membership"
KINDS = (PASSWORD, ACCOUNT, RIGHTS, MEMBERSHIP)
ACCEPTED, CONFIRMED, ALONE, REFUSED, WITHDRAWN = "accepted", "confirmed", "alone", "refused", "withdrawn"


class AccessRequest(Base):
    """A change of an officer's access that takes effect when it is accepted or confirmed.

    `details`: JSON object with the requested rights. `password_hash`: of the password that the officer chose
    by a link, until the decision. `asked_by`, `decided_by`: NULL for the operator of the server.
    """

    __tablename__ = "access_request"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
        Index(None, "tenant_id", "officer_id"),
        CheckConstraint("kind IN ('password', 'account', 'rights', 'membership')", name="kind"),
        CheckConstraint(
            "outcome IN ('accepted', 'confirmed', 'alone', 'refused', 'withdrawn')", name="outcome"
        ),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="decided"),
    )

    tenant_id: Mapped[TenantKey]
    request_id: Mapped[KeyPart]
    officer_id: Mapped[Key]
    kind: Mapped[str]
    details: Mapped[str]
    password_hash: Mapped[str | None]
    asked_by: Mapped[MaybeKey]
    asked_at: Mapped[datetime]
    decided_by: Mapped[MaybeKey]
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
