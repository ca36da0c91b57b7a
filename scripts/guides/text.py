"""Content of a guide: tasks with their addresses, words of controls, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from field178_server.console.help.view import GUIDES

_SECTION = re.compile(r"^## (.+)$", re.M)
_CONTROL = re.compile(r"\*\*(.+?)\*\*", re.S)
_ADDRESS = re.compile(r"`(/[^`]*)`")
_PICTURE = re.compile(r"!\[[^\]]+\]\(\.\./\.\./\.\./static/guides/(\w+/[\w-]+\.webp)\)")


@dataclass(frozen=True, slots=True)
class GuideSection:
    """Section of a guide: its title and text, with addresses and controls."""

    title: str
    text: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses in the text."""
        return tuple(_ADDRESS.findall(self.text))

    @property
    def controls(self) -> tuple[str, ...]:
        """The bold words: each MUST be a control or a heading of the page."""
        return tuple(" ".join(words.split()) for words in _CONTROL.findall(self.text))

    @property
    def pictures(self) -> tuple[str, ...]:
        """Its pictures by language and file name."""
        return tuple(_PICTURE.findall(self.text))


def guide_text(role: str, language: str) -> str:
    """Return the text of a guide."""
    return (GUIDES / language / f"{role}.md").read_text("utf-8")


def sections_of(role: str, language: str) -> Iterator[GuideSection]:
    """Yield the sections of a guide."""
    _opening, *parts = _SECTION.split(guide_text(role, language))
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        yield GuideSection(title, text)
