"""Enrolment: a one-time code from the office makes a tablet a device of the tenant."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import update
from sqlalchemy.orm import Session

from field178_server.models import Device, DeviceOfficer, EnrolmentCode, Officer
from field178_server.services import scopes
from field178_server.services.rowcount import changed_rows
from field178_shared.errors import AppError, ErrorCode
from field178_shared.signatures import is_signed

CODE_LENGTH = 16
CODE_LIFE = timedelta(minutes=10)
PREFIX_LENGTH = 4
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHAPE = re.compile(f"[{CROCKFORD}]{{{CODE_LENGTH}}}")
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class Claim:
    """What a tablet sends to enrol; `code` is as typed, the signature is over exactly that."""

    code: str
    public_key: str
    label: str
    signature: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A tablet that belongs to the tenant, with what it may read and whose it is."""

    device_id: str
    officer_id: str
    officer_name: str
    scopes: tuple[str, ...]


def new_code(randomness: random.Random) -> str:
    """Return a fresh code of 80 random bits."""
    return "".join(randomness.choice(CROCKFORD) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str:
    """Return a code as Crockford reads it: case, hyphens, and the letters O, I, L do not matter."""
    return text.upper().translate(_READ_AS)


def is_code(text: str) -> bool:
    """Tell whether a text can be a code at all."""
    return _SHAPE.fullmatch(read_code(text)) is not None


def prefix_of(text: str) -> str:
    """Return the part of a code under which attempts are counted."""
    return read_code(text)[:PREFIX_LENGTH]


def link(url: str, code: str, ca_pin: str | None, receipt_key: str) -> str:
    """Return what the QR of a code says: where, which code, whom to trust."""
    pairs = {"u": url, "c": code, **({"p": ca_pin} if ca_pin else {}), "k": receipt_key}
    return "field178:enrol?" + urlencode(pairs, safe=":/")


def issue(session: Session, officer: Officer, code: str, granted: Sequence[str], now: datetime) -> None:
    """Store a code for an officer's tablet; the rows of the granted scopes MUST exist."""
    session.add(
        EnrolmentCode(
            tenant_id=officer.tenant_id,
            code_hash=_hash(code),
            officer_id=officer.officer_id,
            scopes=json.dumps(sorted(set(granted))),
            created_at=now,
            expires_at=now + CODE_LIFE,
        )
    )
    session.flush()


def enrol(session: Session, tenant_id: str, claim: Claim, device_id: str, now: datetime) -> Enrolled:
    """Make the tablet a device under `device_id`, or answer the one this code and key made before.

    Raises AppError(signature_refused | enrolment_refused); a wrong, used and expired code look the same.
    """
    if not is_signed(claim.public_key, f"field178-enrol-v1|{claim.code}|{claim.public_key}", claim.signature):
        raise AppError(ErrorCode.SIGNATURE_REFUSED)
    code = session.get(EnrolmentCode, (tenant_id, _hash(claim.code)))
    if code is None or now >= code.expires_at:
        raise AppError(ErrorCode.ENROLMENT_REFUSED)
    officer = session.get_one(Officer, (tenant_id, code.officer_id))
    if officer.disabled_at is not None:
        raise AppError(ErrorCode.ENROLMENT_REFUSED)
    if _claim(session, code, claim.public_key, now):
        return _make_device(session, code, officer, claim, device_id, now)
    return _same_device(session, code, officer, claim.public_key)


def use_code(
    session: Session, officer: Officer, code_text: str, public_key: str, device_id: str, now: datetime
) -> None:
    """Use up a code issued for an officer, for a tablet that is one already; repeated: taken again.

    Raises AppError(enrolment_refused).
    """
    code = session.get(EnrolmentCode, (officer.tenant_id, _hash(code_text)))
    if code is None or now >= code.expires_at or code.officer_id != officer.officer_id:
        raise AppError(ErrorCode.ENROLMENT_REFUSED)
    if _claim(session, code, public_key, now):
        code.device_id = device_id
        session.flush()
    elif (code.public_key, code.device_id) != (public_key, device_id):
        raise AppError(ErrorCode.ENROLMENT_REFUSED)


def _claim(session: Session, code: EnrolmentCode, public_key: str, now: datetime) -> bool:
    """Use the code up in one statement, so that of many claims at once exactly one wins."""
    claimed = session.execute(
        update(EnrolmentCode)
        .where(
            EnrolmentCode.tenant_id == code.tenant_id,
            EnrolmentCode.code_hash == code.code_hash,
            EnrolmentCode.used_at.is_(None),
        )
        .values(used_at=now, public_key=public_key)
        .execution_options(synchronize_session=False)
    )
    session.refresh(code)
    return changed_rows(claimed) == 1


def _make_device(
    session: Session, code: EnrolmentCode, officer: Officer, claim: Claim, device_id: str, now: datetime
) -> Enrolled:
    device = Device(
        tenant_id=code.tenant_id,
        device_id=device_id,
        label=claim.label,
        public_key=claim.public_key,
        user_id=officer.officer_id,
        enrolled_at=now,
    )
    session.add(device)
    session.flush()
    code.device_id = device_id
    scopes.grant(session, device, json.loads(code.scopes), now)
    bind_officer(session, device, officer, now)
    return _enrolled(session, device, officer)


def _same_device(session: Session, code: EnrolmentCode, officer: Officer, public_key: str) -> Enrolled:
    """Answer a repeated claim whose answer was lost on the way."""
    if code.public_key != public_key or code.device_id is None:
        raise AppError(ErrorCode.ENROLMENT_REFUSED)
    device = session.get_one(Device, (code.tenant_id, code.device_id))
    if device.revoked_at is not None:
        raise AppError(ErrorCode.ENROLMENT_REFUSED)
    return _enrolled(session, device, officer)


def bind_officer(session: Session, device: Device, officer: Officer, now: datetime) -> None:
    """Let an officer stand in changes from this tablet; a second time changes nothing."""
    key = (device.tenant_id, device.device_id, officer.officer_id)
    if session.get(DeviceOfficer, key) is None:
        tenant_id, device_id, officer_id = key
        session.add(
            DeviceOfficer(tenant_id=tenant_id, device_id=device_id, officer_id=officer_id, bound_at=now)
        )
        session.flush()


def _enrolled(session: Session, device: Device, officer: Officer) -> Enrolled:
    return Enrolled(
        device.device_id, officer.officer_id, officer.name, tuple(scopes.granted_to(session, device))
    )


def _hash(code: str) -> str:
    return hashlib.sha256(read_code(code).encode("utf-8", "replace")).hexdigest()
