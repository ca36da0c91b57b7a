"""Codes as they are made, read and drawn."""

from __future__ import annotations

import random
from urllib.parse import parse_qs

import pytest

from field178_server.devices.enrolment import CROCKFORD, is_code, link, new_code, prefix_of, read_code


def test_a_code_is_sixteen_letters_of_crockford() -> None:
    codes = {new_code(random.Random(seed)) for seed in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 16 and set(code) <= set(CROCKFORD) for code in codes)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("abcd-efgh jkmn pqrs", "ABCDEFGHJKMNPQRS"), ("OoIiLl0011223344", "0011110011223344")],
)
def test_letters_that_look_alike_are_read_as_digits(typed: str, read: str) -> None:
    assert read_code(typed) == read
    assert is_code(typed)
    assert prefix_of(typed) == read[:4]


@pytest.mark.parametrize("typed", ["", "ABCD", "U" * 16, "0" * 15, "0" * 17, "０" * 16])
def test_text_of_another_form_is_no_enrolment_code(typed: str) -> None:
    assert not is_code(typed)


def test_link_has_server_code_and_trusted_keys() -> None:
    text = link("https://huyện.example:8443", "0123456789ABCDEF", ("pin_-", "pin_2"), "key_-")
    start, _, query = text.partition("?")
    assert start == "field178:enrol"
    assert parse_qs(query) == {
        "u": ["https://huyện.example:8443"],
        "c": ["0123456789ABCDEF"],
        "p": ["pin_-", "pin_2"],
        "k": ["key_-"],
    }
    assert "p=" not in link("http://127.0.0.1", "0123456789ABCDEF", (), "key")
