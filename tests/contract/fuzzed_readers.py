"""Readers of what strangers send or carry, each with generated cases of its format.

A case returns its outcome; any other exception than the declared refusals is a defect.
"""

from __future__ import annotations

import base64
import io
import json
import random
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from openpyxl import Workbook
from tests.contract.generated_texts import text
from tests.contract.mutations import PIECES, mutated, mutated_zip

from field178_mobile.replication.enrolment import read_address, read_link
from field178_mobile.store.database.encryption import Sealer
from field178_mobile.store.outbox.changes import NewChange
from field178_mobile.store.outbox.journal import Journal, JournalEntry, read_entry
from field178_server.office.lists.worksheet import read_worksheet
from field178_server.office.register_import.reading.table_file import read_tables
from field178_shared import offline_export
from field178_shared.errors import AppError, ErrorCode
from field178_shared.list_packs import ListPack
from field178_shared.offline_export import ExportOrigin, OfflineExport, write_offline_export
from field178_shared.wire import content_coding, strict_json
from field178_shared.wire.canonical import canonical

READ = "read"
_LIMIT = 64 << 10
_OFFICE = X25519PrivateKey.from_private_bytes(b"o" * 32)
_TABLET = Ed25519PrivateKey.from_private_bytes(b"t" * 32)
_LINK = (
    b"field178:enrol?u=https%3A%2F%2Fso178.example%3A8443&c=ABCDEFGHJKMNPQRS&p=4pLq-xY&p=7Zk_9w&k=Zm9vYmFy"
)


def json_case(chance: random.Random, _folder: Path) -> str:
    """Load a generated text, or one with changed bytes."""
    data = text(chance.randrange(1 << 30))
    if chance.random() < 0.7:
        data = mutated(data, chance)
    return _outcome(lambda: strict_json.loads(data), ErrorCode.MALFORMED)


def gzip_case(chance: random.Random, _folder: Path) -> str:
    """Unpack a changed body, at once and as it arrives."""
    plain = text(chance.randrange(1 << 30)) * chance.choice((1, 1, 50, 5000))
    data = content_coding.gzip_bytes(plain)
    if chance.random() < 0.8:
        data = mutated(data, chance)
    stream, pieces = content_coding.StreamReader(content_coding.GZIP), range(0, len(data), 4096)
    _outcome(
        lambda: [stream.feed(data[at : at + 4096]) for at in pieces],
        ErrorCode.BAD_ENCODING,
    )

    def unpack() -> None:
        assert len(content_coding.decode(content_coding.GZIP, data, _LIMIT)) <= _LIMIT

    return _outcome(unpack, ErrorCode.BAD_ENCODING, ErrorCode.TOO_LARGE)


def link_case(chance: random.Random, _folder: Path) -> str:
    """Read the changed text of an enrolment code."""
    data = mutated(_LINK, chance) if chance.random() < 0.9 else chance.choice(PIECES)
    words = data.decode("utf-8", "replace")
    read_address(words)
    link = read_link(words)
    return "refused" if link is None else READ


def journal_case(chance: random.Random, folder: Path) -> str:
    """Read a changed journal: no entry comes out changed."""
    whole, entries = _journal(str(folder))
    path = folder / "changed.journal"
    path.write_bytes(mutated(whole, chance))
    journal = Journal(path)
    try:
        sealer = Sealer(b"k" * 32)
        readable = [read_entry(sealer, frame) for frame in journal.frames()]
    finally:
        journal.close()
        path.unlink()
    assert all(entry in entries for entry in readable if entry is not None)
    return f"{sum(entry is not None for entry in readable)} of {len(entries)} entries"


def export_case(chance: random.Random, _folder: Path) -> str:
    """Read a changed export, or one that a stranger made who knows the office's public key."""
    data = mutated(_export(), chance) if chance.random() < 0.5 else _forged_export(chance)

    def read() -> None:
        export = OfflineExport(io.BytesIO(data), _OFFICE)
        for name in ("tenant", "device", "incarnation", "created_at"):
            value = getattr(export.origin, name)
            assert "\0" not in value
            value.encode()
        export.check(_TABLET.public_key().public_bytes_raw())
        assert data == _export(), "a changed file has a valid signature"
        assert [json.loads(line) for line in export.changes()] == _CHANGES

    return _outcome(read, ErrorCode.RESCUE_FILE)


