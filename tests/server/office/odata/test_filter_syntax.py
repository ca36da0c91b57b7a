"""Filters and the trees that they are parsed into.

filters.json has texts with the tree, or the code of the refusal, that odata-query 0.10 gave for them, the
parser until December 2026. Of 120,000 drawn texts both parsers gave the same SQL but for those named below.
"""

from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest

from field178_server.office.odata.filter_syntax import (
    ColumnName,
    Expression,
    Literal,
    UnsupportedPart,
    parse_filter,
)

RECORDED: dict[str, str] = json.loads(Path(__file__).with_name("filters.json").read_text("utf-8"))


def written(node: Expression) -> str:
    if isinstance(node, ColumnName):
        return node.text
    if isinstance(node, Literal):
        return f"{node.type}:{node.value!s}" if node.type else "null"
    if isinstance(node, UnsupportedPart):
        return "?"
    head = getattr(node, "operator", "") or f"{node.function}()"  # type: ignore[union-attr]  # a call
    return f"({' '.join([head, *map(written, node.operands)])})"


def parsed(text: str) -> str:
    try:
        return written(parse_filter(text))
    except ValueError:
        return "refused"


def test_recorded_filters_are_parsed_as_before() -> None:
    assert len(RECORDED) >= 150
    assert {text: parsed(text) for text in RECORDED} == RECORDED


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        # Refused by the former parser.
        ("State in ('a')", "(in State Edm.String:a)"),
        ("now( ) gt ReceivedAt", "(gt (now()) ReceivedAt)"),
        ("AllVisits eq 1", "(eq AllVisits Edm.Int64:1)"),
        # Read by it.
        ("State in ('a',)", "refused"),
        ("year(VisitedOn) eq ２０２６", "refused"),
        ("VisitedOn eq 2026-01-10T10:00::00Z", "refused"),
    ],
)
def test_filters_parsed_otherwise_than_before(text: str, tree: str) -> None:
    assert parsed(text) == tree


NO_FILTERS = """
(|a eq| eq b|'|a eq 'x|a b|a eq 1 b|f(a|f(a,)|f(,a)|a in 1|a in ()
a eqb|aeq b|a.b.|a..b eq 1|a/ eq 1|1.|--|a eq 1e|a eq \0
"""


@pytest.mark.parametrize("text", ["", "a" * 129, *NO_FILTERS.strip().replace("\n", "|").split("|")])
def test_text_that_is_no_filter_is_refused(text: str) -> None:
    assert parsed(text) == "refused"


@pytest.mark.parametrize(
    "text",
    [
        "x eq 9999-12-31T23:59:59-14:00",
        "x eq 2026-01-01T24:00Z",
        "x eq 2026-02-30",
        "x eq 1e400",
        "x eq " + "9" * 19,
        "x eq " + "9" * 5000,
    ],
)
def test_value_that_is_none_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="no value: ") as refusal:
        parse_filter(text)
    assert str(refusal.value).endswith(text[5:])


LONG = {
    "not": "not " * 1990 + "a",
    "minus": "- " * 3990 + "a",
    "left": "(" * 3990 + "a" + ")" * 3990,
    "right": "(a or " * 1140 + "a" + ")" * 1140,
    "turns": "(a or (a and " * 570 + "a" + "))" * 570,
    "calls": "f(" * 2660 + "a" + ")" * 2660,
    "chain": "a or " * 1590 + "a",
    "compared": "a eq " * 1590 + "a",
    "in": "a in (" * 1140 + "a" + ")" * 1140,
    "path": "a/" * 3990 + "a",
    "half a text": "'" + "''" * 3990,
    "spaces": "a" + " " * 7990 + "b",
    "commas": "f(" + "a," * 3990,
    "digits": "a eq " + "1" * 7990,
    "dots": "a." * 3990,
    "open": "(" * 7990,
}


@pytest.mark.parametrize("name", LONG)
def test_longest_filters_neither_recurse_nor_fill_memory(name: str) -> None:
    parse_filter("a eq 1")
    tracemalloc.start()
    try:
        with suppress(ValueError):
            parse_filter(LONG[name])
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()
