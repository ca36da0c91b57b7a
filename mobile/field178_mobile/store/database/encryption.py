"""Encryption of all personal data in the store, authenticated: a moved or swapped row does not decrypt."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import canonical

NONCE_BYTES = 12
_PLAIN_ID = re.compile(r"[0-9A-Za-z:_-]+")


class Sealer:
    """Seals and opens payloads under one data key; each is bound to {table, id, revision, key id}."""

    def __init__(self, key: bytes, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"field178-store-v1").derive(key)
        self._derived = derived
        self._cipher = ChaCha20Poly1305(derived)
        self._random_bytes = random_bytes
        self.key_id = hashlib.sha256(b"field178-key-id|" + derived).hexdigest()[:16]

    def seal(self, table: str, row_id: str, revision: int, payload: bytes) -> bytes:
        """Return the sealed payload of one row."""
        nonce = self._random_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, payload, self._place(table, row_id, revision))

    def open(self, table: str, row_id: str, revision: int, sealed: bytes) -> bytes:
        """Return the payload of one row, or raise AppError(store_damaged) when it is not that row's."""
        try:
            place = self._place(table, row_id, revision)
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
        except (InvalidTag, ValueError):  # ValueError: cut shorter than a nonce
            raise AppError(ErrorCode.STORE_DAMAGED, table=table, id=row_id) from None

    def file_cipher(self, salt: bytes) -> ChaCha20Poly1305:
        """Return the cipher of one file.

        Its key is derived from the file's salt, so the parts may use counters as nonces.
        """
        derived = HKDF(hashes.SHA256(), 32, salt=salt, info=b"field178-file-v1").derive(self._derived)
        return ChaCha20Poly1305(derived)

    def _place(self, table: str, row_id: str, revision: int) -> bytes:
        # Performance: ids on the wire are plain ASCII, which the template writes in canonical form; other ids
        # use the encoder.
        if _PLAIN_ID.fullmatch(row_id):
            return (
                f'{{"id":"{row_id}","key":"{self.key_id}","revision":{revision},"table":"{table}"}}'.encode()
            )
        return canonical({"table": table, "id": row_id, "revision": revision, "key": self.key_id})
