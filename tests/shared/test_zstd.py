import importlib

import pytest

from field178_shared import zstd


def test_a_frame_that_wants_a_larger_window_is_refused_before_it_costs_memory() -> None:
    engine = zstd._engine()
    assert engine is not None
    asked = {engine.CompressionParameter.window_log: 27}
    packer = engine.ZstdCompressor(options=asked)
    packed = packer.compress(b"0" * (1 << 20)) + packer.flush(packer.FLUSH_FRAME)
    with pytest.raises(zstd.Damaged):
        zstd.Decompressor().decompress(packed, 100)


def test_nothing_is_read_after_the_end_of_a_frame() -> None:
    stream, reader = zstd.Stream(), zstd.Decompressor()
    assert reader.decompress(stream.add(b"abc") + stream.finish()) == b"abc"
    assert reader.eof
    with pytest.raises(zstd.Damaged):
        reader.decompress(b"more")


def test_a_machine_that_has_no_zstandard_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> None:
        raise ModuleNotFoundError(name)

    zstd._engine.cache_clear()
    monkeypatch.setattr(importlib, "import_module", nowhere)
    try:
        assert not zstd.is_here()
    finally:
        zstd._engine.cache_clear()
