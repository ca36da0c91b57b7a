"""Catalog files: their paths, reading, and the bytes of a compiled catalog."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from babel.messages.pofile import normalize, read_po

ROOT = Path(__file__).resolve().parent.parent
DOMAINS = {
    "shared": ROOT / "shared" / "field178_shared",
    "console": ROOT / "server" / "field178_server",
    "tablet": ROOT / "mobile" / "field178_mobile",
    "demo": ROOT / "scripts" / "demo",
}

HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


@dataclass(frozen=True)
class Catalog:
    """One language of one domain; `messages` keeps the order of the file."""

    domain: str
    language: str
    messages: Mapping[str, str]
    fuzzy: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, domain: str, language: str, messages: Mapping[str, str]) -> Self:
        """Return a catalog that is not read from a file."""
        return cls(domain, language, dict(messages))

    @property
    def po(self) -> Path:
        """Return the file that people edit."""
        return DOMAINS[self.domain] / "translations" / self.language / "LC_MESSAGES" / f"{self.domain}.po"

    @property
    def mo(self) -> Path:
        """Return the file that the program reads."""
        return self.po.with_suffix(".mo")


def read_catalog(domain: str, language: str) -> Catalog:
    """Read a catalog; one that does not exist yet is empty."""
    empty = Catalog.of(domain, language, {})
    if not empty.po.exists():
        return empty
    with empty.po.open("rb") as file:
        entries = [entry for entry in read_po(file, locale=language) if entry.id]
    return Catalog(
        domain,
        language,
        {str(entry.id): str(entry.string or "") for entry in entries},
        frozenset(str(entry.id) for entry in entries if entry.fuzzy),
    )


def append_empty(po: Path, texts: Sequence[str]) -> None:
    """Append texts without translation at the end of the file, which is made when missing."""
    if not po.exists():
        po.parent.mkdir(parents=True, exist_ok=True)
        po.write_text(HEADER.format(language=po.parent.parent.name), encoding="utf-8")
    with po.open("a", encoding="utf-8") as file:
        file.writelines(f'\nmsgid {normalize(text)}\nmsgstr ""\n' for text in texts)


def compiled(catalog: Catalog) -> bytes:
    """Return the compiled catalog, the same bytes for the same messages on every machine."""
    header = "Content-Type: text/plain; charset=UTF-8\n" + f"Language: {catalog.language}\n"
    texts = {"": header} | {key: value for key, value in catalog.messages.items() if value}
    pairs = sorted((key.encode(), value.encode()) for key, value in texts.items())
    keys = b"".join(key + b"\0" for key, _ in pairs)
    values = b"".join(value + b"\0" for _, value in pairs)
    start = 28 + 16 * len(pairs)
    table = _offsets([key for key, _ in pairs], start)
    table += _offsets([value for _, value in pairs], start + len(keys))
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + table + keys + values


def _offsets(texts: Sequence[bytes], start: int) -> bytes:
    table = b""
    for text in texts:
        table += struct.pack("<2I", len(text), start)
        start += len(text) + 1
    return table
