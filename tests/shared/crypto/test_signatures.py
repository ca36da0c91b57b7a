"""Raw keys and signatures in base64url, and nothing that only looks like them."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field178_shared.crypto.signatures import decode, is_public_key, is_signed

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.urlsafe_b64encode(KEY.public_key().public_bytes_raw()).rstrip(b"=").decode()
SIGNATURE = base64.urlsafe_b64encode(KEY.sign("lời".encode())).rstrip(b"=").decode()


def test_a_signature_holds_for_its_message_and_key() -> None:
    assert is_signed(PUBLIC, "lời", SIGNATURE)
    assert not is_signed(PUBLIC, "lơi", SIGNATURE)


@pytest.mark.parametrize(
    "signature", ["", "A", SIGNATURE[:-1], SIGNATURE + "=", SIGNATURE + "A", SIGNATURE[:-1] + "!", "é" * 86]
)
def test_a_signature_of_another_form_never_holds(signature: str) -> None:
    assert not is_signed(PUBLIC, "lời", signature)


@pytest.mark.parametrize(
    "key",
    [
        "",
        PUBLIC + "=",
        PUBLIC[:-1],
        "A" * 42,
        "A" * 44,
        PUBLIC[:-1] + "/",
        base64.b64encode(b"x" * 32).decode(),
    ],
)
def test_a_key_of_another_form_is_none(key: str) -> None:
    assert not is_public_key(key)
    assert not is_signed(key, "lời", SIGNATURE)


def test_two_texts_never_name_one_key() -> None:
    last = PUBLIC[-1]
    twins = [PUBLIC[:-1] + chr(ord(last) + 1), PUBLIC[:-1] + chr(ord(last) - 1)]
    assert decode(PUBLIC) is not None
    assert [decode(twin) for twin in twins] == [None, None]
