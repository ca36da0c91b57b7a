"""The offline export: the changes of one tablet, sealed to the office and signed by it (recovery-formats §2).

`magic, version, head length, head, (part length, sealed part)…`; the last part counts and signs all others.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire import strict_json
from field178_shared.wire.canonical import canonical

SUFFIX = ".f178"
MAGIC = b"F178RSC"
VERSION = 1
MAX_HEAD_BYTES = 4096
PART_BYTES = 256 << 10
MAX_PART_BYTES = 2 << 20
LENGTH = struct.Struct(">I")
TAG_BYTES = 16
CONTEXT = b"field178-rescue-v1|"
MEMBERS = ("tenant", "device", "incarnation", "created_at", "key")


class PartKind(IntEnum):
    """Kind of a sealed part: the first byte of its nonce."""

    CHANGES = 0
    LAST = 1


@dataclass(frozen=True, slots=True)
class ExportOrigin:
    """Origin of an export file: tablet, and time by the tablet's clock."""

    tenant: str
    device: str
    incarnation: str
    created_at: str


class OfflineExport:
    """A file opened with the office's private key. Raises AppError(rescue_file) with `problem`."""

    def __init__(self, file: BinaryIO, private_key: X25519PrivateKey) -> None:
        self._file = file
        self._opening, head = _read_opening(file)
        self.origin = ExportOrigin(*(head[name] for name in MEMBERS[:-1]))
        try:
            raw = base64.b64decode(head["key"] + "=", altchars=b"-_", validate=True)
            shared = private_key.exchange(X25519PublicKey.from_public_bytes(raw))
        except (ValueError, binascii.Error):
            raise _fault("damaged") from None
        own = private_key.public_key().public_bytes_raw()
        self._cipher = _cipher_of(shared, own, self._opening)

    def check(self, public_key: bytes) -> int:
        """Read to the signature and return the number of changes; believe nothing before."""
        digest, count, number = hashlib.sha256(self._opening), 0, 0
        self._file.seek(len(self._opening))
        while True:
            framed, content, kind = self._part(number)
            if kind is PartKind.LAST:
                break
            digest.update(framed)
            count, number = count + content.count(b"\n"), number + 1
        if self._file.read(1):
            raise _fault("damaged")
        _check_last(content, digest.digest(), count, public_key)
        return count

    def changes(self) -> Iterator[bytes]:
        """Yield the text of every change in the order of filing; `check` MUST have returned before."""
        self._file.seek(len(self._opening))
        number = 0
        while (part := self._part(number))[2] is PartKind.CHANGES:
            yield from part[1].splitlines()
            number += 1

    def _part(self, number: int) -> tuple[bytes, bytes, PartKind]:
        length = _exactly(self._file, LENGTH.size)
        size = LENGTH.unpack(length)[0]
        if not TAG_BYTES < size <= MAX_PART_BYTES:
            raise _fault("damaged")
        sealed = _exactly(self._file, size)
        for kind in PartKind:
            try:
                return length + sealed, self._cipher.decrypt(_nonce(kind, number), sealed, None), kind
            except InvalidTag:
                continue
        # The first part identifies the file's owner; from the second part on the key is known to be right.
        raise _fault("damaged" if number else "foreign")


def write_offline_export(
    file: BinaryIO,
    origin: ExportOrigin,
    changes: Iterable[Mapping[str, object]],
    sealing_key: bytes,
    signing_key: bytes,
) -> int:
    """Write a file for the holder of the sealing key, part by part; return the number of changes."""
    box = X25519PrivateKey.generate()
    key = base64.urlsafe_b64encode(box.public_key().public_bytes_raw()).rstrip(b"=").decode()
    head = canonical({"key": key, **{name: getattr(origin, name) for name in MEMBERS[:-1]}})
    opening = MAGIC + bytes([VERSION]) + LENGTH.pack(len(head)) + head
    shared = box.exchange(X25519PublicKey.from_public_bytes(sealing_key))
    cipher, digest = _cipher_of(shared, sealing_key, opening), hashlib.sha256(opening)
    count = parts = 0
    file.write(opening)
    for lines in _filled(changes):
        framed = _framed(cipher, _nonce(PartKind.CHANGES, parts), b"".join(lines))
        file.write(framed)
        digest.update(framed)
        count, parts = count + len(lines), parts + 1
    signature = Ed25519PrivateKey.from_private_bytes(signing_key).sign(CONTEXT + digest.digest()).hex()
    last = canonical({"changes": count, "signature": signature})
    file.write(_framed(cipher, _nonce(PartKind.LAST, parts), last))
    return count


def _filled(changes: Iterable[Mapping[str, object]]) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    for change in changes:
        line = canonical(change) + b"\n"
        if part and sum(map(len, part)) + len(line) > PART_BYTES:
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _framed(cipher: ChaCha20Poly1305, nonce: bytes, content: bytes) -> bytes:
    sealed = cipher.encrypt(nonce, content, None)
    return LENGTH.pack(len(sealed)) + sealed


def _cipher_of(shared: bytes, sealing_key: bytes, opening: bytes) -> ChaCha20Poly1305:
    # The head is in the key: with a touched head no part opens.
    info = CONTEXT + hashlib.sha256(opening).digest()
    return ChaCha20Poly1305(HKDF(hashes.SHA256(), 32, salt=sealing_key, info=info).derive(shared))


def _nonce(kind: PartKind, number: int) -> bytes:
    return bytes([kind]) + number.to_bytes(11, "big")


def _check_last(content: bytes, digest: bytes, count: int, public_key: bytes) -> None:
    try:
        last = _object(content)
        signature, signed_count = bytes.fromhex(str(last["signature"])), last["changes"]
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, CONTEXT + digest)
    except (ValueError, KeyError, InvalidSignature):
        raise _fault("signature") from None
    if signed_count != count:
        raise _fault("damaged")


def _read_opening(file: BinaryIO) -> tuple[bytes, dict[str, str]]:
    file.seek(0)
    magic = file.read(len(MAGIC) + 1)
    if magic[:-1] != MAGIC or not magic[-1]:
        raise _fault("not_ours")
    if magic[-1] > VERSION:
        raise _fault("newer")
    length = _exactly(file, LENGTH.size)
    size = LENGTH.unpack(length)[0]
    if size > MAX_HEAD_BYTES:
        raise _fault("damaged")
    raw = _exactly(file, size)
    try:
        head = _object(raw)
    except ValueError:
        raise _fault("damaged") from None
    members = {name: value for name in MEMBERS if isinstance(value := head.get(name), str)}
    if len(members) != len(MEMBERS):
        raise _fault("damaged")
    return magic + length + raw, members


def _object(text: bytes) -> dict[str, object]:
    """Return the object of a text; raises ValueError, also for what the wire forbids."""
    try:
        value = strict_json.loads(text)
    except AppError:
        raise ValueError("not strict") from None
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _exactly(file: BinaryIO, size: int) -> bytes:
    content = file.read(size)
    if len(content) != size:
        raise _fault("cut")
    return content


def _fault(problem: str) -> AppError:
    return AppError(ErrorCode.RESCUE_FILE, problem=problem)
