import gzip
import tracemalloc

import pytest

from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.content_coding import GZIP, GzipStream, StreamReader, decode, gzip_bytes

PARTS = [f"Nhà nghỉ Hoa Phượng {number}\n".encode() * 40 for number in range(6)]


def refused(name: str | None, data: bytes, limit: int = 100) -> ErrorCode:
    with pytest.raises(AppError) as caught:
        decode(name, data, limit)
    return caught.value.code


def test_a_body_survives_and_the_same_body_gives_the_same_bytes() -> None:
    body = b"".join(PARTS)
    assert decode(GZIP, gzip_bytes(body), 1 << 20) == body
    assert gzip_bytes(body) == gzip_bytes(body)
    assert decode(GZIP, gzip_bytes(b""), 0) == b""


def test_a_plain_body_is_taken_up_to_the_limit() -> None:
    assert decode(None, b"x" * 100, 100) == b"x" * 100
    assert refused(None, b"x" * 101) is ErrorCode.TOO_LARGE


@pytest.mark.parametrize("name", ["br", "zstd", "deflate", "gzip, gzip"])
def test_another_coding_is_refused_both_ways(name: str) -> None:
    assert refused(name, b"x") is ErrorCode.UNSUPPORTED_ENCODING
    with pytest.raises(AppError) as caught:
        StreamReader(name)
    assert caught.value.code is ErrorCode.UNSUPPORTED_ENCODING


def test_damaged_and_large_bodies_are_refused() -> None:
    whole = gzip_bytes(b"abc" * 9)
    assert refused(GZIP, b"\xff\xfenothing of the kind") is ErrorCode.BAD_ENCODING
    assert refused(GZIP, whole[:-1]) is ErrorCode.BAD_ENCODING
    assert refused(GZIP, b"") is ErrorCode.BAD_ENCODING
    assert refused(GZIP, whole + b"tail") is ErrorCode.BAD_ENCODING
    assert refused(GZIP, whole + whole) is ErrorCode.BAD_ENCODING
    assert refused(GZIP, gzip_bytes(b"x" * 101)) is ErrorCode.TOO_LARGE


def test_a_cut_body_is_refused_even_when_all_its_text_is_there() -> None:
    assert refused(GZIP, gzip_bytes(b"abc" * 9)[:-8]) is ErrorCode.BAD_ENCODING


def test_a_bomb_costs_no_more_memory_than_the_limit_allows() -> None:
    stream = GzipStream()
    bomb = b"".join(stream.add(bytes(1 << 20)) for _ in range(256)) + stream.finish()
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    assert refused(GZIP, bomb, 4 << 20) is ErrorCode.TOO_LARGE
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 << 20


def test_a_cut_answer_is_readable_up_to_its_last_flush() -> None:
    stream, reader, sent = GzipStream(), StreamReader(GZIP), b""
    for part in PARTS:
        piece = stream.add(part) + stream.flush()
        assert b"".join(reader.feed(bytes([byte])) for byte in piece) == part
        sent += piece
    end = stream.finish()
    assert reader.feed(end) == b""
    assert gzip.decompress(sent + end) == b"".join(PARTS)


def test_damaged_answer_raises_its_error() -> None:
    with pytest.raises(AppError) as caught:
        StreamReader(GZIP).feed(b"\xff\xfenothing of the kind")
    assert caught.value.code is ErrorCode.BAD_ENCODING
