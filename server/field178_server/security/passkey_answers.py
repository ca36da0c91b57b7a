"""Options for and answers of passkeys (WebAuthn), by py_webauthn: origin, challenge, signature, counter."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_ANSWER = 16_384


class PasskeyRefusedError(ValueError):
    """An answer that is malformed, or whose origin, challenge, signature or counter is not accepted."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The server as browsers know it: host name and origin of its public address."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What the server stores of a new passkey; credential id and public key as base64url."""

    credential_id: str
    public_key: str
    sign_count: int


def relying_party(url: str) -> RelyingParty | None:
    """Return the server of an address; None for a number as host, to which browsers give no passkey."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return RelyingParty(host, f"{parts.scheme}://{parts.netloc}")
    return None


def creation_options(
    party: RelyingParty, officer_id: str, login: str, challenge: bytes, existing: Sequence[str]
) -> dict[str, object]:
    """Return what a browser needs to make a passkey; `existing`: credential ids of the officer."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    options = webauthn.generate_registration_options(
        rp_id=party.host,
        rp_name="Sổ hiện trường 178",
        user_id=officer_id.encode(),
        user_name=login,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(key)) for key in existing],
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def request_options(party: RelyingParty, challenge: bytes, existing: Sequence[str]) -> dict[str, object]:
    """Return what a browser needs to answer with one of the officer's passkeys."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    options = webauthn.generate_authentication_options(
        rp_id=party.host,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(key)) for key in existing],
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def check_new(party: RelyingParty, challenge: bytes, answer: str) -> NewPasskey:
    """Return the passkey of a browser's answer, or raise PasskeyRefusedError."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url

    _refuse_long(answer)
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
        )
    except _malformed() as error:
        raise PasskeyRefusedError from error
    return NewPasskey(
        bytes_to_base64url(verified.credential_id),
        bytes_to_base64url(verified.credential_public_key),
        verified.sign_count,
    )


def check_answer(party: RelyingParty, challenge: bytes, answer: str, stored: NewPasskey) -> int:
    """Return the new counter of a passkey whose answer is right, or raise PasskeyRefusedError.

    A counter that does not grow is that of a copy, and refused.
    """
    import webauthn
    from webauthn.helpers import base64url_to_bytes

    _refuse_long(answer)
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(stored.public_key),
            credential_current_sign_count=stored.sign_count,
        )
    except _malformed() as error:
        raise PasskeyRefusedError from error
    return verified.new_sign_count


def credential_id_of(answer: str) -> str:
    """Return the credential id that an answer names, "" for none."""
    _refuse_long(answer)
    try:
        data = json.loads(answer)
    except ValueError:
        return ""
    name = data.get("id") if isinstance(data, dict) else None
    return name if isinstance(name, str) else ""


def _malformed() -> tuple[type[Exception], ...]:
    """Return the error classes of a malformed answer: those of py_webauthn, and of data without a member."""
    from webauthn.helpers.exceptions import WebAuthnException

    return WebAuthnException, ValueError, TypeError, LookupError


def _refuse_long(answer: str) -> None:
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefusedError
