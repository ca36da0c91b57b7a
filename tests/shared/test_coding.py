import tracemalloc
import zlib

import pytest

from field178_shared.coding import GzipStream, StreamReader, decode, gzip_bytes
from field178_shared.errors import AppError, ErrorCode


def test_a_body_survives_gzip_and_the_same_body_gives_the_same_bytes() -> None:
    body = "Nhà nghỉ Hoa Phượng".encode() * 50
    assert decode("gzip", gzip_bytes(body), 1 << 20) == body
    assert gzip_bytes(body) == gzip_bytes(body)
    assert decode(None, body, 1 << 20) == body


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("br", b"x", ErrorCode.UNSUPPORTED_ENCODING),
        ("gzip", b"not gzip", ErrorCode.BAD_ENCODING),
        ("gzip", gzip_bytes(b"abc" * 9)[:-8], ErrorCode.BAD_ENCODING),
        ("gzip", gzip_bytes(b"abc") + b"tail", ErrorCode.BAD_ENCODING),
        (None, b"x" * 101, ErrorCode.TOO_LARGE),
        ("gzip", gzip_bytes(b"x" * 101), ErrorCode.TOO_LARGE),
    ],
    ids=["unknown coding", "no gzip", "cut", "trailing bytes", "large", "large when expanded"],
)
def test_damaged_foreign_and_large_bodies_are_refused(name: str | None, data: bytes, code: ErrorCode) -> None:
    with pytest.raises(AppError) as caught:
        decode(name, data, 100)
    assert caught.value.code is code


def test_a_bomb_costs_no_more_memory_than_the_limit_allows() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    tracemalloc.start()
    with pytest.raises(AppError):
        decode("gzip", bomb, 4 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 << 20


def test_a_cut_answer_is_readable_up_to_its_last_flush() -> None:
    stream = GzipStream()
    sent = stream.add(b"first\n") + stream.flush()
    lost = stream.add(b"second\n") + stream.finish()
    reader = StreamReader("gzip")
    assert b"".join(reader.feed(bytes([byte])) for byte in sent) == b"first\n"
    assert reader.feed(lost) == b"second\n"
