"""The rescue file: what was written is read; whatever is touched, cut or not ours is refused."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from field178_shared import rescue, rescue_writing
from field178_shared.errors import AppError, ErrorCode
from field178_shared.rescue import MAGIC, CarriedFile, Origin, RescueFile
from field178_shared.rescue_writing import Cargo, write_rescue

OFFICE = X25519PrivateKey.generate()
TABLET = Ed25519PrivateKey.generate()
ORIGIN = Origin("main", "device-1", "life-1", "2026-11-24T15:00:00Z")
CHANGES = [{"n": number, "set": {"name": "Nhà nghỉ " + "á" * 30}} for number in range(40)]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescue, "PART_BYTES", 600)
    monkeypatch.setattr(rescue, "PIECE_BYTES", 256)
    monkeypatch.setattr(rescue_writing, "PIECE_BYTES", 256)


PHOTOS = {hashlib.sha256(data).hexdigest(): data for data in (b"a" * 1000, b"b" * 300, b"c" * 2000)}
CARRIED = tuple(CarriedFile(sha256, len(data), "image/jpeg", "r1") for sha256, data in PHOTOS.items())


def written(
    changes: list[dict[str, object]] = CHANGES, files: tuple[CarriedFile, ...] = (), spoiled: str = ""
) -> bytes:
    def read(sha256: str, offset: int, length: int) -> bytes:
        if sha256 == spoiled:
            raise AppError(ErrorCode.STORE_DAMAGED)
        return PHOTOS.get(sha256, b"x" * 9)[offset : offset + length]

    file = io.BytesIO()
    office = OFFICE.public_key().public_bytes_raw()
    cargo = Cargo(changes, files, read)
    assert write_rescue(file, ORIGIN, cargo, office, TABLET.private_bytes_raw()) == len(changes)
    return file.getvalue()


def photos_in(content: bytes) -> dict[str, object]:
    """Return the bytes of each photo, or why they are not whole."""
    file = RescueFile(io.BytesIO(content), OFFICE)
    file.check(TABLET.public_key().public_bytes_raw())
    return {one.sha256: file.fault_of(one) or b"".join(file.read(one)) for one in file.files}


def read(
    content: bytes, office: X25519PrivateKey = OFFICE, tablet: Ed25519PrivateKey = TABLET
) -> list[object]:
    file = RescueFile(io.BytesIO(content), office)
    count = file.check(tablet.public_key().public_bytes_raw())
    found = [json.loads(line) for line in file.changes()]
    assert len(found) == count
    return found


def refusal(content: bytes, **keys: object) -> object:
    with pytest.raises(AppError) as refused:
        read(content, **keys)  # type: ignore[arg-type]
    assert refused.value.code is ErrorCode.RESCUE_FILE
    return refused.value.details["problem"]


@pytest.mark.parametrize("count", [0, 1, 40])
def test_what_was_written_is_read_in_its_order(count: int) -> None:
    content = written(CHANGES[:count])
    assert read(content) == CHANGES[:count]
    assert RescueFile(io.BytesIO(content), OFFICE).origin == ORIGIN


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


def test_a_part_that_says_it_is_huge_is_refused_before_it_is_read() -> None:
    opening, *_parts = split(written())
    assert refusal(opening + b"\xff\xff\xff\xff") == "damaged"
    assert refusal(MAGIC + b"\x01\xff\xff\xff\xff") == "damaged"


def test_any_other_file_is_called_what_it_is() -> None:
    assert refusal(b"%PDF-1.7 ...") == "not_ours"
    assert refusal(b"") == "not_ours"


def test_a_version_this_reader_does_not_know_is_called_newer() -> None:
    assert refusal(MAGIC + b"\x03") == "newer"


def test_without_photos_it_is_what_every_reader_knows() -> None:
    assert written()[len(MAGIC)] == 1
    assert written(files=CARRIED)[len(MAGIC)] == 2


def test_photos_travel_beside_the_changes() -> None:
    content = written(files=CARRIED)
    assert read(content) == CHANGES
    assert photos_in(content) == PHOTOS
    assert b"aaaa" not in content


def test_a_photo_of_two_records_travels_once() -> None:
    again = replace(CARRIED[0], record_id="r2")
    once, twice = written(files=CARRIED[:1]), written(files=(CARRIED[0], again))
    assert photos_in(twice) == {CARRIED[0].sha256: PHOTOS[CARRIED[0].sha256]}
    assert len(twice) - len(once) < 300


def test_a_cut_among_the_photos_leaves_what_is_whole_and_names_the_rest() -> None:
    content = written(files=CARRIED)
    first, second, third = PHOTOS
    pieces = sum(len(data) + 16 * -(-len(data) // 256) for data in PHOTOS.values())
    whole_changes = len(content) - pieces
    for size in range(whole_changes, len(content), 97):
        found = photos_in(content[:size])
        assert read(content[:size]) == CHANGES
        assert found[third] == "cut"
        assert all(found[one] in ("cut", PHOTOS[one]) for one in (first, second))
    assert photos_in(content[:-1]) == {**PHOTOS, third: "cut"}
    assert refusal(content[: whole_changes - 1]) == "cut"


def test_a_flipped_bit_in_a_photo_costs_that_photo_alone() -> None:
    content = bytearray(written(files=CARRIED))
    content[-1] ^= 1
    found = photos_in(bytes(content))
    assert list(found.values())[:2] == list(PHOTOS.values())[:2]
    assert list(found.values())[2] == "damaged"


def test_a_photo_that_the_tablet_cannot_read_costs_that_photo_alone() -> None:
    found = photos_in(written(files=CARRIED, spoiled=CARRIED[1].sha256))
    assert found == {**PHOTOS, CARRIED[1].sha256: "damaged"}


def test_a_flipped_bit_before_the_photos_is_refused() -> None:
    content = written(CHANGES[:2], CARRIED[:1])
    end = len(content) - 1000 - 16 * 4
    for position in range(end):
        refusal(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])


@pytest.mark.parametrize("bad", [{"size": 0}, {"sha256": "../x"}, {"size": 9}])
def test_a_list_that_names_what_is_no_photo_is_refused(bad: dict[str, object]) -> None:
    assert refusal(written(files=(CARRIED[0], replace(CARRIED[0], **bad)))) == "damaged"


def split(content: bytes) -> list[bytes]:
    pieces, position, start = [], len(MAGIC) + 1, 0
    while position < len(content):
        position += 4 + int.from_bytes(content[position : position + 4])
        pieces.append(content[start:position])
        start = position
    return pieces
