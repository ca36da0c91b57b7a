"""JSON texts, honest and hostile: seeded, so that a number repeats a text."""

from __future__ import annotations

import json
import random

from field178_shared.wire.canonical import canonical

_LEAVES = (
    None,
    True,
    0,
    -1,
    2**53 - 1,
    2**53,
    10**16,
    0.5,
    "",
    "Nói “được”\n",
    "]}",
    '"',
    "\\",
    "e\u0301",
    "\u0000",
    "\ud800",
)
_KEYS = ("a", "b", "ghi chú", "[", '"', "\\", "_x")
_PIECES = ('"', "[", "]", "{", "}", "\\", ":", ",", "1", "-0", "1e5", " ", "\n", "\\u0041", '"a"', "NaN")


def text(number: int) -> bytes:
    """Return one generated text; a third are spoiled by a cut, a doubled or a foreign piece."""
    chance = random.Random(f"text|{number}")
    whole = _spelled(_value(chance, chance.choice((1, 3, 5, 34))), chance)
    return whole if chance.random() < 2 / 3 else _spoiled(whole, chance)


def _value(chance: random.Random, depth: int) -> object:
    kind = chance.random()
    if depth == 0 or kind < 0.2:
        # What is forbidden is rare, or hardly any text would be without it.
        return chance.choice(_LEAVES if chance.random() < 0.1 else _LEAVES[:5] + _LEAVES[8:13])
    # A deep value is narrow, a shallow one wide.
    items = [_value(chance, depth - 1) for _ in range(1 if depth > 5 else chance.randrange(4))]
    if kind < 0.6:
        return items
    return dict(zip(chance.sample(_KEYS, len(items)), items, strict=True))


def _spelled(value: object, chance: random.Random) -> bytes:
    way = chance.random()
    if way < 0.2:
        return json.dumps(value).encode()
    if way < 0.4:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        return canonical(value)
    except (TypeError, ValueError):  # what has no canonical form is spelled without white space
        tight = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return tight.encode("utf-8", "surrogatepass")


def _spoiled(whole: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(whole) + 1) for _ in range(2))
    foreign = (chance.choice(_PIECES).encode(), bytes([chance.randrange(256)]))
    piece = chance.choice((b"", whole[start:end] * 2, *foreign))
    return whole[:start] + piece + whole[end:]
