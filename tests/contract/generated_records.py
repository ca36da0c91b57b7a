"""Good and bad records out of the schemas themselves: seeded, so that a number repeats a record."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from field178_shared import schemas

Node = Mapping[str, Any]

_TEXTS = ("", " ", "Tiếng Việt", "x" * 199, "x" * 201, "x" * 4000, "x" * 4001, "2026-02-29", "a\n")
_IDS = ("5f0b1a3e-0000-4000-8000-000000000101", "m1", "_x", "a.b", "", "5F0B1A3E-0000-4000-8000-000000000101")
_CODES = ("08:30", "24:00", "08:00\n", "a" * 64, "A" * 64, "07/BB-ĐKT178", "7/BB-ĐKT178", "07/BB-ĐKT178\n")
_DATES = ("2026-01-31", "2026-02-29", "2024-02-29", "2026-04-31", "0000-01-01", "2026-1-1", "2026-12-01\n")
_TIMES = (
    "2026-11-20T07:00:00Z",
    "2026-11-31T07:00:00Z",
    "2026-11-20T24:00:00Z",
    "2026-11-20T07:00:00.123456Z",
    "2026-11-20T07:00:00.1234567Z",
    "2026-11-20T07:00:00+00:00",
    "2026-11-20t07:00:00z",
    "2026-11-20T07:00:60Z",
)
_ANYTHING = (
    None,
    True,
    0,
    -1,
    2**53,
    1.5,
    "yes",
    [],
    {},
    [None],
    {"v": None},
    {"v": "yes"},
    {"_h": 1},
    ["x"] * 201,
)
_FORMATS = {"date": _DATES, "date-time": _TIMES, "uuid": _IDS}


def record(type_name: str, number: int) -> object:
    """Return one generated `data` of a type; a third have something anywhere that does not belong."""
    chance = random.Random(f"{type_name}|{number}")
    wildness = chance.choice((0.0, 0.0, 0.01, 0.05))
    return _value(schemas.json_schema(type_name), chance, wildness)


def _value(node: Node, chance: random.Random, wildness: float) -> object:
    if chance.random() < wildness or "type" not in node:
        return chance.choice(_ANYTHING)
    if node["type"] == "object":
        return _object(node, chance, wildness)
    if node["type"] == "array":
        least = node["minItems"]
        return [_value(node["items"], chance, wildness) for _ in range(least + chance.randrange(3))]
    if node["type"] == "integer":
        edges = (node["minimum"], node["maximum"], node["minimum"] + 1)
        return chance.choice((*edges, node["maximum"] + 1) if wildness else edges)
    return chance.random() < 0.5 if node["type"] == "boolean" else _text(node, chance, wildness)


def _text(node: Node, chance: random.Random, wildness: float) -> str:
    if "enum" in node:
        return str(chance.choice(node["enum"]))
    choices = _FORMATS.get(node.get("format", "")) or ((*_IDS, *_CODES) if "pattern" in node else _TEXTS)
    if not wildness:
        choices = choices[:1] if "format" in node else [text for text in choices if _is_good(text, node)]
    return chance.choice(choices)


def _is_good(text: str, node: Node) -> bool:
    if "pattern" in node:
        return re.search(node["pattern"], text) is not None and not text.endswith("\n")
    return len(text) <= node["maxLength"] and bool(text.strip() or not node.get("minLength"))


def _object(node: Node, chance: random.Random, wildness: float) -> dict[str, object]:
    made: dict[str, object] = {}
    members: Mapping[str, Node] = node.get("properties", {})
    required = node.get("required", ())
    share = 0.8 if len(members) < 40 else 0.2
    for key, below in members.items():
        if (key in required and chance.random() >= wildness) or chance.random() < share:
            made[key] = _value(below, chance, wildness)
    others = node.get("additionalProperties")
    if others is not None and (not members or chance.random() < wildness):
        names = node.get("propertyNames", {}).get("enum", ("k1", "k-2", "K_3"))
        for key in chance.sample(list(names), min(len(names), chance.randrange(3))):
            made[key] = _value(others, chance, wildness)
    if chance.random() < wildness:
        made[chance.choice(("unknown", "_reserved", "a.b", ""))] = chance.choice(_ANYTHING)
    return made
