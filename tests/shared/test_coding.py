import tracemalloc
import zlib

import pytest

from field178_shared import zstd
from field178_shared.coding import (
    CODINGS,
    DICTIONARY_1,
    GZIP,
    ZSTD,
    StreamReader,
    decode,
    encode,
    gzip_bytes,
    writer,
)
from field178_shared.dictionaries import dictionary
from field178_shared.errors import AppError, ErrorCode

PARTS = [f"Nhà nghỉ Hoa Phượng {number}\n".encode() * 40 for number in range(6)]


def refused(name: str | None, data: bytes, limit: int = 100) -> ErrorCode:
    with pytest.raises(AppError) as caught:
        decode(name, data, limit)
    return caught.value.code


@pytest.mark.parametrize("name", CODINGS)
def test_a_body_survives_and_the_same_body_gives_the_same_bytes(name: str) -> None:
    body = b"".join(PARTS)
    assert decode(name, encode(name, body), 1 << 20) == body
    assert encode(name, body) == encode(name, body)
    assert decode(name, encode(name, b""), 0) == b""


def test_a_plain_body_is_taken_up_to_the_limit() -> None:
    assert decode(None, b"x" * 100, 100) == b"x" * 100
    assert refused(None, b"x" * 101) is ErrorCode.TOO_LARGE
    assert refused("br", b"x") is ErrorCode.UNSUPPORTED_ENCODING


@pytest.mark.parametrize("name", CODINGS)
def test_damaged_and_large_bodies_are_refused(name: str) -> None:
    whole = encode(name, b"abc" * 9)
    assert refused(name, b"\xff\xfenothing of the kind") is ErrorCode.BAD_ENCODING
    assert refused(name, whole[:-1]) is ErrorCode.BAD_ENCODING
    assert refused(name, b"") is ErrorCode.BAD_ENCODING
    assert refused(name, whole + b"tail") is ErrorCode.BAD_ENCODING
    assert refused(name, whole + whole) is ErrorCode.BAD_ENCODING
    assert refused(name, encode(name, b"x" * 101)) is ErrorCode.TOO_LARGE


def test_a_cut_gzip_body_is_refused_even_when_all_its_text_is_there() -> None:
    assert refused(GZIP, gzip_bytes(b"abc" * 9)[:-8]) is ErrorCode.BAD_ENCODING


@pytest.mark.parametrize("name", CODINGS)
def test_a_bomb_costs_no_more_memory_than_the_limit_allows(name: str) -> None:
    stream = writer(name)
    bomb = b"".join(stream.add(bytes(1 << 20)) for _ in range(256)) + stream.finish()
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    assert refused(name, bomb, 4 << 20) is ErrorCode.TOO_LARGE
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 << 20


@pytest.mark.parametrize("name", CODINGS)
def test_a_cut_answer_is_readable_up_to_its_last_flush(name: str) -> None:
    stream, reader = writer(name), StreamReader(name)
    for part in PARTS:
        sent = stream.add(part) + stream.flush()
        assert b"".join(reader.feed(bytes([byte])) for byte in sent) == part
    assert reader.feed(stream.finish()) == b""


@pytest.mark.parametrize("name", CODINGS)
def test_a_damaged_answer_is_said_to_be_damaged(name: str) -> None:
    with pytest.raises(AppError) as caught:
        StreamReader(name).feed(b"\xff\xfenothing of the kind")
    assert caught.value.code is ErrorCode.BAD_ENCODING


def test_the_dictionary_is_raw_deflate_as_any_client_reads_it() -> None:
    packed = encode(DICTIONARY_1, PARTS[0])
    assert zlib.decompressobj(-15, zdict=dictionary(1)).decompress(packed) == PARTS[0]


def test_a_machine_without_zstandard_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = encode(ZSTD, b"abc")
    monkeypatch.setattr(zstd, "is_here", lambda: False)
    assert refused(ZSTD, packed) is ErrorCode.UNSUPPORTED_ENCODING
    with pytest.raises(AppError):
        StreamReader(ZSTD)
