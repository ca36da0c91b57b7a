"""Keys of the tenant: for signed receipts, for sealed boxes, and one derived for each purpose of the server.

Keys of purposes are derived from the server secret (HKDF-SHA256, RFC 5869), so that the holder of one can
forge nothing of another. `rotate` adds a newer server secret; an earlier one still opens what it sealed until
`drop_earlier`. The keys that tablets pin are replaced by `key_rotation`, which announces them.
"""

from __future__ import annotations

import base64
import errno
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from field178_server.security.plan_key import PLAIN_FILE, WRAPPED_FILE
from field178_server.security.private_files import make_private_folder, read_private, write_private

# Most commands need no key: cryptography is imported when keys are loaded.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from field178_shared.crypto.key_chain import KeyAnnouncement

KEY_BYTES = 32
_SECRET_FILE = re.compile(r"server-([1-9][0-9]{0,5})\.key")
# The server secret of stores that were installed before secrets were numbered.
_FIRST_SECRET_FILE = "console-session.key"  # noqa: S105  # a file name


class KeysMissingError(FileNotFoundError):
    """A key of an existing tenant is missing; tablets would not accept a new key."""


class Purpose(StrEnum):
    """Purpose of a key derived from the server secret; the value is the `info` of its derivation."""

    TABLET_SESSIONS = "field178-tablet-sessions-v1"
    BROWSER_SESSIONS = "field178-browser-sessions-v1"
    FORM_TOKENS = "field178-form-tokens-v1"
    PASSWORD_LINKS = "field178-password-links-v1"  # noqa: S105  # the name of a purpose
    FORM_DRAFTS = "field178-form-drafts-v1"
    ONE_TIME_CODES = "field178-one-time-codes-v1"
    KNOWN_BROWSERS = "field178-known-browsers-v1"
    GUESSED_PASSWORDS = "field178-guessed-passwords-v1"  # the name of a purpose
    WEBHOOK_SECRETS = "field178-webhook-secret-v1"  # the name of a purpose


def to_base64url(raw: bytes) -> str:
    """Return base64url without padding, the protocol's form of raw keys and signatures."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


@dataclass(frozen=True, repr=False)
class Keyring:
    """The keys of one tenant, in memory; `secrets`: the server secrets, newest first.

    `former_receipts`: public halves of earlier receipt keys; `former_sealings`: earlier sealing keys, which
    still open what was sealed for them. `announcements`: the chain by which tablets followed.
    """

    receipt: Ed25519PrivateKey
    sealing: X25519PrivateKey
    secrets: tuple[bytes, ...]
    former_receipts: tuple[str, ...] = ()
    former_sealings: tuple[X25519PrivateKey, ...] = ()
    announcements: tuple[KeyAnnouncement, ...] = ()
    _derived: Mapping[Purpose, tuple[bytes, ...]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        from field178_shared.crypto.sealed_box import derived

        keys = {
            purpose: tuple(derived(secret, None, purpose.encode()) for secret in self.secrets)
            for purpose in Purpose
        }
        object.__setattr__(self, "_derived", keys)

    @property
    def receipt_key(self) -> str:
        """Public half of the receipt key, base64url."""
        return to_base64url(self.receipt.public_key().public_bytes_raw())

    @property
    def receipt_keys(self) -> str:
        """Public halves of all receipt keys, newest first, separated by blanks, to verify what is stored."""
        return " ".join((self.receipt_key, *self.former_receipts))

    @property
    def sealings(self) -> tuple[X25519PrivateKey, ...]:
        """All sealing keys, newest first."""
        return (self.sealing, *self.former_sealings)

    @property
    def sealing_key(self) -> str:
        """Public half of the sealing key, base64url."""
        return to_base64url(self.sealing.public_key().public_bytes_raw())

    def key(self, purpose: Purpose) -> bytes:
        """Return the key of a purpose, from the newest server secret."""
        return self._derived[purpose][0]

    def keys(self, purpose: Purpose) -> tuple[bytes, ...]:
        """Return the keys of a purpose from all server secrets, newest first."""
        return self._derived[purpose]


def create_keys(folder: Path, random_bytes: Callable[[int], bytes]) -> None:
    """Create missing keys; an existing key MUST NOT change, because tablets have pinned it."""
    from field178_server.security.announced_keys import read_announced

    make_private_folder(folder)
    announced = read_announced(folder)
    if not announced.announcements:
        for name in (announced.receipt_file, *announced.sealing_files):
            if not (folder / name).exists():
                write_private(folder / name, random_bytes(KEY_BYTES))
    if not _secret_files(folder):
        rotate(folder, random_bytes)


def load_keys(folder: Path) -> Keyring:
    """Return the keys; raise OSError or ValueError if a file is missing, readable by others, or invalid."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from field178_server.security.announced_keys import read_announced

    announced = read_announced(folder)
    receipt = _read_key(folder / announced.receipt_file)
    sealings = [_read_key(folder / name) for name in announced.sealing_files]
    # A folder without a server secret: the error names the file that is missing.
    secrets = _secret_files(folder) or [folder / "server-1.key"]
    newest, *former = map(X25519PrivateKey.from_private_bytes, sealings)
    return Keyring(
        Ed25519PrivateKey.from_private_bytes(receipt),
        newest,
        tuple(_read_key(path) for path in secrets),
        announced.former_receipts,
        tuple(former),
        announced.announcements,
    )


def rotate(folder: Path, random_bytes: Callable[[int], bytes]) -> Path:
    """Create a newer server secret and return its file; servers use it from their next start."""
    newest = max((_number(path) for path in _secret_files(folder)), default=0)
    path = folder / f"server-{newest + 1}.key"
    write_private(path, random_bytes(KEY_BYTES))
    return path


def drop_earlier(folder: Path, keyring: Keyring) -> int:
    """Delete the server secrets before a keyring's newest and return how many.

    MUST run only when nothing is sealed with them any more.
    """
    newest, *earlier = _secret_files(folder)
    # A secret that this process has not loaded is newer than all that it has sealed.
    if read_private(newest) != keyring.secrets[0]:
        return 0
    for path in earlier:
        path.unlink()
    return len(earlier)


def key_files(folder: Path) -> list[Path]:
    """Return the paths of all keys of a tenant, existing or required."""
    from field178_server.security.announced_keys import read_announced

    announced = read_announced(folder)
    names = (announced.receipt_file, *announced.sealing_files, PLAIN_FILE, WRAPPED_FILE)
    return [*(folder / name for name in names), *_secret_files(folder)]


def _secret_files(folder: Path) -> list[Path]:
    own = (
        path
        for path in folder.glob("*.key")
        if _SECRET_FILE.fullmatch(path.name) or path.name == _FIRST_SECRET_FILE
    )
    return sorted(own, key=_number, reverse=True)


def _number(path: Path) -> int:
    matched = _SECRET_FILE.fullmatch(path.name)
    return int(matched[1]) if matched else 0


def _read_key(path: Path) -> bytes:
    if not path.exists():
        raise KeysMissingError(errno.ENOENT, "bring it back from the backup", str(path))
    key = read_private(path)
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path}: {KEY_BYTES} bytes")
    return key
