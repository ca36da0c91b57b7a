"""Numbers of minutes: which were leased to which tablet, and which are left out for ever."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.flask_extension import Model


class NumberLease(Model):
    """Numbers of one team's series of a year. `used_to`: the highest one on a record of the store, 0: none.

    Without a tablet they are left out: a history that was lost may have leased them. A number is in one
    row alone: whoever leases begins behind the last row, and of two at once the key refuses one.
    """

    __tablename__ = "number_lease"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "scope"], ["scope.tenant_id", "scope.scope"]),
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        Index(None, "tenant_id", "device_id", "incarnation"),
        CheckConstraint("from_number > 0 AND to_number >= from_number AND used_to >= 0", name="numbers"),
        CheckConstraint("(device_id IS NULL) = (incarnation IS NULL)", name="life"),
    )

    tenant_id: Mapped[TenantKey]
    scope: Mapped[KeyPart]
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    to_number: Mapped[int]
    device_id: Mapped[MaybeKey]
    incarnation: Mapped[MaybeKey]
    code: Mapped[str | None]
    used_to: Mapped[int] = mapped_column(default=0)
    leased_at: Mapped[datetime]
