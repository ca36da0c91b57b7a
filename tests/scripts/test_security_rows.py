"""The page of security requirements has every row of the standards, with verdict, words and proof."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/security/asvs.md").read_text("utf-8")
STANDARDS = tomllib.loads((ROOT / "docs/security/standards.toml").read_text("utf-8"))
VERDICTS = ("met", "partly", "not met", "not applicable")
TITLES = {"asvs": "ASVS 5.0.0, levels 1 and 2", "masvs": "MASVS 2"}
LONGEST_TEXT = 35


@dataclass(frozen=True, slots=True)
class SecurityRow:
    """A row of the page; its rows in the standard are those of its range."""

    name: str
    verdict: str
    text: str
    proofs: tuple[str, ...]

    @property
    def rows(self) -> list[str]:
        """The rows of the standard that it answers."""
        standard = STANDARDS["masvs" if self.name.startswith("MASVS") else "asvs"]["rows"]
        first, _, last = self.name.partition("–")
        return standard[standard.index(first) : standard.index(last or first) + 1]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def page_rows() -> Iterator[SecurityRow]:
    for line in re.findall(r"^\| (?:V\d|MASVS-).*\|$", PAGE.partition("\n## ASVS")[2], re.M):
        name, verdict, text, proof = cells(line)
        yield SecurityRow(name, verdict, text, tuple(re.findall(r"`([^`]+)`", proof)))


ROWS = list(page_rows())


@cache
def functions(path: str) -> frozenset[str]:
    """Return the names of the functions of a test file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("standard", STANDARDS)
def test_every_requirement_has_one_row(standard: str) -> None:
    is_mobile = standard == "masvs"
    answered = [row for line in ROWS if line.name.startswith("MASVS") is is_mobile for row in line.rows]
    assert sorted(answered) == sorted(STANDARDS[standard]["rows"])
    assert STANDARDS[standard]["licence"] == "CC BY-SA 4.0"


def test_standards_have_as_many_rows_as_published() -> None:
    assert {name: len(set(standard["rows"])) for name, standard in STANDARDS.items()} == {
        "asvs": 253,
        "masvs": 24,
    }


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_row_has_verdict_text_and_proof(row: SecurityRow) -> None:
    assert row.verdict in VERDICTS
    assert 1 <= len(row.text.split()) <= LONGEST_TEXT
    assert "verify that" not in row.text.lower()
    # What is met is proved by tests; what is partly met by a test or shown in the code.
    assert bool(row.proofs) is (row.verdict in ("met", "partly"))
    if row.verdict == "met":
        assert [proof for proof in row.proofs if not proof.startswith("tests/")] == []
    for proof in row.proofs:
        path, _, name = proof.partition("::")
        assert (ROOT / path).is_file(), proof
        assert not name or name in functions(path), proof


def test_rows_to_do_are_those_that_are_partly_or_not_met() -> None:
    section = PAGE.partition("\n## To do")[2].partition("\n## ASVS")[0]
    lines = [cells(line) for line in re.findall(r"^\| (?:V\d|MASVS-).*\|$", section, re.M)]
    listed = Counter(row for rows, _ in lines for row in rows.split(", "))
    assert listed == Counter(row.name for row in ROWS if row.verdict in ("partly", "not met"))
    assert all(sentence for _, sentence in lines)


@pytest.mark.parametrize("standard", STANDARDS)
def test_counts_at_the_top_are_those_of_the_rows(standard: str) -> None:
    is_mobile = standard == "masvs"
    counts = Counter(
        row.verdict for row in ROWS if row.name.startswith("MASVS") is is_mobile for _ in row.rows
    )
    title = re.escape(TITLES[standard])
    (line,) = re.findall(rf"^\| {title} \|.*\|$", PAGE, re.M)
    expected = [len(STANDARDS[standard]["rows"]), *(counts[verdict] for verdict in VERDICTS)]
    assert [int(cell) for cell in cells(line)[1:]] == expected
