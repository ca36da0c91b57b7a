import pytest

from field178_shared.schemas import TYPES
from field178_shared.schemas.wire_schema import is_free_text, walk

INSPECTION = dict(walk(TYPES["inspection"].schema))


def test_every_path_is_yielded_once_and_outer_paths_first() -> None:
    for type_ in TYPES.values():
        paths = [path for path, _ in walk(type_.schema)]
        assert len(paths) == len(set(paths))
        assert all(path.rpartition(".")[0] in ("", *paths[:number]) for number, path in enumerate(paths))


@pytest.mark.parametrize(
    "path",
    [
        "captured_at",
        "local_escort_agencies",
        "check_in.lat",
        "findings",
        "findings.*",
        "findings.*.frame.valid_from",
        "answers.kd_hours.v",
        "answers.*.note",
    ],
)
def test_a_declared_path_is_walked(path: str) -> None:
    assert path in INSPECTION


def test_the_items_of_a_list_have_no_path() -> None:
    assert not [path for path in INSPECTION if path.startswith("local_escort_agencies.")]


def test_field_has_its_required_flag() -> None:
    assert INSPECTION["team_id"].required
    assert INSPECTION["findings.*.violation_id"].required
    assert not INSPECTION["findings.*.note"].required
    assert not INSPECTION["findings"].required


def test_field_has_its_free_text_flag() -> None:
    assert is_free_text(INSPECTION["recommendation"])
    assert is_free_text(INSPECTION["answers.*.note"])
    assert not is_free_text(INSPECTION["minutes_number"])
    assert not is_free_text(INSPECTION["findings"])
