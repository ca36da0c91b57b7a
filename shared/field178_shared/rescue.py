"""The rescue file: changes and photos of one tablet, sealed to the office and signed by it (protocol §14).

`magic, version, head length, head, (part length, sealed part)…, pieces of photos`. The last part counts and
signs all before it, and names each photo by its hash: changes are whole or nothing, a photo for itself.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from field178_shared.errors import AppError, ErrorCode

SUFFIX = ".f178"
MAGIC = b"F178RSC"
NEWEST = 2
MAX_HEAD_BYTES = 4096
PART_BYTES = 256 << 10
MAX_PART_BYTES = 2 << 20
PIECE_BYTES = 256 << 10
MAX_FILES = 20_000
LENGTH = struct.Struct(">I")
TAG_BYTES = 16
CONTEXT = b"field178-rescue-v1|"
MEMBERS = ("tenant", "device", "incarnation", "created_at", "key")
_LISTED = ("sha256", "size", "content_type", "record_id")
_SHA256 = re.compile("[0-9a-f]{64}")


class Kind(IntEnum):
    """What a sealed stretch of the file holds: the first byte of its nonce."""

    CHANGES = 0
    LAST = 1
    FILES = 2
    PIECE = 3


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose changes a file holds, and when it was written by the tablet's own clock."""

    tenant: str
    device: str
    incarnation: str
    created_at: str


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """One photo of one record; the bytes of a hash travel once, whoever names it."""

    sha256: str
    size: int
    content_type: str
    record_id: str

    def to_wire(self) -> dict[str, object]:
        """Return the line that lists it."""
        return asdict(self)


class RescueFile:
    """A file opened with the office's private key. Raises AppError(rescue_file) with `problem`."""

    def __init__(self, file: BinaryIO, private_key: X25519PrivateKey) -> None:
        self._file = file
        self._opening, self._version, head = _read_opening(file)
        self.origin = Origin(*(head[name] for name in MEMBERS[:-1]))
        self.files: list[CarriedFile] = []
        self._places: dict[str, tuple[int, int]] = {}
        try:
            raw = base64.b64decode(head["key"] + "=", altchars=b"-_", validate=True)
            shared = private_key.exchange(X25519PublicKey.from_public_bytes(raw))
        except (ValueError, binascii.Error):
            raise _fault("damaged") from None
        own = private_key.public_key().public_bytes_raw()
        self._cipher = cipher_of(shared, own, self._opening)

    def check(self, public_key: bytes) -> int:
        """Read to the signature, fill `files` and return the number of changes; believe nothing before.

        Bytes of photos come after it and are looked at by `read` alone: they may be cut.
        """
        self._file.seek(len(self._opening))
        digest, count, number = hashlib.sha256(self._opening), 0, 0
        listed: list[bytes] = []
        while True:
            framed, content, kind = self._part(number)
            if kind is Kind.LAST:
                break
            digest.update(framed)
            number += 1
            if kind is Kind.FILES:
                listed += content.splitlines()
            else:
                count += content.count(b"\n")
            if len(listed) > MAX_FILES or (listed and kind is Kind.CHANGES):
                raise _fault("damaged")
        self._check_end(content, digest.digest(), (count, len(listed)), public_key)
        self.files = _listed(listed)
        self._places = dict(_places(self.files, self._file.tell()))
        return count

    def changes(self) -> Iterator[bytes]:
        """Yield the text of every change in the order of filing; `check` MUST have returned before."""
        self._file.seek(len(self._opening))
        number = 0
        while (part := self._part(number))[2] is Kind.CHANGES:
            yield from part[1].splitlines()
            number += 1

    def read(self, one: CarriedFile) -> Iterator[bytes]:
        """Yield the bytes of a photo; AppError with problem `cut` or `damaged` where they end too early."""
        place, number = self._places[one.sha256]
        for offset in range(0, one.size, PIECE_BYTES):
            # Each time: between two pieces another photo may have been asked for.
            self._file.seek(place)
            sealed = _exactly(self._file, min(PIECE_BYTES, one.size - offset) + TAG_BYTES)
            try:
                yield self._cipher.decrypt(nonce(Kind.PIECE, number), sealed, None)
            except InvalidTag:
                raise _fault("damaged") from None
            place, number = place + len(sealed), number + 1

    def fault_of(self, one: CarriedFile) -> str | None:
        """Return why a photo is not whole in this file, None when every byte is there."""
        digest = hashlib.sha256()
        try:
            for piece in self.read(one):
                digest.update(piece)
        except AppError as error:
            return str(error.details["problem"])
        return None if digest.hexdigest() == one.sha256 else "damaged"

    def _part(self, number: int) -> tuple[bytes, bytes, Kind]:
        length = _exactly(self._file, LENGTH.size)
        size = LENGTH.unpack(length)[0]
        if not TAG_BYTES < size <= MAX_PART_BYTES:
            raise _fault("damaged")
        sealed = _exactly(self._file, size)
        for kind in (Kind.CHANGES, Kind.LAST, Kind.FILES)[: self._version + 1]:
            try:
                content = self._cipher.decrypt(nonce(kind, number), sealed, None)
            except InvalidTag:
                continue
            return length + sealed, content, kind
        # The first part tells whose file it is; from the second on the key is known to be right.
        raise _fault("damaged" if number else "foreign")

    def _check_end(self, content: bytes, digest: bytes, counts: tuple[int, int], public_key: bytes) -> None:
        place = self._file.tell()
        if self._version == 1 and self._file.read(1):
            raise _fault("damaged")
        self._file.seek(place)
        try:
            last = json.loads(content)
            signature, told = bytes.fromhex(last["signature"]), (last["changes"], last.get("files", 0))
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, CONTEXT + digest)
        except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
            raise _fault("signature") from None
        if told != counts:
            raise _fault("damaged")


