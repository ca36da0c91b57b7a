"""Enrolment of a tablet by a one-time code, and sign-in of an officer by password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from field178_mobile.ports import Json
from field178_mobile.vault import base64url
from field178_mobile.vault.model import Enrolment, TabletOfficer
from field178_shared.crypto.sealed_box import unboxed
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.protocol import MAX_LABEL, Reader

_MOST_KEYS = 1_000


class Caller(Protocol):
    """Calls the server outside of the exchange; raises AppError."""

    url: str
    pin: str

    def call(self, path: str, body: Json, *, with_session: bool = False) -> Json:
        """Post an object and return the answered one."""
        ...


@dataclass(frozen=True, slots=True)
class EnrolLink:
    """Content of the QR of an enrolment code: server URL, code and trusted keys.

    `pin`: pins of the server's certificates separated by blanks, "" if the system's authorities are used.
    """

    url: str
    code: str
    pin: str = ""
    receipt_key: str = ""


def read_address(text: str) -> str | None:
    """Return the address with its scheme (default https), or None if it is invalid."""
    bare = text.strip().rstrip("/")
    full = bare if "://" in bare else f"https://{bare}"
    try:
        parts = urlsplit(full)
        has_server = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that are none
        return None
    return full if bare and parts.scheme in ("http", "https") and has_server else None


def read_link(text: str) -> EnrolLink | None:
    """Return the enrolment link of a scanned or pasted text, None for other texts."""
    start, _, query = text.strip().partition("?")
    if start.lower() != "field178:enrol":
        return None
    values = parse_qs(query)
    address, code, receipt_key = (values.get(name, [""])[0] for name in "uck")
    url = read_address(address)
    if url is None or not code:
        return None
    return EnrolLink(url, code, " ".join(values.get("p", [])), receipt_key)


def enrol(caller: Caller, code: str, label: str, device_key: bytes, receipt_key: str = "") -> Enrolment:
    """Enrol this tablet as a device; it syncs nothing before the officer of the code has signed in.

    The same code and key again return the same device.

    Raises AppError: enrolment_refused, no_network, not_our_server (also if the server has another receipt key
    than the link).
    """
    private = Ed25519PrivateKey.from_private_bytes(device_key)
    public_key = base64url.encode(private.public_key().public_bytes_raw())
    signature = private.sign(f"field178-enrol-v1|{code}|{public_key}".encode())
    answer = Reader(
        caller.call(
            "/api/v1/devices",
            {
                "code": code,
                "public_key": public_key,
                "label": label[:MAX_LABEL],
                "signature": base64url.encode(signature),
            },
        )
    )
    user = answer.members("user")
    enrolment = Enrolment(
        url=caller.url,
        device=answer.uuid("device"),
        tenant=answer.text("tenant"),
        receipt_key=answer.text("receipt_key"),
        sealing_key=answer.text("sealing_key"),
        user=_officer(user),
        pin=caller.pin,
        login=Reader(user).text("login", default=""),
        former_receipt_keys=" ".join(answer.texts("former_receipt_keys", _MOST_KEYS)),
        key_number=answer.integer("keys", default=0),
    )
    if receipt_key and receipt_key != enrolment.receipt_key:
        raise AppError(ErrorCode.NOT_OUR_SERVER)
    return enrolment


def bind_officer(caller: Caller, login: str, password: str, totp: str = "") -> TabletOfficer:
    """Sign an officer in on this tablet, online: at the first use and whenever the server requires it.

    Raises AppError: sign_in_refused, officer_mismatch, forbidden, slow_down, no_network, not_our_server.
    """
    body: Json = {"login": login, "password": password, **({"totp": totp} if totp else {})}
    return _officer(Reader(caller.call("/api/v1/devices/officers", body, with_session=True)).members("user"))


@dataclass(frozen=True, slots=True)
class Locked:
    """A tablet that no PIN opens: which device, its data key boxed for the office, its sealed device key."""

    device: str
    box: bytes
    device_key: bytes


@dataclass(frozen=True, slots=True)
class OfficerSignIn:
    """Credentials of an officer; `totp` is empty for most officers."""

    login: str
    password: str
    totp: str = ""


def recover(
    caller: Caller, locked: Locked, code: str, typed: OfficerSignIn, answer_key: bytes
) -> RecoveredKey:
    """Request the data key of a locked tablet; the same code and key return the same answer.

    `answer_key` is a raw X25519 private key created for this answer. Raises AppError: enrolment_refused,
    sign_in_refused, slow_down, no_network, not_our_server (also for a box that the key does not open).
    """
    public = X25519PrivateKey.from_private_bytes(answer_key).public_key().public_bytes_raw()
    body: Json = {
        "device": locked.device,
        "code": code,
        "login": typed.login,
        "password": typed.password,
        **({"totp": typed.totp} if typed.totp else {}),
        "box": base64url.encode(locked.box),
        "device_key": base64url.encode(locked.device_key),
        "answer_key": base64url.encode(public),
    }
    answer = Reader(caller.call("/api/v1/devices/recovery", body))
    try:
        key = unboxed(answer_key, base64url.decode(answer.text("box")))
    except (InvalidTag, ValueError):
        raise AppError(ErrorCode.NOT_OUR_SERVER) from None
    return RecoveredKey(_officer(answer.members("user")), key)


@dataclass(frozen=True, repr=False, slots=True)
class RecoveredKey:
    """Who signed in, and the data key of the tablet."""

    officer: TabletOfficer
    key: bytes


def post_receipt(caller: Caller, receipt: Json) -> None:
    """Send the receipt of an order, which its signature authenticates; raises AppError without an answer."""
    caller.call("/api/v1/devices/orders", receipt)


def session_signature(device_key: bytes, nonce: str, device: str) -> str:
    """Return the signature that opens a session for this device."""
    private = Ed25519PrivateKey.from_private_bytes(device_key)
    return base64url.encode(private.sign(f"field178-session-v1|{nonce}|{device}".encode()))


def _officer(value: object) -> TabletOfficer:
    user = Reader(value)
    agency, role = user.text("agency", default=""), user.text("role", default="")
    return TabletOfficer(user.text("id"), user.text("name", default=""), agency, role)
