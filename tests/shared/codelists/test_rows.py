from dataclasses import dataclass, field

import pytest

from field178_shared.codelists.rows import CodeListError, CodeListRow, ListFileRow, by_id


@dataclass(frozen=True)
class Limit(CodeListRow):
    most: int = field(metadata={"key": "max"})


@dataclass(frozen=True)
class Limits(CodeListRow):
    name: str
    all: tuple[Limit, ...]
    first: Limit


def test_fields_are_read_by_type_and_key() -> None:
    row = ListFileRow({"name": "a", "all": [{"max": 3}], "first": {"max": 5}}, "list")
    assert Limits.read(row) == Limits("a", (Limit(3),), Limit(5))


def test_a_key_that_nobody_read_is_refused_with_its_place() -> None:
    row = ListFileRow({"id": "a", "colour": "red"}, "topics[3]")
    row.text("id")
    with pytest.raises(CodeListError, match=r"topics\[3\].*colour"):
        row.finish()


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("text", 3),
        ("text", None),
        ("whole", "3"),
        ("whole", True),
        ("whole", 3.5),
        ("number_or_none", "3"),
        ("number_or_none", True),
        ("flag", "yes"),
        ("day", "01/07/2025"),
        ("texts", [1]),
        ("texts", {"a": 1}),
        ("numbers", ["1"]),
        ("text_map", ["a"]),
        ("text_map", {"a": 1}),
        ("child", "a"),
    ],
)
def test_a_value_of_another_kind_is_refused(reader, value) -> None:
    with pytest.raises(CodeListError, match="list"):
        getattr(ListFileRow({"key": value}, "list"), reader)("key")


def test_absent_keys_read_as_none_false_or_empty() -> None:
    row = ListFileRow({}, "list")
    assert row.text_or_none("a") is None
    assert row.whole_or_none("a") is None
    assert row.number_or_none("a") is None
    assert row.day("a") is None
    assert row.flag("a") is False
    assert row.texts("a") == ()
    assert row.numbers("a") == ()
    assert row.text_map("a") == {}
    assert row.each("a", lambda child: child.text("id")) == ()


def test_one_text_reads_as_a_list_of_one() -> None:
    assert ListFileRow({"a": "all"}, "list").texts("a") == ("all",)


def test_rows_below_a_row_are_finished_too() -> None:
    row = ListFileRow({"items": [{"id": "a", "colour": "red"}]}, "list")
    with pytest.raises(CodeListError, match=r"list.items\[0\]"):
        row.each("items", lambda child: child.text("id"))


def test_an_id_used_twice_is_refused() -> None:
    with pytest.raises(CodeListError, match="duplicate"):
        by_id(["a", "b", "a"], str, "list")
