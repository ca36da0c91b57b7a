from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import builders

from field178_shared.merge import write_path
from field178_shared.record_type import RecordType
from field178_shared.schemas import TYPES
from field178_shared.schemas.catalogue import SCHEMAS
from field178_shared.schemas.checks import issues_of, messages_of

Data = dict[str, object]
# The builder of a type has its name; the rows of code lists have none.
VALID: dict[str, Callable[[], Data]] = {
    name: getattr(builders, name) for name in TYPES if name not in ("list_pack", "list_rows")
}
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 10**13)
    | st.sampled_from(["", "yes", "2026-11-20", "x" * 130, "x" * 4001, "valid", builders.UNIT])
    | st.sampled_from(
        [
            {},
            [],
            ["x"],
            {"k": {}},
            {"k": {"v": "yes"}},
            {"x": 1.5},
            {"": 1.5},
            {"_schema": 1.5},
            [None],
            ["x"] * 201,
        ]
    )
)


def _paths(data: Data, prefix: str = "") -> list[str]:
    paths: list[str] = []
    for key, value in data.items():
        paths.append(f"{prefix}{key}")
        if isinstance(value, dict):
            paths += _paths(value, f"{prefix}{key}.")
    return paths


PATHS = {name: [*_paths(build()), "unknown", "unknown.deeper", "_schema"] for name, build in VALID.items()}


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, Data]:
    """A valid record with up to four values anywhere replaced by anything."""
    name = draw(st.sampled_from(sorted(VALID)))
    data = VALID[name]()
    for path in draw(st.lists(st.sampled_from(PATHS[name]), max_size=4)):
        value = draw(VALUES)
        data = write_path(data, path, value)
        if value is None and "." not in path:
            data[path] = None
    return name, data


@given(spoiled())
def test_the_quick_check_and_marshmallow_agree_on_every_error(case: tuple[str, Data]) -> None:
    name, data = case
    schema = TYPES[name].schema
    assert schema.errors(data) == messages_of(issues_of(schema.validate(data)))


@pytest.mark.parametrize("name", sorted(VALID))
def test_marshmallow_loads_a_valid_record_unchanged(name: str) -> None:
    data = VALID[name]()
    assert TYPES[name].schema.load(data) == data


def test_unknown_paths_of_any_depth_are_no_error() -> None:
    data = builders.inspection(new_part={"a": {"b": ["c"]}})
    answers = data["answers"]
    assert isinstance(answers, dict)
    answers["item_of_next_year"] = {"v": "whatever", "certainty": 3}
    assert TYPES["inspection"].schema.errors(data) == {}


def test_every_record_type_has_rules_and_a_schema() -> None:
    assert set(TYPES) == set(SCHEMAS) == set(RecordType)
