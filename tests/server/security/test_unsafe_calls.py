"""Calls that make a program of a text, or a value that can be guessed, are nowhere in the product."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("server/field178_server", "mobile/field178_mobile", "shared/field178_shared")
FORBIDDEN = frozenset(
    [
        "eval",
        "exec",
        "compile",
        "__import__",
        "os.system",
        "os.popen",
        "subprocess.getoutput",
        "subprocess.getstatusoutput",
        "pickle.loads",
        "pickle.load",
        "marshal.loads",
        "shelve.open",
        "yaml.load",
        "dill.loads",
        "hashlib.md5",
        "ssl._create_unverified_context",
        "tempfile.mktemp",
    ]
)
# A pause that others can predict helps nobody.
PREDICTABLE = {("server/field178_server/office/webhooks/delivery.py", "random")}
SQL = {"execute", "text", "exec_driver_sql"}
# Pragmas and settings of a connection, names of tables: no value of a request.
SQL_OF_THE_PROGRAM = (
    "server/field178_server/database/engine.py",
    "server/field178_server/database/migrations/",
    "server/field178_server/database/scratch_databases.py",
    "server/field178_server/backup/fingerprint.py",
)


@cache
def modules() -> dict[str, ast.Module]:
    """Return the syntax trees of the product by path."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in paths}


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path, tree in modules().items():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_no_text_becomes_a_program_or_an_object() -> None:
    assert len(modules()) > 1000
    assert [(path, name) for path, call in calls() if (name := ast.unparse(call.func)) in FORBIDDEN] == []


def test_no_process_is_started_by_a_shell() -> None:
    assert [
        (path, call.lineno) for path, call in calls() if any(word.arg == "shell" for word in call.keywords)
    ] == []


def test_no_certificate_goes_unverified() -> None:
    unverified = [
        (path, call.lineno)
        for path, call in calls()
        if any(word.arg == "verify" and ast.unparse(word.value) == "False" for word in call.keywords)
    ]
    assert unverified == []


def test_no_statement_is_put_together_from_texts() -> None:
    joined = {
        path
        for path, call in calls()
        if path.startswith("server/")
        and ast.unparse(call.func).rpartition(".")[2] in SQL
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    }
    assert {path for path in joined if not path.startswith(SQL_OF_THE_PROGRAM)} == set()


def members_of_random(tree: ast.Module) -> Iterator[str]:
    """Yield the members of the module `random` that a module uses, but SystemRandom and annotations."""
    annotations = (
        annotation
        for node in ast.walk(tree)
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if annotation is not None
    )
    types = {id(part) for annotation in annotations for part in ast.walk(annotation)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "random":
            yield from (alias.name for alias in node.names)
        is_member = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "random"
        if is_member and node.attr != "SystemRandom" and id(node) not in types:
            yield node.attr


def test_random_values_come_from_the_system() -> None:
    used = {(path, name) for path, tree in modules().items() for name in members_of_random(tree)}
    assert used == PREDICTABLE


@pytest.mark.parametrize("source", ["import random\nrandom.choice('ab')", "from random import randint"])
def test_predictable_values_are_detected(source: str) -> None:
    assert [*members_of_random(ast.parse(source))] != []
