"""Secret of the device: in the system's key store if there is one, else in a private file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from field178_mobile.ports import KeyStore
from field178_mobile.private_file import write_private
from field178_mobile.vault import base64url
from field178_shared.errors import AppError, ErrorCode

SECRET_BYTES = 32
_SERVICE = "field178"


class FileKeyStore:
    """Key store in a 0600 file: it protects against other users only, so a PIN is not enough."""

    is_protected = False

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> bytes | None:
        """Return the secret of the file."""
        return self._path.read_bytes() if self._path.exists() else None

    def save(self, secret: bytes) -> None:
        """Write the file."""
        write_private(self._path, secret)

    def delete(self) -> None:
        """Delete the file."""
        self._path.unlink(missing_ok=True)


class KeyringKeyStore:
    """The system's key store, through the `keyring` package."""

    is_protected = True

    def __init__(self, keyring: KeyringModule, account: str) -> None:
        self._keyring = keyring
        self._account = account

    def load(self) -> bytes | None:
        """Return the secret of the key store."""
        password = self._keyring.get_password(_SERVICE, self._account)
        return None if password is None else base64url.decode(password)

    def save(self, secret: bytes) -> None:
        """Put the secret into the key store."""
        self._keyring.set_password(_SERVICE, self._account, base64url.encode(secret))

    def delete(self) -> None:
        """Take the secret out of the key store."""
        if self.load() is not None:
            self._keyring.delete_password(_SERVICE, self._account)


class KeyringModule(Protocol):
    """Used functions of the `keyring` package."""

    def get_password(self, service: str, account: str) -> str | None:
        """Return a stored password."""
        ...

    def set_password(self, service: str, account: str, password: str) -> None:
        """Store a password."""
        ...

    def delete_password(self, service: str, account: str) -> None:
        """Delete a password."""
        ...


def choose_key_store(folder: Path) -> KeyStore:
    """Return the key store of this tablet; an existing choice is kept."""
    file = FileKeyStore(folder / "device.key")
    if file.load() is not None:
        return file
    account = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return _system_key_store(account) or file


def _system_key_store(account: str) -> KeyStore | None:
    try:
        # Late: it looks for every kind of key store there is, and most starts have chosen already.
        import keyring
        from keyring.errors import KeyringError
    except ImportError:  # not in the Android build
        return None
    store = KeyringKeyStore(keyring, account)
    try:
        store.load()
    except KeyringError:  # no working key store behind the package
        return None
    return store


def secret_of(store: KeyStore, random_bytes: Callable[[int], bytes], *, expected: str | None) -> bytes:
    """Return the device's secret, made at the first call; never a second one in the place of a lost one."""
    secret = store.load()
    if secret is None and expected is None:
        secret = random_bytes(SECRET_BYTES)
        store.save(secret)
    if secret is None or expected not in (None, secret_id(secret), sealing_secret_id(secret)):
        raise AppError(ErrorCode.STORE_LOCKED, problem="device_secret")
    return secret


def secret_id(secret: bytes) -> str:
    """Return a short name of a secret that discloses nothing about it."""
    return hashlib.sha256(b"field178-device-secret|" + secret).hexdigest()[:16]


def sealing_secret_id(secret: bytes) -> str:
    """Return the name of a secret in a vault whose enrolment is sealed: another text than `secret_id`."""
    return secret_id(b"sealed|" + secret)
