import json
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.contract.generated_records import record
from tests.contract.generated_texts import text

from field178_shared.errors import AppError
from field178_shared.wire import fast_json, strict_json
from field178_shared.wire.canonical import _encode_by_stdlib, canonical
from field178_shared.wire.protocol import MAX_DEPTH

LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=4), inside, max_size=4),
)
SPELLINGS = (
    lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")),
    lambda value: json.dumps(value, ensure_ascii=True, separators=(",", ":")),
    lambda value: json.dumps(value, ensure_ascii=False),
)


def without_msgspec() -> AbstractContextManager[object]:
    """Decode and encode as on a tablet that lacks it."""
    return patch.multiple(
        fast_json,
        _decode=fast_json._decode_by_stdlib,
        _encode=fast_json._encode_by_stdlib,
        _prove_canonical=fast_json._prove_by_keys,
        canonical=_encode_by_stdlib,
    )


engines = {"msgspec": nullcontext, "stdlib": without_msgspec}


@pytest.fixture(params=engines, scope="module", autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run every test of this module with both ways of decoding and encoding."""
    assert fast_json._decode is not fast_json._decode_by_stdlib
    with engines[request.param]():
        yield


def proven(data: bytes) -> bool:
    try:
        fast_json.loads(data)
    except fast_json.NotProven:
        return False
    return True


def is_canonical(data: bytes, depth: int = MAX_DEPTH) -> bool:
    """Tell whether a text is proven canonical; what was read of it MUST be what the slow way reads."""
    try:
        value = fast_json.loads_canonical(data, depth)
    except fast_json.NotProven:
        return False
    assert repr(value) == repr(strict_json.read_slowly(data))
    return True


def judged_text(data: bytes) -> str:
    """Return the outcome for a text; "proven" MUST NOT differ from the slow reader."""
    try:
        value = strict_json.read_slowly(data)
    except AppError:
        assert not proven(data)
        assert not is_canonical(data)
        return "refused"
    assert is_canonical(data) <= (canonical(value) == data)
    if not proven(data):
        return "unsure"
    assert repr(fast_json.loads(data)) == repr(value)
    return "proven"


@given(VALUES, st.sampled_from(SPELLINGS))
def test_fast_and_slow_readers_return_equal_values(value: object, spell: object) -> None:
    data = spell(value).encode("utf-8", "surrogatepass")
    if proven(data):
        assert repr(fast_json.loads(data)) == repr(strict_json.read_slowly(data))


def test_fast_reader_agrees_with_the_strict_one_over_generated_texts() -> None:
    outcomes = Counter(judged_text(text(number)) for number in range(2000))
    assert min(outcomes["proven"], outcomes["unsure"], outcomes["refused"]) > 200


DIGEST = "a4f0123456789012345678" + "b" * 42


@pytest.mark.parametrize("text", [DIGEST, "1234567890123456", "KT-2026-1234567890123456"])
def test_long_digits_in_a_text_are_proven(text: str) -> None:
    assert proven(canonical({"photos": [{"sha256": text}, text], text: 1}))


@pytest.mark.parametrize("spelled", ["{}", "-{}", "[{}]", "[0,-{}]", '{{"a":{}}}', '["1",{}]'])
@pytest.mark.parametrize("number", ["9007199254740993", "12345678901234567890", "1" * 40])
def test_a_long_number_is_left_to_the_slow_way(spelled: str, number: str) -> None:
    assert not proven(spelled.format(number).encode())


@given(st.lists(st.sampled_from(['"', "[", "]", "{", "}", "\\", ":", ",", "1", '"a"', "a"]), max_size=14))
@example(list('["]",["[",["]"]]]'))
def test_hostile_punctuation_is_proven_only_where_the_slow_way_agrees(parts: list[str]) -> None:
    data = "".join(parts).encode()
    if proven(data):
        assert fast_json.loads(data) == strict_json.read_slowly(data)


@pytest.mark.parametrize("levels", [31, 32, 33, 40])
def test_depth_is_seen_through_brackets_in_texts(levels: int) -> None:
    value: object = "]}" * 3
    for level in range(levels):
        value = ["]", value, "["] if level % 2 else {"}": value, "{": "\\["}
    data = canonical(value)
    if levels <= 32:
        assert strict_json.loads(data) == value
    else:
        with pytest.raises(AppError):
            strict_json.loads(data)


@pytest.mark.parametrize(
    "spelling",
    ['{"a":1,"a":1}', "[1.0]", "[-0]", "[ 1]", '["e\u0301"]', '["\\u0041"]', "[1234567890123456]", "[1]\n"],
)
def test_a_text_that_may_hide_something_is_not_proven(spelling: str) -> None:
    assert not proven(spelling.encode())


def test_request_of_a_tablet_is_proven_canonical() -> None:
    assert proven(canonical({"push": [{"set": {"note": 'Nói "được"\n', "n": 5}, "was": {}}], "epoch": None}))


@given(
    VALUES, st.sampled_from((*SPELLINGS, lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True)))
)
def test_proven_text_is_the_canonical_form_of_its_value(value: object, spell: object) -> None:
    data = spell(value).encode("utf-8", "surrogatepass")
    if is_canonical(data):
        assert canonical(strict_json.read_slowly(data)) == data


@given(
    st.lists(st.sampled_from(['"', "[", "]", "{", "}", "\\", ":", ",", "1", '"a"', "a", " "]), max_size=14)
)
@example(list('{"a":":","b":1}'))
@example(list('{"b":1,"a":1}'))
@example(list('{"a":[1, 2]}'))
def test_hostile_punctuation_is_canonical_only_where_the_slow_way_agrees(parts: list[str]) -> None:
    data = "".join(parts).encode()
    if is_canonical(data):
        assert canonical(strict_json.read_slowly(data)) == data


@pytest.mark.parametrize(
    "spelling",
    [
        '{"b":1,"a":1}',
        '{"a":1,"a":1}',
        '{"a":{"c":1,"b":2}}',
        '{"a":[{"c":1,"b":2}]}',
        '{"a":1}{"b":1}',
        '{"a": 1}',
        '{"a":1 }',
        '{"a":[1, 2]}',
        '{"a":[1,\n2]}',
        '{"a":1,\t"b":1}',
        ' {"a":1}',
        '{"a":1}\n',
        "[-0]",
        '{"a":-0}',
        "[1.0]",
        "[1e2]",
        "[NaN]",
        "[-Infinity]",
        "[01]",
        "[1,]",
        "[9007199254740992]",
        '["e\u0301"]',
        '["\\u0041"]',
        '["\\/"]',
        '["\t"]',
        '{"a":"\x00"}',
        "[" * 33 + "]" * 33,
        "[",
        '{"a"}',
    ],
)
def test_text_in_another_form_is_not_proven_canonical(spelling: str) -> None:
    assert not is_canonical(spelling.encode())


@pytest.mark.parametrize("data", [b'"\xff"', b"\xef\xbb\xbf{}", b"[" * 100_000, b"9" * 5000, b""])
def test_bytes_that_are_no_json_are_not_proven_canonical(data: bytes) -> None:
    assert not is_canonical(data)


@pytest.mark.parametrize("type_name", ["inspection", "outreach_session", "establishment"])
def test_stored_record_is_proven_canonical(type_name: str) -> None:
    for number in range(40):
        data = canonical(record(type_name, number))
        # Of the generated records some hold what is no JSON of the protocol.
        assert is_canonical(data) or not read_by_strict(data)


def test_escapes_and_punctuation_in_texts_are_proven_canonical() -> None:
    assert is_canonical(canonical({"a": 'Nói "được", 1\n', "b": {"v": ":", "w": " , -0"}, "c": [" "]}))


@pytest.mark.parametrize("levels", [31, 32, 33])
def test_depth_may_be_bounded_lower(levels: int) -> None:
    data = b'{"a":' * levels + b"1" + b"}" * levels
    assert is_canonical(data, 31) is (levels == 31)
    assert is_canonical(data) is (levels <= 32)


def read_by_strict(data: bytes) -> bool:
    try:
        strict_json.read_slowly(data)
    except AppError:
        return False
    return True
