"""A pack: the rows of an office that replace rows of the release, numbered and signed.

The lists in force are the lists of the release, with rows of the pack in place of rows of the same key. A new
release therefore brings its new rows, and rows changed by the office stay changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from field178_shared.codelists.lists import CodeLists
from field178_shared.codelists.loading import read_lists, released_files
from field178_shared.list_packs.tables import TABLES, Row
from field178_shared.wire.canonical import canonical

# Table → key of the row → the row as JSON text: exactly what is hashed, signed and sent.
RowTexts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class ListPack:
    """Changed rows with a number; every publication has the next number, from 1 on."""

    number: int = 0
    rows: RowTexts = field(default_factory=dict)

    @property
    def content_hash(self) -> str:
        """SHA-256 of all rows, 64 hex digits."""
        return hashlib.sha256(canonical(self.rows)).hexdigest()

    def signed_text(self, origin: str) -> str:
        """Return the text that the office signs (docs/record-types.md T6.2); `origin` is its tenant."""
        return f"field178-lists-v1|{origin}|{self.number}|{self.content_hash}"

    def row(self, table: str, key: str) -> Row | None:
        """Return a changed row, or None."""
        text = self.rows.get(table, {}).get(key)
        return None if text is None else row_of(text)

    def with_rows(self, rows: Mapping[str, Mapping[str, Row]]) -> ListPack:
        """Return the next pack: the rows of this pack, updated by these rows."""
        merged = {table: dict(texts) for table, texts in self.rows.items()}
        for table, changed in rows.items():
            merged.setdefault(table, {}).update({key: text_of(row) for key, row in changed.items()})
        return ListPack(self.number + 1, {table: merged[table] for table in sorted(merged) if merged[table]})

    def each(self) -> Iterator[tuple[str, str, Row]]:
        """Yield table, key and content of every changed row."""
        for table, texts in self.rows.items():
            for key, text in texts.items():
                yield table, key, row_of(text)


def text_of(row: Row) -> str:
    """Return the canonical text of a row."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def row_of(text: str) -> Row:
    """Return the row of a text, or raise ValueError."""
    row = json.loads(text)
    if not isinstance(row, dict):
        raise ValueError("a row is an object")
    return row


def files_with(pack: ListPack) -> dict[str, object]:
    """Return the list files of the release with the rows of a pack in their places."""
    files = released_files()
    for name, texts in pack.rows.items():
        TABLES[name].replace(files, {key: row_of(text) for key, text in texts.items()})
    return files


def lists_with(pack: ListPack) -> CodeLists:
    """Return the lists that a pack makes; raises CodeListError for a row that the product cannot read."""
    return read_lists(files_with(pack), pack.number)
