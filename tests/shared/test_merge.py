from hypothesis import given
from hypothesis import strategies as st

from field178_shared.merge import (
    MergeConflict,
    bad_paths,
    difference,
    merge,
    passes_non_object,
    read_path,
    same,
    without_nulls,
    write_path,
)
from field178_shared.wire.canonical import short_hash

KEYS = st.sampled_from(["a", "b", "c"])
LEAVES = st.integers(0, 3) | st.booleans() | st.sampled_from(["x", "một ghi chú dài " * 8, ["l"], []])
DATA = st.dictionaries(
    KEYS,
    st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=6),
    max_size=3,
)


def test_a_value_its_author_saw_is_replaced_and_another_is_kept_as_a_conflict() -> None:
    merged = merge({"a": 1, "b": {"c": "x"}}, {"a": 2, "b.c": "y"}, {"a": 1, "b.c": "z"})
    assert merged.data == {"a": 2, "b": {"c": "x"}}
    assert merged.applied == ("a",)
    assert merged.clashes == (MergeConflict("b.c", "z", "y", "x"),)


def test_a_value_that_is_there_already_is_neither_set_nor_a_conflict() -> None:
    merged = merge({"a": 2}, {"a": 2}, {"a": 1})
    assert (merged.data, merged.applied, merged.clashes) == ({"a": 2}, (), ())


def test_null_removes_a_key_and_an_emptied_object_stays() -> None:
    assert merge({"b": {"c": 1}}, {"b.c": None}, {"b.c": 1}).data == {"b": {}}
    assert merge({}, {"b.c": None}, {}).data == {}


def test_absent_reads_as_null_and_missing_objects_are_created() -> None:
    assert merge({}, {"b.c": 1}, {}).data == {"b": {"c": 1}}
    assert read_path({"b": 1}, "b.c") is None


def test_true_is_not_one() -> None:
    assert merge({"a": True}, {"a": 1}, {"a": 1}).clashes


def test_a_hash_may_stand_for_a_long_value_that_was_seen() -> None:
    long = "ghi chú " * 20
    assert same({"$h": short_hash(long)}, long)
    assert not same({"$h": short_hash(long)}, long + "!")
    assert not same({"$h": short_hash(None)}, None)


def test_bad_keys_overlaps_depth_and_long_texts_are_named_by_path() -> None:
    assert bad_paths({"_x": 1, "a..b": 1, "é": 1, "a.b": 1, "a": {}}) == {
        "_x": ["bad_path"],
        "a..b": ["bad_path"],
        "é": ["bad_path"],
        "a.b": ["bad_path"],
    }
    assert bad_paths({".".join("abcdefghi"): 1}) == {"a.b.c.d.e.f.g.h.i": ["bad_path"]}
    assert bad_paths({"t": "x" * 4001, "u": ["x" * 4000]}) == {"t": ["too_long"]}
    assert bad_paths({"o": {"k k": 1}}) == {"o": ["bad_path"]}


def test_a_path_through_a_text_is_seen() -> None:
    assert passes_non_object({"a": "x"}, "a.b")
    assert not passes_non_object({"a": {}}, "a.b.c")
    assert not passes_non_object({}, "a.b")


@given(DATA, DATA)
def test_the_difference_of_two_states_leads_from_one_to_the_other(seen: dict, now: dict) -> None:
    set_, was = difference(seen, now)
    assert not bad_paths(set_)
    merged = merge(dict(seen), set_, was)
    assert not merged.clashes
    assert merged.data == without_nulls(now)


@given(DATA, DATA, DATA)
def test_no_value_is_overwritten_that_its_author_had_not_seen(seen: dict, mine: dict, current: dict) -> None:
    set_, was = difference(seen, mine)
    if any(passes_non_object(current, path) for path in set_):
        return
    merged = merge(dict(current), set_, was)
    for path in merged.applied:
        assert same(was.get(path), read_path(current, path))
    for path in set(set_) - set(merged.applied) - {clash.path for clash in merged.clashes}:
        assert read_path(current, path) == set_[path] or set_[path] is None


@given(DATA, st.sampled_from(["a", "a.b", "c.a.b"]), LEAVES)
def test_writing_a_path_leaves_the_original_alone(data: dict, path: str, value: object) -> None:
    if passes_non_object(data, path):
        return
    before = repr(data)
    assert read_path(write_path(data, path, value), path) == value
    assert repr(data) == before
