"""Random values of the product come from the system's generator, but for pauses before a retry."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("server/field178_server", "mobile/field178_mobile", "shared/field178_shared")
# A pause that others can predict helps nobody.
PREDICTABLE = {("server/field178_server/office/webhooks/delivery.py", "random")}


def unsafe_uses(path: Path) -> Iterator[str]:
    """Yield the members of the module `random` that a module uses, but SystemRandom and annotations."""
    tree = ast.parse(path.read_text("utf-8"))
    safe = {
        id(part)
        for node in ast.walk(tree)
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if annotation is not None
        for part in ast.walk(annotation)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "random":
            yield from (alias.name for alias in node.names)
        is_member = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "random"
        if is_member and node.attr != "SystemRandom" and id(node) not in safe:
            yield node.attr


def test_random_values_come_from_the_system() -> None:
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    found = {(path.relative_to(ROOT).as_posix(), name) for path in paths for name in unsafe_uses(path)}
    assert found == PREDICTABLE
