"""Writing a rescue file (protocol §14): changes first, then the list of photos, then their bytes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from field178_shared import rescue
from field178_shared.canonical import canonical
from field178_shared.errors import AppError
from field178_shared.rescue import (
    CONTEXT,
    LENGTH,
    MAGIC,
    MEMBERS,
    PIECE_BYTES,
    TAG_BYTES,
    CarriedFile,
    Kind,
    Origin,
    cipher_of,
    distinct,
    nonce,
)


@dataclass(frozen=True, slots=True)
class Cargo:
    """What goes into a file. `read(sha256, offset, length)` gives bytes of a photo, or raises AppError."""

    changes: Iterable[dict[str, object]]
    files: Sequence[CarriedFile] = ()
    read: Callable[[str, int, int], bytes] = lambda _sha256, _offset, _length: b""


def write_rescue(file: BinaryIO, origin: Origin, cargo: Cargo, sealing_key: bytes, signing_key: bytes) -> int:
    """Write a whole file for the holder of the sealing key, one part in memory; return how many changes.

    Without photos it is one of version 1, which every reader knows.
    """
    box = X25519PrivateKey.generate()
    key = base64.urlsafe_b64encode(box.public_key().public_bytes_raw()).rstrip(b"=").decode()
    head = canonical({"key": key, **{name: getattr(origin, name) for name in MEMBERS[:-1]}})
    version = 2 if cargo.files else 1
    opening = MAGIC + bytes([version]) + LENGTH.pack(len(head)) + head
    shared = box.exchange(X25519PublicKey.from_public_bytes(sealing_key))
    cipher, digest, parts = cipher_of(shared, sealing_key, opening), hashlib.sha256(opening), 0
    counts = {Kind.CHANGES: 0, Kind.FILES: 0}
    file.write(opening)
    for kind, lines in _filled(cargo):
        framed = _framed(cipher, nonce(kind, parts), b"".join(lines))
        file.write(framed)
        digest.update(framed)
        counts[kind], parts = counts[kind] + len(lines), parts + 1
    signature = Ed25519PrivateKey.from_private_bytes(signing_key).sign(CONTEXT + digest.digest()).hex()
    last: dict[str, object] = {"changes": counts[Kind.CHANGES], "signature": signature}
    if version > 1:
        last["files"] = counts[Kind.FILES]
    file.write(_framed(cipher, nonce(Kind.LAST, parts), canonical(last)))
    _write_pieces(file, cipher, cargo)
    return counts[Kind.CHANGES]


def _write_pieces(file: BinaryIO, cipher: ChaCha20Poly1305, cargo: Cargo) -> None:
    number = 0
    for one in distinct(cargo.files):
        for offset in range(0, one.size, PIECE_BYTES):
            data = _read(cargo, one, offset)
            # What does not open any more keeps its place, so that it costs no other photo.
            zeros = bytes(min(PIECE_BYTES, one.size - offset) + TAG_BYTES)
            file.write(zeros if data is None else cipher.encrypt(nonce(Kind.PIECE, number), data, None))
            number += 1


def _read(cargo: Cargo, one: CarriedFile, offset: int) -> bytes | None:
    length = min(PIECE_BYTES, one.size - offset)
    try:
        data = cargo.read(one.sha256, offset, length)
    except AppError:
        return None
    return data if len(data) == length else None


def _framed(cipher: ChaCha20Poly1305, at: bytes, content: bytes) -> bytes:
    sealed = cipher.encrypt(at, content, None)
    return LENGTH.pack(len(sealed)) + sealed


def _filled(cargo: Cargo) -> Iterator[tuple[Kind, list[bytes]]]:
    listed = {Kind.CHANGES: cargo.changes, Kind.FILES: [one.to_wire() for one in cargo.files]}
    for kind, members in listed.items():
        part: list[bytes] = []
        for member in members:
            line = canonical(member) + b"\n"
            if part and sum(map(len, part)) + len(line) > rescue.PART_BYTES:
                yield kind, part
                part = []
            part.append(line)
        if part:
            yield kind, part