def workbook_case(chance: random.Random, _folder: Path) -> str:
    """Read a changed workbook as a register and as lists."""
    data = mutated_zip(_workbook(), chance)
    _outcome(lambda: read_worksheet(data, ListPack()), ErrorCode.LISTS_REFUSED)

    def read() -> None:
        for sheet in read_tables(io.BytesIO(data), "so.xlsx"):
            for row in sheet.rows:
                assert all(isinstance(value, str) for value in row.texts)

    return _outcome(read, ErrorCode.REGISTER_FILE)


READERS: Mapping[str, Callable[[random.Random, Path], str]] = {
    "json": json_case,
    "gzip": gzip_case,
    "link": link_case,
    "journal": journal_case,
    "export": export_case,
    "workbook": workbook_case,
}


def outcome_of(reader: str, number: int, folder: Path) -> str:
    """Run a case of a reader; the same number is the same case."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl names what it leaves out
        return READERS[reader](random.Random(f"{reader}|{number}"), folder)


def _outcome(read: Callable[[], object], *declared: ErrorCode) -> str:
    try:
        read()
    except AppError as refusal:
        if refusal.code not in declared:
            raise
        return str(refusal.details.get("problem", refusal.code))
    return READ


_CHANGES: list[dict[str, object]] = [{"n": number, "set": {"name": "Nhà nghỉ Hoa"}} for number in range(5)]
_ORIGIN = ExportOrigin("main", "device-1", "life-1", "2026-11-24T15:00:00Z")


@cache
def _export() -> bytes:
    file = io.BytesIO()
    office = _OFFICE.public_key().public_bytes_raw()
    write_offline_export(file, _ORIGIN, _CHANGES, office, _TABLET.private_bytes_raw())
    return file.getvalue()


def _forged_export(chance: random.Random) -> bytes:
    box = X25519PrivateKey.from_private_bytes(b"b" * 32)
    key = base64.urlsafe_b64encode(box.public_key().public_bytes_raw()).rstrip(b"=").decode()
    head = canonical({"key": key, "tenant": "main", "device": "d", "incarnation": "i", "created_at": "t"})
    if chance.random() < 0.5:
        head = head.replace(chance.choice((b"main", b'"d"', b'"t"', b"{", b"}")), chance.choice(PIECES))
    opening = offline_export.MAGIC + b"\1" + offline_export.LENGTH.pack(len(head)) + head
    office = _OFFICE.public_key().public_bytes_raw()
    cipher = offline_export._cipher_of(box.exchange(_OFFICE.public_key()), office, opening)
    last = mutated(canonical({"changes": 0, "signature": "00" * 64}), chance)
    return opening + b"".join(_forged_parts(cipher, last, chance))


def _forged_parts(cipher: object, last: bytes, chance: random.Random) -> Iterator[bytes]:
    kinds = offline_export.PartKind
    parts = [b"{}\n" * chance.randrange(3) for _ in range(chance.randrange(3))]
    for number, part in enumerate(parts):
        yield offline_export._framed(cipher, offline_export._nonce(kinds.CHANGES, number), part)  # type: ignore[arg-type]
    yield offline_export._framed(cipher, offline_export._nonce(kinds.LAST, len(parts)), last)  # type: ignore[arg-type]


@cache
def _journal(folder: str) -> tuple[bytes, list[JournalEntry]]:
    path = Path(folder) / "whole.journal"
    journal, sealer = Journal(path), Sealer(b"k" * 32)
    entries = [JournalEntry(_change(number), f"draft-{number}") for number in range(6)]
    journal.append(sealer, entries)
    journal.close()
    return path.read_bytes(), entries


def _change(number: int) -> NewChange:
    wire = {"change_id": f"0190c1de-0000-7000-8000-{number:012d}", "n": number, "set": {"note": "đã báo"}}
    return NewChange(wire, "life-1", {}, ())


@cache
def _workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["violations.items", "Tên cơ sở", "Địa chỉ", "Ngày", "Số phòng"])
    for number in range(12):
        sheet.append([number, "Karaoke Đá", True, date(2026, 1, 5), number / 7])
    sheet.append([None, time(23, 59), None, "x" * 400, -1e300])
    sheet.merge_cells("B2:B5")
    book.create_sheet("Trang hai").append(["một", "hai"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
