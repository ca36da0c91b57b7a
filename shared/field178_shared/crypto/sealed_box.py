"""Encrypted content: under a secret key for one purpose, or in a box for the holder of a private key."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from field178_shared.wire.canonical import canonical

KEY_BYTES = 32
DEVICE_KEY = "device-key"  # purpose of the key that encrypts a tablet's own private key
_NONCE_BYTES = 12
_BOX = b"field178-sealed-box-v1"

RandomBytes = Callable[[int], bytes]


def sealed_under(key: bytes, purpose: str, content: bytes, random_bytes: RandomBytes) -> bytes:
    """Return content that opens only with the same key and for the same purpose."""
    nonce = random_bytes(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, content, canonical({"purpose": purpose}))


def opened_under(key: bytes, purpose: str, sealed: bytes) -> bytes | None:
    """Return the content, None if the key or the purpose differs."""
    try:
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return ChaCha20Poly1305(key).decrypt(nonce, body, canonical({"purpose": purpose}))
    except InvalidTag:
        return None


def boxed_for(public_key: bytes, content: bytes, random_bytes: RandomBytes) -> bytes:
    """Return content that only the holder of an X25519 key can open.

    The box is the 32 bytes of an ephemeral key, then ChaCha20-Poly1305 under HKDF-SHA256(shared secret, salt
    = ephemeral key + public key) with a zero nonce: the key is used once.
    """
    own = X25519PrivateKey.from_private_bytes(random_bytes(KEY_BYTES))
    head = own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(public_key))
    key = derived(shared, head + public_key, _BOX)
    return head + ChaCha20Poly1305(key).encrypt(bytes(_NONCE_BYTES), content, _BOX)


def unboxed(private_key: bytes, box: bytes) -> bytes:
    """Return the content of a box; raises InvalidTag if it was made for another key."""
    own = X25519PrivateKey.from_private_bytes(private_key)
    head, body = box[:KEY_BYTES], box[KEY_BYTES:]
    shared = own.exchange(X25519PublicKey.from_public_bytes(head))
    key = derived(shared, head + own.public_key().public_bytes_raw(), _BOX)
    return ChaCha20Poly1305(key).decrypt(bytes(_NONCE_BYTES), body, _BOX)


def derived(material: bytes, salt: bytes | None, info: bytes) -> bytes:
    """Return a key of 32 bytes for one use (HKDF-SHA256, RFC 5869)."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=salt, info=info).derive(material)