def distinct(files: Iterable[CarriedFile]) -> list[CarriedFile]:
    """Return the files whose bytes travel, in their order: the first of each hash."""
    first: dict[str, CarriedFile] = {}
    for one in files:
        first.setdefault(one.sha256, one)
    return list(first.values())


def cipher_of(shared: bytes, sealing_key: bytes, opening: bytes) -> ChaCha20Poly1305:
    """Return the cipher of one file; the head is in its key: with a touched head no part opens."""
    info = CONTEXT + hashlib.sha256(opening).digest()
    return ChaCha20Poly1305(HKDF(hashes.SHA256(), 32, salt=sealing_key, info=info).derive(shared))


def nonce(kind: Kind, number: int) -> bytes:
    """Return the nonce of a part or piece."""
    return bytes([kind]) + number.to_bytes(11, "big")


def _places(files: Sequence[CarriedFile], place: int) -> Iterator[tuple[str, tuple[int, int]]]:
    number = 0
    for one in distinct(files):
        yield one.sha256, (place, number)
        pieces = -(-one.size // PIECE_BYTES)
        place, number = place + one.size + pieces * TAG_BYTES, number + pieces


def _listed(lines: Sequence[bytes]) -> list[CarriedFile]:
    try:
        found = [CarriedFile(*(json.loads(line)[name] for name in _LISTED)) for line in lines]
    except (ValueError, TypeError, KeyError):
        raise _fault("damaged") from None
    sizes = {str(one.sha256): one.size for one in found}
    if not all(_is_sound(one) and sizes[one.sha256] == one.size for one in found):
        raise _fault("damaged")
    return found


def _is_sound(one: CarriedFile) -> bool:
    texts = isinstance(one.content_type, str) and isinstance(one.record_id, str)
    is_size = isinstance(one.size, int) and not isinstance(one.size, bool) and one.size > 0
    return texts and is_size and isinstance(one.sha256, str) and _SHA256.fullmatch(one.sha256) is not None


def _read_opening(file: BinaryIO) -> tuple[bytes, int, dict[str, str]]:
    file.seek(0)
    magic = file.read(len(MAGIC) + 1)
    if magic[:-1] != MAGIC or not magic[-1]:
        raise _fault("not_ours")
    if magic[-1] > NEWEST:
        raise _fault("newer")
    length = _exactly(file, LENGTH.size)
    size = LENGTH.unpack(length)[0]
    if size > MAX_HEAD_BYTES:
        raise _fault("damaged")
    raw = _exactly(file, size)
    try:
        head = json.loads(raw)
    except ValueError:
        raise _fault("damaged") from None
    if not isinstance(head, dict) or not all(isinstance(head.get(name), str) for name in MEMBERS):
        raise _fault("damaged")
    return magic + length + raw, magic[-1], {name: head[name] for name in MEMBERS}


def _exactly(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) != size:
        raise _fault("cut")
    return found


def _fault(problem: str) -> AppError:
    return AppError(ErrorCode.RESCUE_FILE, problem=problem)
