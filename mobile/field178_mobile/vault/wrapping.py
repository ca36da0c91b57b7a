"""The keys that wrap the data key: an officer's of PIN and device together, and the device's own."""

from __future__ import annotations

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from field178_mobile.vault.model import GuessCost
from field178_shared.crypto.sealed_box import KEY_BYTES, derived


def pin_key(pin: str, salt: bytes, secret: bytes, cost: GuessCost) -> bytes:
    """Return the key of PIN and device together: neither helps without the other."""
    stretched = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    ).derive(pin.encode())
    return derived(stretched + secret, salt, b"field178-officer-v1")


def device_bound_key(secret: bytes, purpose: str) -> bytes:
    """Return a key that this device has without any PIN, for what exists before the first officer."""
    return derived(secret, None, b"field178-device-v1|" + purpose.encode())
