"""Names and docstrings contain nouns of the field (docs/glossary.md) and not riddles."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("shared", "server", "mobile", "scripts", "tests")
# Names that do not say what a value is.
RIDDLES = {"one", "found", "said", "told", "wanted", "known", "asked"}
# Words of terms in the glossary that are no nouns.
NO_NOUNS = {
    "divergent",
    "isolated",
    "local",
    "merged",
    "over",
    "pending",
    "planned",
    "shared",
    "unsent",
    "withheld",
}
FIRST_WORDS = 6


@cache
def settings() -> dict[str, object]:
    return tomllib.loads(Path(__file__).with_name("plain_english.toml").read_text("utf-8"))


@cache
def nouns() -> frozenset[str]:
    rows = (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
    terms = " ".join(row.split("|")[1] for row in rows if row.startswith("| "))
    words = {word for word in re.findall(r"[a-z]+", terms.lower()) if len(word) > 3}
    return frozenset(words - NO_NOUNS | set(str(settings()["nouns"]).split()))


def is_noun(word: str) -> bool:
    singulars = (word, word.removesuffix("s"), word.removesuffix("es"), f"{word.removesuffix('ies')}y")
    return not nouns().isdisjoint(singulars)


def riddle_name(node: ast.AST) -> str:
    """Return an assigned name that is a riddle: variable, loop target, parameter."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in RIDDLES:
        return node.id
    return node.arg if isinstance(node, ast.arg) and node.arg in RIDDLES else ""


def packed_literal(node: ast.AST) -> str:
    """Return the text of a literal that a star unpacks in place: `*("a", "b")`."""
    is_packed = isinstance(node, ast.Starred) and isinstance(node.value, ast.Tuple | ast.List)
    return ast.unparse(node) if is_packed else ""


def docstring_without_noun(node: ast.AST) -> str:
    """Return the first line of a docstring without a noun; the first word of a function is its verb."""
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    text = ast.get_docstring(node) or ""
    words = re.findall(r"[a-z0-9]+", text.lower())
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        words = words[1:]
    return "" if any(map(is_noun, words[:FIRST_WORDS])) else text.partition("\n")[0]


RULES: dict[type[ast.AST], tuple[str, Callable[[ast.AST], str]]] = {
    ast.Name: ("names", riddle_name),
    ast.arg: ("names", riddle_name),
    ast.Starred: ("literals", packed_literal),
    ast.Module: ("docstrings", docstring_without_noun),
    ast.ClassDef: ("docstrings", docstring_without_noun),
    ast.FunctionDef: ("docstrings", docstring_without_noun),
    ast.AsyncFunctionDef: ("docstrings", docstring_without_noun),
}


def faults_of(source: str) -> Iterator[tuple[str, str]]:
    """Yield the faults of a module: rule, and line with text."""
    for node in ast.walk(ast.parse(source)):
        rule, check = RULES.get(type(node), ("", None))
        if check is not None and (text := check(node)):
            yield rule, f"{getattr(node, 'lineno', 1)}: {text}"


def test_no_file_has_a_fault() -> None:
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    faults = [
        f"{path.relative_to(ROOT)}:{fault} ({rule})"
        for path in paths
        for rule, fault in faults_of(path.read_text("utf-8"))
    ]
    assert faults == []


def test_rules_report_faults() -> None:
    source = '"""What it is."""\ndef f(one):\n    """Tell what it is."""\n    return [*(1, 2), *one]\n'
    assert sorted(faults_of(source)) == [
        ("docstrings", "1: What it is."),
        ("docstrings", "2: Tell what it is."),
        ("literals", "4: *(1, 2)"),
        ("names", "2: one"),
    ]
