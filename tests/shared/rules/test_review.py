import pytest
from tests.shared import builders

from field178_shared.rules.review import is_locked


@pytest.mark.parametrize(
    ("state", "locked"), [(None, False), ("returned", False), ("approved", True), ("void", True)]
)
def test_a_record_is_locked_once_the_office_has_decided(state: str | None, locked: bool) -> None:
    review = None if state is None else builders.review(state=state)
    assert is_locked(review) is locked
