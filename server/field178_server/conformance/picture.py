"""Pictures for the upload cases: each is a clean JPEG of 8 x 8 pixels with bytes of its own."""

from __future__ import annotations

import base64
import hashlib
import secrets

from field178_server.conformance.hashes import Json

_HEAD = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300")
_TAIL = bytes.fromhex(
    "ffc0000b080008000801011100ffc40014000100000000000000000000000000000000ffc40014100100000000000000"
    "000000000000000000ffda0008010100003f003fffd9"
)
_TABLE_BYTES = 64


def new_picture() -> Json:
    """Return bytes, hash, size and checksum of a picture that no server has yet, as values of a case."""
    # The numbers of the quantization table may be any but 0.
    table = bytes(secrets.randbelow(255) + 1 for _ in range(_TABLE_BYTES))
    data = _HEAD + table + _TAIL
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
    return {
        "picture": data.hex(),
        "picture hash": hashlib.sha256(data).hexdigest(),
        "picture size": len(data),
        "picture checksum": f"sha256 {checksum}",
    }
