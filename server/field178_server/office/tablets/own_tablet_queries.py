"""Tablets enrolled in an officer's name of which the officer has not said yet whether they are theirs."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from field178_server.database.models import Device, EnrolmentCode, Notice, Officer


class OwnTablet(NamedTuple):
    """A tablet, when it was enrolled, and who issued its code: None is the operator at the server."""

    device_id: str
    label: str
    enrolled_at: datetime
    issuer: str | None


def unanswered_tablets(
    session: Session, tenant_id: str, officer_id: str, now: datetime
) -> tuple[OwnTablet, ...]:
    """Return the tablets that an officer is asked about, the latest first."""
    code = and_(
        EnrolmentCode.tenant_id == Device.tenant_id,
        EnrolmentCode.device_id == Device.device_id,
        EnrolmentCode.public_key == Device.public_key,
    )
    issuer = and_(Officer.tenant_id == Device.tenant_id, Officer.officer_id == EnrolmentCode.issued_by)
    query = (
        select(Device.device_id, Device.label, Device.enrolled_at, Officer.name)
        .join(Notice, and_(Notice.tenant_id == Device.tenant_id, Notice.device_id == Device.device_id))
        .join(EnrolmentCode, code)
        .outerjoin(Officer, issuer)
        .where(Notice.tenant_id == tenant_id, Notice.officer_id == officer_id, Notice.until > now)
        .order_by(Notice.notice_id.desc())
    )
    return tuple(OwnTablet(*row) for row in session.execute(query))
