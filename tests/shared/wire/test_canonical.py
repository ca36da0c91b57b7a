import hashlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field178_shared.record_type import RecordType
from field178_shared.records.review import ReviewState
from field178_shared.wire.canonical import (
    EMPTY,
    Digest,
    _encode,
    _encode_by_stdlib,
    bucket,
    canonical,
    digest_from_wire,
    digest_of,
    receipt_hash,
    record_hash,
    record_hash_of_body,
    short_hash,
    state_hash,
)

KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
HASHES = st.lists(st.integers(0, 2**128 - 1), max_size=12)


def test_canonical_form_sorts_keys_and_escapes_as_rfc_8785() -> None:
    value = {"b": [1, True, None], "a": 'ă\n\u0001"\\/\u007f', "A": {}}
    assert canonical(value) == '{"A":{},"a":"ă\\n\\u0001\\"\\\\/\u007f","b":[1,true,null]}'.encode()


def test_record_hash_is_taken_over_the_five_members_the_protocol_names() -> None:
    text = '["0197c3a8-0000-7000-8000-0000000000a1","establishment",3,false,{"name":"Nhà nghỉ"}]'
    expected = hashlib.sha256(text.encode()).hexdigest()[:32]
    digest = record_hash(
        "0197c3a8-0000-7000-8000-0000000000a1", "establishment", 3, False, {"name": "Nhà nghỉ"}
    )
    assert digest == expected


@given(VALUES)
def test_canonical_form_reads_back_equal_and_is_a_fixed_point(value: object) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


ANY_KEYS = st.text(st.characters(codec="utf-8"), max_size=6)


@given(
    st.recursive(
        VALUES,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_KEYS, inner, max_size=4),
        max_leaves=12,
    )
)
def test_both_encoders_write_the_same_bytes(value: object) -> None:
    assert _encode is not _encode_by_stdlib
    assert _encode(value) == _encode_by_stdlib(value)


@pytest.mark.parametrize("encode", [_encode, _encode_by_stdlib])
def test_half_a_character_has_no_canonical_form(encode: Callable[[object], bytes]) -> None:
    with pytest.raises(UnicodeEncodeError):
        encode({"a": "\ud800"})


@given(VALUES, st.integers(0, 9), st.booleans())
def test_hash_of_a_stored_body_equals_the_hash_of_its_value(value: object, rev: int, deleted: bool) -> None:
    assert record_hash_of_body("id", "t", rev, deleted, canonical(value)) == record_hash(
        "id", "t", rev, deleted, value
    )


@given(HASHES)
def test_digest_ignores_order_and_removed_rows(members: list[int]) -> None:
    digest = digest_of(members)
    assert digest == digest_of(reversed(members))
    for member in members:
        digest = digest.remove(member)
    assert digest == EMPTY


def test_a_digest_survives_the_wire() -> None:
    digest = Digest().add("0f" * 16).add(receipt_hash("x", "applied", None))
    assert digest_from_wire(digest.wire()) == digest
    assert digest_from_wire([1, "zz" * 16]) is None
    assert digest_from_wire([-1, "00" * 16]) is None
    assert digest_from_wire([True, "00" * 16]) is None


@pytest.mark.parametrize("reason", [None, "orphan"])
def test_receipt_hash_is_of_the_canonical_verdict(reason: str | None) -> None:
    verdict = canonical(["x", "quarantined", reason])
    assert receipt_hash("x", "quarantined", reason) == hashlib.sha256(verdict).hexdigest()[:32]


def test_state_is_the_same_for_every_order_of_its_parts_and_differs_for_any_change() -> None:
    scopes = [("unit:b", 3, EMPTY), ("ref", 9, Digest(1, 7))]
    state = state_hash("e", 4, ["n2", "n1"], scopes)
    assert state == state_hash("e", 4, ["n1", "n2"], reversed(scopes))
    assert state != state_hash("e", 5, ["n2", "n1"], scopes)
    text = '["e",4,["n1","n2"],[["ref",9,[1,"%032x"]],["unit:b",3,[0,"%032x"]]]]'
    assert state == hashlib.sha256((text % (7, 0)).encode()).hexdigest()[:32]


def test_short_hash_and_bucket() -> None:
    assert short_hash("08:00-23:00") == hashlib.sha256(b'"08:00-23:00"').hexdigest()[:16]
    assert bucket("0197c3a8-0000-7000-8000-0000000000a1") == "a1"


@pytest.mark.parametrize("encode", [_encode, _encode_by_stdlib])
def test_enum_member_is_encoded_as_its_text(encode: Callable[[object], bytes]) -> None:
    members = {member.value: member for member in (*RecordType, *ReviewState)}
    assert {text: encode([member, {member: member}]) for text, member in members.items()} == {
        text: encode([text, {text: text}]) for text in members
    }
    assert {text: record_hash("a1", member, 3, False, {}) for text, member in members.items()} == {
        text: record_hash("a1", text, 3, False, {}) for text in members
    }
    assert [f"{member}:{member!s}" for member in members.values()] == [f"{text}:{text}" for text in members]
    assert [member for text, member in members.items() if hash(member) != hash(text) or member != text] == []
