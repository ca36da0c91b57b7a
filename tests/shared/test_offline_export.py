"""The rescue file: what was written is read; whatever is touched, cut or not ours is refused."""

from __future__ import annotations

import base64
import io
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from field178_shared import offline_export
from field178_shared.errors import AppError, ErrorCode
from field178_shared.offline_export import MAGIC, ExportOrigin, OfflineExport, write_offline_export

OFFICE = X25519PrivateKey.generate()
TABLET = Ed25519PrivateKey.generate()
ORIGIN = ExportOrigin("main", "device-1", "life-1", "2026-11-24T15:00:00Z")
CHANGES = [{"n": number, "set": {"name": "Nhà nghỉ " + "á" * 30}} for number in range(40)]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline_export, "PART_BYTES", 600)


def written(changes: list[dict[str, object]] = CHANGES) -> bytes:
    file = io.BytesIO()
    office = OFFICE.public_key().public_bytes_raw()
    assert write_offline_export(file, ORIGIN, changes, office, TABLET.private_bytes_raw()) == len(changes)
    return file.getvalue()


def read(
    content: bytes, office: X25519PrivateKey = OFFICE, tablet: Ed25519PrivateKey = TABLET
) -> list[object]:
    file = OfflineExport(io.BytesIO(content), office)
    count = file.check(tablet.public_key().public_bytes_raw())
    changes = [json.loads(line) for line in file.changes()]
    assert len(changes) == count
    return changes


def refusal(content: bytes, **keys: object) -> object:
    with pytest.raises(AppError) as refused:
        read(content, **keys)  # type: ignore[arg-type]
    assert refused.value.code is ErrorCode.RESCUE_FILE
    return refused.value.details["problem"]


@pytest.mark.parametrize("count", [0, 1, 40])
def test_changes_are_read_in_the_written_order(count: int) -> None:
    content = written(CHANGES[:count])
    assert read(content) == CHANGES[:count]
    assert OfflineExport(io.BytesIO(content), OFFICE).origin == ORIGIN


def test_nothing_of_a_change_can_be_read_without_the_offices_key() -> None:
    assert "Nhà nghỉ".encode() not in written()
    assert refusal(written(), office=X25519PrivateKey.generate()) == "foreign"


def test_a_file_written_by_another_tablet_in_its_name_is_refused() -> None:
    assert refusal(written(), tablet=Ed25519PrivateKey.generate()) == "signature"


def test_a_flipped_bit_anywhere_is_refused() -> None:
    content = written(CHANGES[:6])
    for position in range(len(content)):
        refusal(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])


def test_a_file_cut_anywhere_is_refused() -> None:
    content = written(CHANGES[:6])
    for size in range(len(content)):
        refusal(content[:size])


def test_bytes_after_the_end_are_refused() -> None:
    assert refusal(written() + b"\0") == "damaged"


def test_parts_in_another_order_or_left_out_are_refused() -> None:
    opening, *parts = split(written())
    assert len(parts) > 3
    assert refusal(b"".join([opening, parts[1], parts[0], *parts[2:]]))
    assert refusal(b"".join([opening, *parts[:1], *parts[2:]]))


def test_part_with_a_huge_declared_size_is_refused_before_reading() -> None:
    opening, *_parts = split(written())
    assert refusal(opening + b"\xff\xff\xff\xff") == "damaged"
    assert refusal(MAGIC + b"\x01\xff\xff\xff\xff") == "damaged"


def test_file_of_another_format_is_refused_as_not_ours() -> None:
    assert refusal(b"%PDF-1.7 ...") == "not_ours"
    assert refusal(b"") == "not_ours"


def test_version_above_1_is_refused_as_newer() -> None:
    assert written()[len(MAGIC)] == 1
    assert refusal(MAGIC + b"\x02") == "newer"


KEY = base64.urlsafe_b64encode(TABLET.public_key().public_bytes_raw()).rstrip(b"=").decode()
HEAD = {"tenant": "main", "device": "d", "incarnation": "i", "created_at": "t", "key": KEY}


@pytest.mark.parametrize(
    "head",
    [
        b"[" * 4000,
        json.dumps({**HEAD, "device": "\ud800"}).encode(),
        json.dumps({**HEAD, "device": "\0"}).encode(),
        json.dumps([HEAD]).encode(),
    ],
)
def test_head_of_a_stranger_is_refused(head: bytes) -> None:
    assert refusal(MAGIC + b"\x01" + len(head).to_bytes(4) + head) == "damaged"


def split(content: bytes) -> list[bytes]:
    pieces, position, start = [], len(MAGIC) + 1, 0
    while position < len(content):
        position += 4 + int.from_bytes(content[position : position + 4])
        pieces.append(content[start:position])
        start = position
    return pieces
