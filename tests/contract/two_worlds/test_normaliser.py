"""The normaliser maps hashes of roots and of lists, and hides no other difference."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contract.two_worlds.normaliser import Normaliser, Seen

SIG = "s" * 86
HELLO = '{{"frame":"hello","root":{{"index":{index},"hash":"{hash}","sig":"{sig}"}}}}'
PAGE = Seen(
    "/", 200, (("Content-Length", "4"), ("Expires", "Wed, 02 Dec 2026 16:24:07 GMT")), b"page", ("SELECT",)
)


def hello(index: int = 1, digit: str = "a", sig: str = SIG) -> Seen:
    return replace(PAGE, body=HELLO.format(index=index, hash=digit * 64, sig=sig).encode())


def forms(*seen: Seen) -> list[Seen]:
    normaliser = Normaliser()
    return [normaliser.normal_form(answer) for answer in seen]


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_bodies_are_kept_byte_by_byte(first: bytes, second: bytes) -> None:
    before, after = forms(replace(PAGE, body=first), replace(PAGE, body=second))
    assert (before == after) is (first == second)


@pytest.mark.parametrize(
    "other",
    [
        replace(PAGE, status=404),
        replace(PAGE, body=b"page "),
        replace(PAGE, body=b"Page"),
        replace(PAGE, headers=PAGE.headers[:1]),
        replace(PAGE, headers=(("Content-Length", "5"), PAGE.headers[1])),
        replace(PAGE, headers=(PAGE.headers[0], ("Expires", "0"))),
        replace(PAGE, headers=(*PAGE.headers, ("ETag", '"1"'))),
        replace(PAGE, statements=("SELECT", "SELECT")),
        replace(PAGE, statements=()),
    ],
)
def test_other_answer_has_another_form(other: Seen) -> None:
    assert forms(PAGE) != forms(other)


def test_roots_are_named_one_to_one() -> None:
    same, changed = forms(hello(), hello()), forms(hello(), hello(digit="b"))
    assert same[0] == same[1]
    assert changed[0] != changed[1]
    # Another hash alone is no difference between two worlds; another index, or a new hash later, is one.
    assert forms(hello(), hello()) == forms(hello(digit="b"), hello(digit="b"))
    assert forms(hello(), hello()) != forms(hello(), hello(digit="b"))
    assert forms(hello(index=1)) != forms(hello(index=2))


def test_hashes_of_lists_are_named_one_to_one() -> None:
    def shown(digit: str, before: str = '<code class="hash">') -> Seen:
        return replace(PAGE, body=f"{before}{digit * 64}".encode())

    assert forms(shown("a"), shown("a")) == forms(shown("b"), shown("b"))
    assert forms(shown("a"), shown("a")) != forms(shown("a"), shown("b"))
    assert forms(shown("a", "SHA-256 ")) != forms(shown("b", "SHA-256 "))


def test_hash_outside_of_a_root_is_kept() -> None:
    assert forms(replace(PAGE, body=b"a" * 64)) != forms(replace(PAGE, body=b"b" * 64))
