"""The rescue file: changes of one tablet, sealed to the office and signed by the tablet (protocol §14).

`magic, head length, head, (part length, sealed part)…`. The last part counts and signs all before it, so a
file that was cut, lengthened or changed anywhere never reads to its end.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from field178_shared.canonical import canonical
from field178_shared.errors import AppError, ErrorCode

SUFFIX = ".f178"
MAGIC = b"F178RSC\x01"
MAX_HEAD_BYTES = 4096
PART_BYTES = 256 << 10
MAX_PART_BYTES = 2 << 20
_LENGTH = struct.Struct(">I")
_TAG_BYTES = 16
_CONTEXT = b"field178-rescue-v1|"
_CHANGES, _LAST = b"\0", b"\1"
_MEMBERS = ("tenant", "device", "incarnation", "created_at", "key")


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose changes a file holds, and when it was written by the tablet's own clock."""

    tenant: str
    device: str
    incarnation: str
    created_at: str


def write_rescue(
    file: BinaryIO,
    origin: Origin,
    changes: Iterable[dict[str, object]],
    sealing_key: bytes,
    signing_key: bytes,
) -> int:
    """Write a whole file for the holder of the sealing key, one part in memory; return how many changes."""
    box = X25519PrivateKey.generate()
    key = base64.urlsafe_b64encode(box.public_key().public_bytes_raw()).rstrip(b"=").decode()
    head = canonical({"key": key, **{name: getattr(origin, name) for name in _MEMBERS[:-1]}})
    opening = MAGIC + _LENGTH.pack(len(head)) + head
    shared = box.exchange(X25519PublicKey.from_public_bytes(sealing_key))
    cipher, digest, count, parts = _cipher(shared, sealing_key, opening), hashlib.sha256(opening), 0, 0
    file.write(opening)
    for lines in _filled(canonical(change) + b"\n" for change in changes):
        sealed = cipher.encrypt(_nonce(_CHANGES, parts), b"".join(lines), None)
        framed = _LENGTH.pack(len(sealed)) + sealed
        file.write(framed)
        digest.update(framed)
        count, parts = count + len(lines), parts + 1
    signature = Ed25519PrivateKey.from_private_bytes(signing_key).sign(_CONTEXT + digest.digest())
    last = canonical({"changes": count, "signature": signature.hex()})
    sealed = cipher.encrypt(_nonce(_LAST, parts), last, None)
    file.write(_LENGTH.pack(len(sealed)) + sealed)
    return count


class RescueFile:
    """A file opened with the office's private key. Raises AppError(rescue_file) with `problem`."""

    def __init__(self, file: BinaryIO, private_key: X25519PrivateKey) -> None:
        self._file = file
        self._opening, head = _read_opening(file)
        self.origin = Origin(*(head[name] for name in _MEMBERS[:-1]))
        try:
            raw = base64.b64decode(head["key"] + "=", altchars=b"-_", validate=True)
            shared = private_key.exchange(X25519PublicKey.from_public_bytes(raw))
        except (ValueError, binascii.Error):
            raise _fault("damaged") from None
        own = private_key.public_key().public_bytes_raw()
        self._cipher = _cipher(shared, own, self._opening)

    def check(self, public_key: bytes) -> int:
        """Read to the end and return the number of changes; nothing may be believed before this returned."""
        self._file.seek(len(self._opening))
        digest, count, number = hashlib.sha256(self._opening), 0, 0
        while True:
            framed, content, is_last = self._part(number)
            if is_last:
                self._check_end(content, digest.digest(), count, public_key)
                return count
            digest.update(framed)
            count, number = count + content.count(b"\n"), number + 1

    def changes(self) -> Iterator[bytes]:
        """Yield the text of every change in the order of filing; `check` MUST have returned before."""
        self._file.seek(len(self._opening))
        number = 0
        while not (part := self._part(number))[2]:
            yield from part[1].splitlines()
            number += 1

    def _part(self, number: int) -> tuple[bytes, bytes, bool]:
        length = _exactly(self._file, _LENGTH.size)
        size = _LENGTH.unpack(length)[0]
        if not _TAG_BYTES < size <= MAX_PART_BYTES:
            raise _fault("damaged")
        sealed = _exactly(self._file, size)
        for kind in (_CHANGES, _LAST):
            try:
                content = self._cipher.decrypt(_nonce(kind, number), sealed, None)
            except InvalidTag:
                continue
            return length + sealed, content, kind == _LAST
        # The first part tells whose file it is; from the second on the key is known to be right.
        raise _fault("damaged" if number else "foreign")

    def _check_end(self, content: bytes, digest: bytes, count: int, public_key: bytes) -> None:
        if self._file.read(1):
            raise _fault("damaged")
        try:
            last = json.loads(content)
            signature, told = bytes.fromhex(last["signature"]), last["changes"]
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _CONTEXT + digest)
        except (ValueError, KeyError, TypeError, InvalidSignature):
            raise _fault("signature") from None
        if told != count:
            raise _fault("damaged")


def _read_opening(file: BinaryIO) -> tuple[bytes, dict[str, str]]:
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise _fault("not_ours")
    length = _exactly(file, _LENGTH.size)
    size = _LENGTH.unpack(length)[0]
    if size > MAX_HEAD_BYTES:
        raise _fault("damaged")
    raw = _exactly(file, size)
    try:
        head = json.loads(raw)
    except ValueError:
        raise _fault("damaged") from None
    if not isinstance(head, dict) or not all(isinstance(head.get(name), str) for name in _MEMBERS):
        raise _fault("damaged")
    return MAGIC + length + raw, {name: head[name] for name in _MEMBERS}


def _exactly(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) != size:
        raise _fault("cut")
    return found


def _filled(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    for line in lines:
        if part and sum(map(len, part)) + len(line) > PART_BYTES:
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _cipher(shared: bytes, sealing_key: bytes, opening: bytes) -> ChaCha20Poly1305:
    # The head is in the key: a file whose head was touched opens no part.
    info = _CONTEXT + hashlib.sha256(opening).digest()
    return ChaCha20Poly1305(HKDF(hashes.SHA256(), 32, salt=sealing_key, info=info).derive(shared))


def _nonce(kind: bytes, number: int) -> bytes:
    return kind + number.to_bytes(11, "big")


def _fault(problem: str) -> AppError:
    return AppError(ErrorCode.RESCUE_FILE, problem=problem)
