"""The documents of the wire: sections, rules, tables and samples of the protocol and beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{2,3} (?:Annex )?([0-9]+\.[0-9]+|[0-9A-Z]+)[. ]", re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """A document with numbered sections, and rules numbered within them after a letter."""

    name: str
    letter: str

    @cached_property
    def path(self) -> Path:
        return REPOSITORY / "docs" / self.name

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def rule(self) -> re.Pattern[str]:
        """Pattern of a reference to a rule."""
        return re.compile(rf"\b{self.letter}[0-9A]+\.[0-9]+\b")

    def sections(self) -> list[str]:
        """Return the numbers of all sections and annexes, in their order."""
        return _HEADING.findall(self.text)

    def rules(self) -> list[str]:
        """Return the numbers of all rules, in their order."""
        return re.findall(rf"^- \*\*({self.letter}[0-9A-Z]+\.[0-9]+)\*\* ", self.text, re.MULTILINE)

    def samples(self) -> Iterator[tuple[str, str]]:
        """Yield (kind, body) of every block of JSON."""
        for block in _BLOCK.finditer(self.text):
            if block["info"].startswith("json"):
                yield block["info"].removeprefix("json").strip(), block["body"]

    def sample(self, kind: str) -> str:
        """Return the bodies of all blocks of this kind, one after the other."""
        return "".join(body for shown, body in self.samples() if shown == kind)

    def table(self, heading: str) -> list[list[str]]:
        """Return the rows of the table whose header line begins with this text."""
        lines = iter(self.text.splitlines())
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


PROTOCOL = Document("sync-protocol.md", "R")
RECORD_TYPES = Document("record-types.md", "T")
RECOVERY_FORMATS = Document("recovery-formats.md", "F")
DOCUMENTS = (PROTOCOL, RECORD_TYPES, RECOVERY_FORMATS)


def values(body: str) -> list[Any]:
    """Return the JSON values of a sample; lines of HTTP between them are left out."""
    decoder, results = json.JSONDecoder(), []
    rest = re.sub(r"^(?:POST \S+\n|[0-9]{3} )", "", body, flags=re.MULTILINE).strip()
    while rest:
        value, end = decoder.raw_decode(rest)
        results.append(value)
        rest = rest[end:].strip()
    return results
