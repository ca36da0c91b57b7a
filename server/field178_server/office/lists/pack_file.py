"""Pack file for another office: one JSON object, signed by the office that wrote it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field178_server.security.keyring import to_base64url
from field178_shared.crypto.signatures import is_signed
from field178_shared.errors import AppError, ErrorCode
from field178_shared.list_packs import ListPack
from field178_shared.list_packs.pack import row_of, text_of
from field178_shared.time.clock import to_wire

FORMAT = "field178-lists-1"
MAX_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class PackFile:
    """A pack of another office, with that office's tenant (`origin`) and public key (`signer`)."""

    pack: ListPack
    origin: str
    signer: str


def write_pack_file(pack: ListPack, origin: str, key: Ed25519PrivateKey, now: datetime) -> bytes:
    """Return the file of a pack."""
    rows = {table: {name: row_of(text) for name, text in texts.items()} for table, texts in pack.rows.items()}
    content = {
        "format": FORMAT,
        "origin": origin,
        "number": pack.number,
        "made_at": to_wire(now),
        "signer": to_base64url(key.public_key().public_bytes_raw()),
        "signature": to_base64url(key.sign(pack.signed_text(origin).encode())),
        "rows": rows,
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def read_pack_file(data: bytes, trusted: Collection[str]) -> PackFile:
    """Return the pack of a file, or raise AppError(lists_refused) with `problem`.

    `trusted`: the public keys of the offices whose packs are accepted.
    """
    content = _object(data)
    origin, signer, signature = (_text(content, name) for name in ("origin", "signer", "signature"))
    number, rows = content.get("number"), content.get("rows")
    if content.get("format") != FORMAT or type(number) is not int or not isinstance(rows, dict):
        raise refused("not_a_pack")
    if not signature:
        raise refused("not_signed")
    if signer not in trusted:
        raise refused("unknown_signer", signer=signer)
    if not all(isinstance(table, dict) for table in rows.values()):
        raise refused("not_a_pack")
    pack = ListPack(
        number, {name: {key: text_of(row) for key, row in table.items()} for name, table in rows.items()}
    )
    if not is_signed(signer, pack.signed_text(origin), signature):
        raise refused("wrong_signature")
    return PackFile(pack, origin, signer)


def refused(problem: str, **details: object) -> AppError:
    """Return the error that refuses a whole file."""
    return AppError(ErrorCode.LISTS_REFUSED, problem=problem, **details)


def _object(data: bytes) -> dict[str, object]:
    if len(data) > MAX_BYTES:
        raise refused("too_large", limit=MAX_BYTES)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise refused("not_complete") from None
    if not isinstance(content, dict):
        raise refused("not_a_pack")
    return content


def _text(content: dict[str, object], name: str) -> str:
    value = content.get(name)
    return value if isinstance(value, str) else ""
