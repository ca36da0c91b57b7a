import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire import strict_json

FORBIDDEN = {
    "syntax": b"{",
    "byte order mark": b"\xef\xbb\xbf{}",
    "utf-16": '{"a":1}'.encode("utf-16"),
    "not utf-8": b'"\xff"',
    "nan": b"[NaN]",
    "infinity": b"[-Infinity]",
    "float": b"[1.0]",
    "exponent": b"[1e400]",
    "integer over 2^53-1": b"[9007199254740992]",
    "5000 digits": b"9" * 5000,
    "duplicate key": b'{"a":1,"a":1}',
    "nul": b'"\\u0000"',
    "lone surrogate": b'"\\ud800"',
    "not nfc": '"e\u0301"'.encode(),
    "not nfc, escaped": b'"e\\u0301"',
    "33 levels": b"[" * 33 + b"]" * 33,
    "100,000 levels": b"[" * 100_000,
}


@pytest.mark.parametrize("text", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_forbidden_json_is_malformed(text: bytes) -> None:
    with pytest.raises(AppError) as caught:
        strict_json.loads(text)
    assert caught.value.code is ErrorCode.MALFORMED


def test_a_fault_inside_a_pushed_change_names_the_change() -> None:
    good = b'{"change_id":"c0","set":{}}'
    with pytest.raises(AppError) as caught:
        strict_json.loads(b'{"push":[' + good + b',{"change_id":"c1","set":{"a.b":1.5}}]}')
    assert caught.value.details == {"pointer": "/push/1/set/a.b", "problem": "float", "change_id": "c1"}


def test_a_fault_inside_a_push_that_is_no_list_names_no_change() -> None:
    with pytest.raises(AppError) as caught:
        strict_json.loads(b'{"push":{"a":{"b":1.5}}}')
    assert caught.value.details == {"pointer": "/push/a/b", "problem": "float"}


def test_a_duplicate_key_inside_a_pushed_change_still_names_the_change() -> None:
    with pytest.raises(AppError) as caught:
        strict_json.loads(b'{"push":[{"change_id":"c1","n":1,"n":2}]}')
    assert caught.value.details["change_id"] == "c1"


def test_brackets_and_quotes_inside_texts_are_no_nesting() -> None:
    value = ["[" * 99, '"' + "{" * 99, "\\", '\\"' + "[" * 99]
    assert strict_json.loads(json.dumps(value).encode()) == value


def test_32_levels_and_the_largest_integers_pass() -> None:
    assert strict_json.loads(b"[" * 32 + b"]" * 32)
    assert strict_json.loads(b"[9007199254740991,-9007199254740991,-0]") == [2**53 - 1, 1 - 2**53, 0]


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_a_malformed_error(data: bytes) -> None:
    try:
        value = strict_json.loads(data)
    except AppError:
        return
    assert value == json.loads(data)
