"""Mutations of valid inputs: seeded, so that a number repeats a case."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence

# Pieces of the formats that are read, and numbers at the edges of fields.
_WORDS = rb"""\ud800 \u0000 %00 & < > " -1 1e999 NaN null [] {} true // //[ https://[:: # ? &#0; &#x110000;
&e; XFD1048576 A0 4294967296 2026-02-30T25:61:61 t='e' t='d' s='99999' <!DOCTYPE/x[<!ENTITY/e/'e'>]>"""
PIECES = (
    b"",
    b"\0",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\xff",
    b"\xed\xa0\x80",
    b"[" * 2000,
    b'{"a":' * 700,
    b"9" * 5000,
    *_WORDS.split(),
)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return some bytes changed, moved, doubled or lost, one to four times."""
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(_WAYS)(data, chance)
    return data


def mutated_zip(data: bytes, chance: random.Random) -> bytes:
    """Return a ZIP file with a changed part, another list of parts, another packing, or changed bytes."""
    if chance.random() < 0.3:
        return mutated(data, chance)
    out = io.BytesIO()
    packing = chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(io.BytesIO(data)) as good, zipfile.ZipFile(out, "w", packing) as bad:
        names = good.namelist()
        touched = set(chance.sample(names, chance.randint(1, 2)))
        for name in names:
            part = good.read(name)
            if name not in touched:
                bad.writestr(name, part)
            elif chance.random() < 0.9:
                bad.writestr(name, mutated(part, chance))
    whole = out.getvalue()
    return mutated(whole, chance) if chance.random() < 0.2 else whole


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 1, 2, 4, 8, 64, 1024)))


def _flipped(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _lost(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _doubled(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 1, 100)) + data[end:]


def _moved(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    place = chance.randrange(len(data) + 1)
    return data[:place] + data[start:end] + data[place:]


def _replaced(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + chance.choice(PIECES) + data[end:]


_WAYS: Sequence[Callable[[bytes, random.Random], bytes]] = (
    _flipped,
    _cut,
    _lost,
    _doubled,
    _moved,
    _replaced,
    _replaced,
)
