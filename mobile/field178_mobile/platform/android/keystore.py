"""Device secret, wrapped by a key that never leaves the device's key store (Android Keystore).

The secret is used to unlock the vault, so this application must be able to read it. Its file is useless on
another device, and after the application was removed.
"""

from __future__ import annotations

from pathlib import Path

from field178_mobile.platform.android.java import Java, as_bytes, attempt, java_class, seen_as
from field178_mobile.private_file import write_private
from field178_shared.errors import AppError, ErrorCode

FILE = "device.sealed"
_STORE = "AndroidKeyStore"
_KEY_BITS = 256
_TAG_BITS = 128
_IV_LENGTH = 12
# KeyProperties.PURPOSE_ENCRYPT | PURPOSE_DECRYPT
_PURPOSES = 3
_ENCRYPT, _DECRYPT = 1, 2


class AndroidKeyStore:
    """Keeps the secret of one data folder, sealed with AES-GCM under a key of the device's key store."""

    def __init__(self, folder: Path, alias: str) -> None:
        self._path = folder / FILE
        self._alias = alias

    @property
    def is_protected(self) -> bool:
        """Return whether the key is stored in hardware; otherwise the screens show that it is not."""
        inside: list[bool] = []
        attempt("key_info", lambda: inside.append(bool(self._key_info().isInsideSecureHardware())))
        return inside == [True]

    @property
    def is_chosen(self) -> bool:
        """Return whether this tablet's secret was put here before."""
        return self._path.exists()

    def make_ready(self) -> bool:
        """Make the key at the first call; False where the device has no key store that works."""
        return attempt("make_key", self._make_key)

    def load(self) -> bytes | None:
        """Return the secret, None if there is none. AppError(store_locked) if the key is lost."""
        if not self._path.exists():
            return None
        sealed = self._path.read_bytes()
        opened: list[bytes] = []
        attempt("open_secret", lambda: opened.append(self._opened(sealed)))
        if not opened:
            raise AppError(ErrorCode.STORE_LOCKED, problem="device_secret")
        return opened[0]

    def save(self, secret: bytes) -> None:
        """Seal the secret and keep it durably."""
        cipher = _cipher()
        cipher.init(_ENCRYPT, self._key())
        # The key store generates the nonce and refuses a given nonce.
        body = as_bytes(cipher.doFinal(secret))  # type: ignore[arg-type]
        write_private(self._path, as_bytes(cipher.getIV()) + body)  # type: ignore[arg-type]

    def delete(self) -> None:
        """Delete the key in the key store, then the secret that it sealed."""
        attempt("delete_key", lambda: _key_store().deleteEntry(self._alias))
        self._path.unlink(missing_ok=True)

    def _opened(self, sealed: bytes) -> bytes:
        cipher = _cipher()
        nonce = java_class("javax.crypto.spec.GCMParameterSpec")(_TAG_BITS, sealed[:_IV_LENGTH])
        cipher.init(_DECRYPT, self._key(), seen_as("java.security.spec.AlgorithmParameterSpec", nonce))
        return as_bytes(cipher.doFinal(sealed[_IV_LENGTH:]))  # type: ignore[arg-type]

    def _make_key(self) -> None:
        if _key_store().containsAlias(self._alias):
            return
        builder = java_class("android.security.keystore.KeyGenParameterSpec$Builder")(self._alias, _PURPOSES)
        builder.setKeySize(_KEY_BITS)
        builder.setBlockModes("GCM")
        builder.setEncryptionPaddings("NoPadding")
        generator = java_class("javax.crypto.KeyGenerator").getInstance("AES", _STORE)
        generator.init(seen_as("java.security.spec.AlgorithmParameterSpec", builder.build()))
        generator.generateKey()

    def _key(self) -> Java:
        # Cast to Key: otherwise pyjnius selects the first `init` method, which needs a certificate.
        return seen_as("java.security.Key", _key_store().getKey(self._alias, None))

    def _key_info(self) -> Java:
        key = seen_as("javax.crypto.SecretKey", _key_store().getKey(self._alias, None))
        info = "android.security.keystore.KeyInfo"
        factory = java_class("javax.crypto.SecretKeyFactory").getInstance("AES", _STORE)
        return seen_as(info, factory.getKeySpec(key, java_class("java.lang.Class").forName(info)))


def _key_store() -> Java:
    store = java_class("java.security.KeyStore").getInstance(_STORE)
    store.load(None)
    return store


def _cipher() -> Java:
    return java_class("javax.crypto.Cipher").getInstance("AES/GCM/NoPadding")
