"""What counts as clean is stored as it is: no text that the wire would refuse may pass for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field178_mobile.store.drafts.normalize import clean_object, is_clean
from field178_shared.wire.canonical import canonical

_TEXTS = st.one_of(
    st.text(max_size=6),
    st.text(st.characters(categories=["Cs", "Mn", "Lo"]), max_size=4),
    st.text(st.sampled_from("aA\u0301\u0300\x00\ud800\udc00ệé\u1161\u11a8가null\\u0"), max_size=6),
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_TEXTS, _VALUES, max_size=4))
def test_clean_data_equals_its_cleaned_form(data):
    cleaned = clean_object(data)
    assert is_clean(cleaned) or any(doubt in canonical(cleaned) for doubt in (b"null", rb"\u0000"))
    if is_clean(data):
        assert canonical(data) == canonical(cleaned)


@pytest.mark.parametrize(
    "value", ["a\x00", "A\u0301nh", "\ud800", None, ["A\u0301"], {"A\u0301": 1}, {"b": None}]
)
def test_value_refused_by_the_wire_is_not_clean(value):
    assert not is_clean({"name": value})


def test_vietnamese_as_it_is_typed_is_clean():
    assert is_clean(
        {"answers": {"fire_file": {"v": "yes", "note": "Lối thoát nạn tầng hai còn để vật dụng"}}}
    )
