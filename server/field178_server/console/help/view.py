"""Guides as sections: one Markdown file a role and language, which docs/guides.md leads to as well.

A file has one heading of the first level, the role's name, and one of the second level for each section.
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


@dataclass(frozen=True, slots=True)
class GuideSection:
    """Section of a guide: one task or one topic."""

    anchor: str
    title: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Guide:
    """The guide of one role."""

    role_name: str
    opening: Markup
    sections: tuple[GuideSection, ...]


def guide_of(role: str, language: str, opens: Callable[[str], bool]) -> Guide | None:
    """Return the guide of a role, or None; `opens` tells which addresses become links."""
    if language not in LANGUAGES or role not in _roles(language):
        return None
    (title, opening), *parts = _parts(_tokens(role, language))
    env = {"opens": opens}
    sections = (
        GuideSection(f"section-{number}", name, _html(tokens, env))
        for number, (name, tokens) in enumerate(parts, 1)
    )
    return Guide(title, _html(opening, env), tuple(sections))


@cache
def _roles(language: str) -> frozenset[str]:
    return frozenset(path.stem for path in (GUIDES / language).glob("*.md"))


@cache
def _tokens(role: str, language: str) -> tuple[Token, ...]:
    return tuple(_MARKDOWN.parse((GUIDES / language / f"{role}.md").read_text("utf-8")))


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
