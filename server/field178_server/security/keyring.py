"""Keys of the tenant: for signed receipts, sealed boxes, and session and CSRF tokens."""

from __future__ import annotations

import base64
import errno
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from field178_server.security.private_files import make_private_folder, read_private, write_private

# Most commands need no key: cryptography is imported when keys are loaded.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

KEY_BYTES = 32
RECEIPT_FILE = "receipt.key"
SEALING_FILE = "sealing.key"
SESSION_FILE = "console-session.key"
KEY_FILES = (RECEIPT_FILE, SEALING_FILE, SESSION_FILE)


class KeysMissingError(FileNotFoundError):
    """A key of an existing tenant is missing; tablets would not accept a new key."""


def to_base64url(raw: bytes) -> str:
    """Return base64url without padding, the protocol's form of raw keys and signatures."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


@dataclass(frozen=True, repr=False)
class Keyring:
    """The keys of one tenant, in memory."""

    receipt: Ed25519PrivateKey
    sealing: X25519PrivateKey
    session: bytes

    @property
    def receipt_key(self) -> str:
        """Public half of the receipt key, base64url."""
        return to_base64url(self.receipt.public_key().public_bytes_raw())

    @property
    def sealing_key(self) -> str:
        """Public half of the sealing key, base64url."""
        return to_base64url(self.sealing.public_key().public_bytes_raw())


def create_keys(folder: Path, random_bytes: Callable[[int], bytes]) -> None:
    """Create missing keys; an existing key MUST NOT change, because tablets have pinned it."""
    make_private_folder(folder)
    for name in KEY_FILES:
        if not (folder / name).exists():
            write_private(folder / name, random_bytes(KEY_BYTES))


def load_keys(folder: Path) -> Keyring:
    """Return the keys; raise OSError or ValueError if a file is missing, readable by others, or invalid."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    receipt, sealing, session = (_read_key(folder / name) for name in KEY_FILES)
    return Keyring(
        Ed25519PrivateKey.from_private_bytes(receipt),
        X25519PrivateKey.from_private_bytes(sealing),
        session,
    )


def _read_key(path: Path) -> bytes:
    if not path.exists():
        raise KeysMissingError(errno.ENOENT, "bring it back from the backup", str(path))
    key = read_private(path)
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path}: {KEY_BYTES} bytes")
    return key
