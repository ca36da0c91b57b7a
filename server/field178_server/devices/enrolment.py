"""Enrolment: a one-time code registers a tablet; the sign-in of its officer activates it."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.engine import changed_rows
from field178_server.database.models import Device, DeviceOfficer, EnrolmentCode, Notice, Officer
from field178_server.database.tables.notice import INFO
from field178_server.records import scopes
from field178_server.records.scopes import Grants
from field178_shared.crypto.signatures import is_signed
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import datetime_text

CODE_LENGTH = 16
CODE_LIFE = timedelta(minutes=10)
PREFIX_LENGTH = 4
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHAPE = re.compile(f"[{CROCKFORD}]{{{CODE_LENGTH}}}")
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class Claim:
    """An enrolment claim of a tablet; `code` is as typed, and the signature covers exactly that text."""

    code: str
    public_key: str
    label: str
    signature: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolled tablet, and the officer who MUST sign in first."""

    device_id: str
    officer_id: str
    officer_name: str
    login: str


def new_code(randomness: random.Random) -> str:
    """Return a new code of 80 random bits."""
    return "".join(randomness.choice(CROCKFORD) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str:
    """Return the normal form of a code (Crockford base32): upper case, no hyphens, O as 0, I and L as 1."""
    return text.upper().translate(_READ_AS)


def is_code(text: str) -> bool:
    """Return whether a text has the form of a code."""
    return _SHAPE.fullmatch(read_code(text)) is not None


def prefix_of(text: str) -> str:
    """Return the prefix of a code, by which attempts are limited."""
    return read_code(text)[:PREFIX_LENGTH]


def link(url: str, code: str, pins: Sequence[str], receipt_key: str) -> str:
    """Return the link for the QR code: server URL, code, TLS pins, receipt key (protocol R10.1)."""
    pairs = [("u", url), ("c", code), *(("p", pin) for pin in pins), ("k", receipt_key)]
    return "field178:enrol?" + urlencode(pairs, safe=":/")


def issue(session: Session, context: OperationContext, officer: Officer, code: str, grants: Grants) -> None:
    """Store a code for an officer's tablet; the rows of the granted scopes MUST exist."""
    now = context.now()
    session.add(
        EnrolmentCode(
            tenant_id=officer.tenant_id,
            code_hash=_hash(code),
            officer_id=officer.officer_id,
            scopes=json.dumps(dict(grants), sort_keys=True),
            issued_by=context.actor.id,
            created_at=now,
            expires_at=now + CODE_LIFE,
        )
    )
    session.flush()
    context.note(session, AuditEntry("enrolment_code_issued", officer.officer_id))


def enrol(session: Session, context: OperationContext, claim: Claim, pins: Sequence[str] = ()) -> Enrolled:
    """Create the device of a tablet, without scopes and officers; a repeated claim returns the same device.

    `pins`: the TLS pins in the current enrolment codes, stored as the pins that the device trusts.

    Raises AppError(signature_refused | enrolment_refused); wrong, used and expired codes get the same error.
    """
    now = context.now()
    if not is_signed(claim.public_key, f"field178-enrol-v1|{claim.code}|{claim.public_key}", claim.signature):
        raise AppError(ErrorCode.SIGNATURE_REFUSED)
    code = session.get(EnrolmentCode, (context.tenant_id, _hash(claim.code)))
    if code is None or now >= code.expires_at:
        raise AppError(ErrorCode.ENROLMENT_REFUSED)
    officer = session.get_one(Officer, (context.tenant_id, code.officer_id))
    if officer.disabled_at is not None:
        raise AppError(ErrorCode.ENROLMENT_REFUSED)
    if _claim(session, code, claim.public_key, now):
        device = _make_device(session, context, code, claim)
        device.tls_pins = " ".join(pins) or None
        announce(session, context, device, code.issued_by)
    else:
        device = _same_device(session, code, claim.public_key)
    return Enrolled(device.device_id, officer.officer_id, officer.name, officer.login)


def use_code(
    session: Session, officer: Officer, code_text: str, public_key: str, device_id: str, now: datetime
) -> None:
    """Use a code that was issued for an officer, for an existing tablet; a repeated call succeeds again.

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
    """Mark the code as used in one statement, so that exactly one of concurrent claims succeeds."""
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


def bind_officer(session: Session, context: OperationContext, device: Device, officer: Officer) -> None:
    """Bind an officer who has signed in on this tablet; an inactive binding becomes active again.

    The first officer MUST be the one of the enrolment code, whose scopes are granted then. Raises
    AppError(officer_mismatch).
    """
    is_first = not _has_officers(session, device)
    if is_first and officer.officer_id != device.user_id:
        raise AppError(ErrorCode.OFFICER_MISMATCH)
    if is_first:
        scopes.grant(session, device, _grants_of_code(session, device), context.now())
        context.note(session, AuditEntry("device_activated", device.device_id))
    key = (device.tenant_id, device.device_id, officer.officer_id)
    binding = session.get(DeviceOfficer, key)
    if binding is None:
        tenant_id, device_id, officer_id = key
        binding = DeviceOfficer(
            tenant_id=tenant_id, device_id=device_id, officer_id=officer_id, bound_at=context.now()
        )
        session.add(binding)
    binding.password_resets = officer.password_resets
    session.flush()
    context.note(session, AuditEntry("officer_bound", device.device_id))


def _make_device(session: Session, context: OperationContext, code: EnrolmentCode, claim: Claim) -> Device:
    device = Device(
        tenant_id=code.tenant_id,
        device_id=context.ids.time_ordered(),
        label=claim.label,
        public_key=claim.public_key,
        user_id=code.officer_id,
        enrolled_at=context.now(),
    )
    session.add(device)
    session.flush()
    code.device_id = device.device_id
    details = {"officer": code.officer_id, "issued_by": code.issued_by}
    context.note(session, AuditEntry("device_enrolled", device.device_id, details=details))
    return device


def _same_device(session: Session, code: EnrolmentCode, public_key: str) -> Device:
    """Return the device of a repeated claim, whose first answer was lost."""
    if code.public_key != public_key or code.device_id is None:
        raise AppError(ErrorCode.ENROLMENT_REFUSED)
    device = session.get_one(Device, (code.tenant_id, code.device_id))
    if device.revoked_at is not None:
        raise AppError(ErrorCode.ENROLMENT_REFUSED)
    return device


def _has_officers(session: Session, device: Device) -> bool:
    own = (DeviceOfficer.tenant_id == device.tenant_id, DeviceOfficer.device_id == device.device_id)
    return session.scalar(select(DeviceOfficer.officer_id).where(*own).limit(1)) is not None


def _grants_of_code(session: Session, device: Device) -> Grants:
    # The key distinguishes the enrolment code from codes of a key recovery, which also have the device id.
    of_code = (
        EnrolmentCode.tenant_id == device.tenant_id,
        EnrolmentCode.device_id == device.device_id,
        EnrolmentCode.public_key == device.public_key,
    )
    grants: Grants = json.loads(session.scalars(select(EnrolmentCode.scopes).where(*of_code)).one())
    return grants


def _hash(code: str) -> str:
    return hashlib.sha256(read_code(code).encode("utf-8", "replace")).hexdigest()


SHOWN_FOR = timedelta(days=30)
_VI = (
    "Máy tính bảng “{label}” vừa được đăng ký tên {name} lúc {at}, mã do {issuer} cấp. "
    "Nếu không phải bạn, hãy báo ngay cho quản trị hệ thống để thu hồi máy đó."
)
_EN = (
    "The tablet “{label}” was enrolled in the name of {name} on {at}, with a code issued by {issuer}. "
    "If that was not you, tell the administrator at once, who revokes it."
)
_OPERATOR = ("người vận hành máy chủ", "the operator of the server")


def announce(session: Session, context: OperationContext, device: Device, issued_by: str | None) -> None:
    """Add a notice about the enrolment for the tablet's officer, on the console and their other tablets."""
    now = context.now()
    name = session.get_one(Officer, (context.tenant_id, device.user_id)).name
    issuer = None if issued_by is None else session.get(Officer, (context.tenant_id, issued_by))
    issuer_vi, issuer_en = (issuer.name, issuer.name) if issuer is not None else _OPERATOR
    values = {"label": device.label, "name": name, "at": datetime_text(now)}
    session.add(
        Notice(
            tenant_id=context.tenant_id,
            notice_id=context.ids.time_ordered(),
            kind=INFO,
            officer_id=device.user_id,
            device_id=device.device_id,
            text_vi=_VI.format(**values, issuer=issuer_vi),
            text_en=_EN.format(**values, issuer=issuer_en),
            made_at=now,
            until=now + SHOWN_FOR,
        )
    )
    session.flush()
