"""Guides as sections: one Markdown file a role or emergency, and language; docs/guides.md leads to them too.

A file has one heading of the first level, the guide's title, and one of the second level for each section.
An address of the console is written as code (`/reviews`), a picture by its place among the static files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

from field178_server.console.shell.blueprint import STATIC, asset
from field178_shared.text.i18n import LANGUAGES

GUIDES = Path(__file__).parent / "guides"
EMERGENCIES = Path(__file__).parent / "emergencies"
# In the order of their links.
EMERGENCY_NAMES = ("lost-tablet", "lost-key", "data-breach")


@dataclass(frozen=True, slots=True)
class GuideSection:
    """Section of a guide: one task or one topic."""

    anchor: str
    title: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Guide:
    """The guide of one role, or of an emergency."""

    title: str
    opening: Markup
    sections: tuple[GuideSection, ...]


def guide_of(role: str, language: str, opens: Callable[[str], bool]) -> Guide | None:
    """Return the guide of a role, or None; `opens` tells which addresses become links."""
    return _guide(GUIDES, role, language, opens)


def emergency_guide_of(name: str, language: str, opens: Callable[[str], bool]) -> Guide | None:
    """Return the guide of an emergency, or None; `opens` tells which addresses become links."""
    return _guide(EMERGENCIES, name, language, opens)


def emergency_titles(language: str) -> list[tuple[str, str]]:
    """Return name and title of the guide of each emergency."""
    return [(name, next(_parts(_tokens(EMERGENCIES, name, language)))[0]) for name in EMERGENCY_NAMES]


def _guide(folder: Path, name: str, language: str, opens: Callable[[str], bool]) -> Guide | None:
    if language not in LANGUAGES or name not in _names(folder, language):
        return None
    (title, opening), *parts = _parts(_tokens(folder, name, language))
    env = {"opens": opens}
    sections = (
        GuideSection(f"section-{number}", name, _html(tokens, env))
        for number, (name, tokens) in enumerate(parts, 1)
    )
    return Guide(title, _html(opening, env), tuple(sections))


@cache
def _names(folder: Path, language: str) -> frozenset[str]:
    return frozenset(path.stem for path in (folder / language).glob("*.md"))


@cache
def _tokens(folder: Path, name: str, language: str) -> tuple[Token, ...]:
    return tuple(_MARKDOWN.parse((folder / language / f"{name}.md").read_text("utf-8")))


def _parts(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    """Yield each heading's text with the tokens below it."""
    starts = [place for place, token in enumerate(tokens) if token.type == "heading_open"]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        yield tokens[start + 1].content, tokens[start + 3 : end]


def _html(tokens: Sequence[Token], env: MutableMapping[str, Any]) -> Markup:
    # Safe: the parser has HTML turned off, so that HTML in a file is shown as text.
    return Markup(_MARKDOWN.renderer.render(list(tokens), _MARKDOWN.options, env))  # noqa: S704


def _address(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    place: int,
    _options: object,
    env: MutableMapping[str, Any],
) -> str:
    code = escape(tokens[place].content)
    if code.startswith("/") and env["opens"](tokens[place].content):
        return f'<a href="{code}"><code>{code}</code></a>'
    return f"<code>{code}</code>"


def _picture(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    token = tokens[place]
    name = "/".join(PurePosixPath(str(token.attrs["src"])).parts[-3:])
    width, height = _size(name)
    text = escape(renderer.renderInlineAsText(token.children, options, env))
    return (
        f'<a class="guide-picture" href="{asset(name)}">'
        f'<img src="{asset(name)}" width="{width}" height="{height}" alt="{text}"></a>'
    )


@cache
def _size(name: str) -> tuple[int, int]:
    from PIL import Image  # with the first guide

    with Image.open(STATIC / name) as picture:
        return picture.size


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_MARKDOWN.add_render_rule("code_inline", _address)
_MARKDOWN.add_render_rule("image", _picture)
