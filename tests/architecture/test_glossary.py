"""Words that the glossary has retired are in no identifier, file name or text; a class name stands once."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from scripts.catalog_files import read_catalog

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shared/field178_shared", "server/field178_server", "mobile/field178_mobile")
GLOSSARY = ROOT / "docs" / "glossary.md"
# The texts that people read; Markdown of the docs is Vietnamese in part.
VIETNAMESE = (
    "*/field178_*/translations/vi/**/*.po",
    "server/field178_server/console/help/guides/vi/*.md",
    "docs/quick-start.md",
    "docs/operations.md",
)
# The listen backlog of a socket is a word of the system.
EXEMPT = {("serving/tls_proxy.py", "_BACKLOG")}
# marshmallow asks for a class of this name inside each schema.
SEVERAL = {"Meta"}


@cache
def retired() -> frozenset[str]:
    rows = [line.split("|") for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("| ")]
    return frozenset(word for row in rows for word in re.findall(r"`(\w+)`", row[3]))


def retired_in_vietnamese() -> frozenset[str]:
    rows = [line.split("|") for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("| ")]
    return frozenset(word for row in rows for word in re.findall(r"“(.+?)”", row[3]))


@cache
def modules() -> tuple[tuple[str, str], ...]:
    """Return the modules by their names; a released migration keeps its name: every store has its number."""
    return tuple(
        (path.relative_to(ROOT / package).as_posix(), path.read_text("utf-8"))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "versions" not in path.parts
    )


def identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


@cache
def words(identifier: str) -> set[str]:
    return set(re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", identifier).lower().split("_"))


def test_the_glossary_retires_words() -> None:
    assert {"outing", "desk", "brake", "doorway"} <= retired()


def test_no_identifier_and_no_file_uses_a_retired_word() -> None:
    uses = set()
    for name, source in modules():
        # Only what holds the letters of such a word is read as code.
        text = source.lower()
        tree = ast.parse(source) if any(word in text for word in retired()) else ast.Module([], [])
        for identifier in {*name.removesuffix(".py").split("/"), *identifiers(tree)}:
            if words(identifier) & retired() and (name, identifier) not in EXEMPT:
                uses.add(f"{name}: {identifier}")
    assert sorted(uses) == []


def test_no_vietnamese_text_uses_a_retired_term() -> None:
    texts = [path for pattern in VIETNAMESE for path in sorted(ROOT.glob(pattern))]
    terms = retired_in_vietnamese()
    uses = [
        f"{path.relative_to(ROOT)}: {term}"
        for path in texts
        for term in terms
        if term in path.read_text("utf-8").casefold()
    ]
    assert "góp ý" in terms
    assert len(texts) > len(VIETNAMESE)
    assert uses == []


def test_class_name_is_unique() -> None:
    places = defaultdict(set)
    for name, source in modules():
        for class_name in re.findall(r"^\s*class (\w+)", source, re.MULTILINE):
            places[class_name].add(name)
    assert {
        name: modules_of_class
        for name, modules_of_class in places.items()
        if len(modules_of_class) > 1 and name not in SEVERAL
    } == {}


# What a plan wants of visits, what it wants of a figure, and the name of the figure: English and Vietnamese.
WORDS = {"quota": "định mức", "target": "mục tiêu", "indicator": "chỉ tiêu"}


def test_quota_target_and_indicator_are_three_words_in_vietnamese() -> None:
    wrong = []
    for domain in ("console", "shared"):
        for english, vietnamese in read_catalog(domain, "vi").messages.items():
            for term, word in WORDS.items():
                text = re.sub(r"\{\w*\}|field178 \w+", "", english)
                is_said = re.search(rf"\b{term}s?\b", text, re.IGNORECASE) is not None
                if is_said and word not in vietnamese.lower():
                    wrong.append((english, vietnamese))
            if "chỉ tiêu" in vietnamese.lower() and not re.search(
                "indicator|figures", english, re.IGNORECASE
            ):
                wrong.append((english, vietnamese))
    assert wrong == []
