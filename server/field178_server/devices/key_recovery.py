"""Recovery of the data key of a tablet whose officers all forgot their PINs.

Two people are needed: an administrator who issues a one-time code for the officer, and the officer with the
password. The data key is returned in a sealed box for a key that the tablet created for this request.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.orm import Session

from field178_server.database.models import Device, DeviceOfficer, Officer
from field178_server.devices import enrolment
from field178_server.devices.orders import order_in_force
from field178_server.security.keyring import to_base64url
from field178_shared.crypto.sealed_box import DEVICE_KEY, RandomBytes, boxed_for, opened_under, unboxed
from field178_shared.device_orders import OrderKind
from field178_shared.errors import AppError, ErrorCode


@dataclass(frozen=True, slots=True)
class KeyRecoveryClaim:
    """Claim of a locked tablet; device id and code are text, the other values raw bytes."""

    device_id: str
    code: str
    box: bytes
    device_key: bytes
    answer_key: bytes


def open_box(
    sealings: Iterable[X25519PrivateKey], device: Device, claim: KeyRecoveryClaim, random_bytes: RandomBytes
) -> bytes:
    """Return the data key in a sealed box for the tablet, or raise AppError(enrolment_refused).

    The data key MUST decrypt the private key of this device: another box belongs to another tablet.
    """
    for sealing in sealings:
        # A box for another sealing key, of another server, or an invalid key.
        with suppress(InvalidTag, ValueError):
            key = unboxed(sealing.private_bytes_raw(), claim.box)
            raw = opened_under(key, DEVICE_KEY, claim.device_key)
            if raw is not None and _public_of(raw) == device.public_key:
                return boxed_for(claim.answer_key, key, random_bytes)
    raise AppError(ErrorCode.ENROLMENT_REFUSED)


def admit(
    session: Session, tenant_id: str, officer_id: str, claim: KeyRecoveryClaim, now: datetime
) -> Device:
    """Use the code for a tablet and return its device; repeated with the same answer key it succeeds again.

    Raises AppError(enrolment_refused), also for a tablet that is revoked, that an order closes, or that the
    officer does not use.
    """
    device = session.get(Device, (tenant_id, claim.device_id))
    is_theirs = session.get(DeviceOfficer, (tenant_id, claim.device_id, officer_id)) is not None
    order = order_in_force(session, tenant_id, claim.device_id)
    is_closed = order is not None and order.kind != OrderKind.OPEN
    if device is None or device.revoked_at is not None or is_closed or not is_theirs:
        raise AppError(ErrorCode.ENROLMENT_REFUSED)
    officer = session.get_one(Officer, (tenant_id, officer_id))
    enrolment.use_code(session, officer, claim.code, to_base64url(claim.answer_key), claim.device_id, now)
    return device


def _public_of(private: bytes) -> str:
    return to_base64url(Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())
