"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shared/field178_shared", "server/field178_server", "mobile/field178_mobile")
NAMES_THAT_SAY_NOTHING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "stuff",
}
# What ties a file to one person's machine or to a way of working instead of to the product.
FOREIGN = re.compile(
    r"/(?:work|farm|home|root)/|\.library\b|\b(?:claude|copilot|chatgpt)\b|co-authored-by", re.I
)
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
    ("time", "monotonic"),
}


def _modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def _trees(folder: Path, pattern: str) -> Iterator[tuple[Path, ast.AST]]:
    """Yield path and syntax tree of the modules of a folder whose text contains a pattern."""
    for path in sorted(folder.rglob("*.py")):
        if re.search(pattern, text := path.read_text("utf-8")):
            yield path, ast.parse(text)


def _calls(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            yield (owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")), node.func.attr


def test_no_module_has_a_meaningless_name() -> None:
    assert [path for path in _modules() if path.stem in NAMES_THAT_SAY_NOTHING] == []


def test_only_the_clock_module_reads_a_clock() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path, tree in _trees(ROOT / package, "|".join(rf"\.{name}\(" for _, name in CLOCKS))
        if path.name != "clock.py" and CLOCKS & set(_calls(tree))
    }
    assert readers == set()


def test_every_public_class_and_function_has_a_docstring() -> None:
    silent = []
    for path in _modules():
        tree = ast.parse(path.read_text("utf-8"))
        for node in tree.body:
            named = isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
            if named and "migrations" not in path.parts and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
        if tree.body and not ast.get_docstring(tree):
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_long_modules_are_named() -> None:
    long = [(len(path.read_text("utf-8").splitlines()), path.relative_to(ROOT)) for path in _modules()]
    for lines, path in sorted(long, reverse=True):
        if lines > 400:
            print(f"{path}: {lines} lines: does it still hold one idea?")
    assert max(lines for lines, _ in long) < 800


def test_the_repository_speaks_of_the_product_alone() -> None:
    kinds = (
        "*.py",
        "*.kv",
        "*.md",
        "*.yaml",
        "*.toml",
        "*.html",
        "*.css",
        "*.sh",
        "*.po",
        "Makefile",
        "*.lock",
    )
    strays = []
    for path in _tracked(*kinds):
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if FOREIGN.search(line):
                strays.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert strays == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-demo.lock", "requirements-office.lock"])
def test_the_lock_names_no_place_to_download_from(name: str) -> None:
    lock = (ROOT / name).read_text("utf-8")
    assert "://" not in lock
    assert "--hash=sha256:" in lock


def test_every_decision_has_its_four_parts_and_a_number_of_its_own() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert len(set(numbers)) == len(numbers)
    for path in decisions:
        text = path.read_text("utf-8")
        for part in ("## Context", "## Decision", "## Alternatives", "## Consequences"):
            assert part in text, f"{path.name} lacks {part}"


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/quick-start.md"]
)
def test_every_file_that_a_document_names_exists(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    named = set(re.findall(r"\]\(([^)#:]+)\)", text)) | set(re.findall(r"`(docs/[\w./-]+\.md)`", text))
    assert [
        target
        for target in sorted(named)
        if not (ROOT / name).parent.joinpath(target).exists() and not (ROOT / target).exists()
    ] == []


def test_numbers_of_requests_go_through_the_bounded_parser() -> None:
    readers = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("api", "console")
        for path, tree in _trees(ROOT / "server/field178_server" / folder, r"\bint\(")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "int"
    }
    # int() of 4,301 digits raises ValueError: formats.parse_whole_number returns None.
    assert readers == set()


def test_pages_write_no_sql() -> None:
    """Console and api pass a session on: of SQLAlchemy they may name its type, and nothing else."""
    wrong = [
        (path.relative_to(ROOT), node.lineno, name)
        for package in ("console", "api")
        for path, tree in _trees(ROOT / "server/field178_server" / package, "sqlalchemy")
        for node in ast.walk(tree)
        for name in _imported(node)
        if name.partition(".")[0] == "sqlalchemy" and name != "sqlalchemy.orm.Session"
    ]
    assert wrong == []


def _imported(node: ast.AST) -> list[str]:
    """Return the full names that an import statement binds."""
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_presenters_and_components_import_no_kivy() -> None:
    """Only screens, and the services that screens are built with, may import Kivy, directly or not.

    Kivy reads its configuration and opens a window when it is first imported.
    """
    package = ROOT / "mobile/field178_mobile"
    modules = [
        ".".join(path.relative_to(package.parent).with_suffix("").parts)
        for folder in ("features", "components")
        for path in sorted((package / folder).rglob("*.py"))
        if "screens" not in path.parts and path.stem not in ("__init__", "services")
    ]
    code = f"import importlib, sys\nfor name in {modules!r}:\n    importlib.import_module(name)\n"
    code += "    assert 'kivy' not in sys.modules, name"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("package", ["field178_shared", "field178_server", "field178_mobile"])
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    graph = grimp.build_graph(package, exclude_type_checking_imports=True)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imports).prepare()
