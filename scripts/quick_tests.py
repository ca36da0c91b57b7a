"""Runs the tests that a change can reach: those whose imports lead to a file changed since a base (`main`).

Imports alone are followed. Tests of e2e start programs and import little of them, so they run only when one
of their own files changed; `make test` runs them all.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"field178_shared": "shared", "field178_server": "server", "field178_mobile": "mobile"}
_IMPORT = re.compile(r"^[ \t]*(from [\w.]+ import (?:\([^)]*\)|[\w ,*]+)|import [\w ,.]+)", re.M)
# A change of these can reach every test.
EVERYTHING = ("pyproject.toml", "requirements.lock", "tests/conftest.py")


def main(arguments: list[str]) -> int:
    """Run pytest on the test files that are reached; its exit code, 0 when no test is reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="main", help="commit or branch to compare with")
    base = parser.parse_args(arguments).base
    changed = changed_files(base)
    tests = sorted(reached_tests(changed))
    total = sum(1 for _ in _test_files())
    print(
        f"{len(changed)} files changed since {base}: {len(tests)} of {total} test files are reached",
        flush=True,
    )
    if not tests:
        return 0
    command = [sys.executable, "-m", "pytest", "-n", "3", "--dist", "worksteal", *tests]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def changed_files(base: str) -> frozenset[str]:
    """Return the paths changed since a base, committed or not, and new files that git does not ignore."""
    committed = _git("diff", "--name-only", f"{base}...HEAD")
    return frozenset(
        [*committed, *_git("diff", "--name-only", "HEAD"), *_git("ls-files", "-o", "--exclude-standard")]
    )


def reached_tests(changed: Iterable[str]) -> Iterator[str]:
    """Yield the paths of test files that changed, or whose imports lead to a changed file."""
    changed = frozenset(changed)
    if any(path in EVERYTHING for path in changed):
        yield from (_name(path) for path in _test_files())
        return
    modules = frozenset(module for path in changed for module in modules_of(path))
    reached = modules | importers_of(modules)
    helpers = frozenset(path for path in changed if path.startswith(("tests/", "scripts/")))
    for path in _test_files():
        files, imported = _closure(path)
        if files & helpers or (imported & reached and "e2e" not in path.parts):
            yield _name(path)


def modules_of(path: str) -> Iterator[str]:
    """Yield the modules of a changed file: itself, or the modules in the folder of another file."""
    for package, folder in PACKAGES.items():
        prefix = f"{folder}/{package}"
        if not path.startswith(f"{prefix}/"):
            continue
        if path.endswith(".py"):
            yield _module(Path(path).relative_to(folder))
            return
        # A kv file, a template, a list: read by a module of the nearest folder that has any.
        inside = next(each for each in (ROOT / path).parents if any(each.glob("*.py")))
        yield from (_module(each.relative_to(ROOT / folder)) for each in inside.glob("*.py"))


def importers_of(modules: Iterable[str]) -> frozenset[str]:
    """Return the modules of the product that import some modules, directly or not."""
    graph = _graph()
    existing = (module for module in modules if module in graph.modules)
    return frozenset(importer for module in existing for importer in graph.find_downstream_modules(module))


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES)


@cache
def _closure(path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Return the test and script files that a file imports (including itself), and product modules."""
    files, modules, waiting = set[Path](), set[str](), [path]
    while waiting:
        if (current := waiting.pop()) not in files:
            files.add(current)
            helpers, imported = _direct_imports(current)
            modules |= imported
            waiting += helpers
    return frozenset(map(_name, files)), frozenset(modules)


@cache
def _direct_imports(path: Path) -> tuple[frozenset[Path], frozenset[str]]:
    """Return the test and script files that a file imports, also conftest.py, and product modules."""
    imports = _imports(path)
    modules = frozenset(name for name in imports if name.split(".")[0] in PACKAGES)
    helpers = {ROOT / f"{name.replace('.', '/')}.py" for name in imports - modules}
    helpers |= {folder / "conftest.py" for folder in path.parents}
    return frozenset(helper for helper in helpers if helper.exists()), modules


def _imports(path: Path) -> frozenset[str]:
    """Return the imports of a file and of programs in its texts: modules, names that may be modules."""
    names = set[str]()
    for statement in _IMPORT.findall(path.read_text("utf-8")):
        try:
            node = ast.parse(statement).body[0]
        except SyntaxError:  # a sentence of a docstring
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def _test_files() -> Iterator[Path]:
    return (path for path in sorted((ROOT / "tests").rglob("test_*.py")))


def _module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
