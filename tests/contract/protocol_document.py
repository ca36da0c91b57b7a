"""docs/sync-protocol.md taken apart: its sections, rules, tables and examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
PATH = REPOSITORY / "docs" / "sync-protocol.md"
TEXT = PATH.read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{2,3} (?:Annex )?([0-9]+\.[0-9]+|[0-9A-Z]+)[. ]", re.MULTILINE)
_RULE = re.compile(r"^- \*\*(R[0-9A-Z]+\.[0-9]+)\*\* ", re.MULTILINE)


def sections() -> list[str]:
    """Return the numbers of all sections and annexes, in their order."""
    return _HEADING.findall(TEXT)


def rules() -> list[str]:
    """Return the numbers of all rules, in their order."""
    return _RULE.findall(TEXT)


def blocks(info: str) -> list[str]:
    """Return the bodies of the fenced blocks of exactly this kind."""
    return [block["body"] for block in _BLOCK.finditer(TEXT) if block["info"] == info]


def examples() -> Iterator[tuple[str, list[Any]]]:
    """Give (kind, values) of every block of JSON."""
    for block in _BLOCK.finditer(TEXT):
        if block["info"].startswith("json"):
            yield block["info"], values(block["body"])


def values(body: str) -> list[Any]:
    """Return the JSON values of a block, one after the other; each may take several lines."""
    decoder, rest, found_values = json.JSONDecoder(), body.strip(), []
    while rest:
        value, end = decoder.raw_decode(rest)
        found_values.append(value)
        rest = rest[end:].strip()
    return found_values


def table(heading: str) -> list[list[str]]:
    """Return the rows of the table whose header line begins with this text, without its code marks."""
    lines = iter(TEXT.splitlines())
    for line in lines:
        if line.startswith(heading):
            break
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))])
    return rows
