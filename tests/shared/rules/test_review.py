import pytest
from tests.shared import builders

from field178_shared.rules.review import is_counted, is_locked


@pytest.mark.parametrize(
    ("state", "locked"), [(None, False), ("returned", False), ("approved", True), ("void", True)]
)
def test_a_record_is_locked_once_the_office_has_decided(state: str | None, locked: bool) -> None:
    review = None if state is None else builders.review(state=state)
    assert is_locked(review) is locked


def test_a_record_counts_at_the_revision_that_was_approved_and_at_no_other() -> None:
    approved = builders.review(state="approved", record_rev=3)
    assert is_counted(approved, 3)
    assert not is_counted(approved, 2)
    assert not is_counted(builders.review(state="returned", record_rev=3), 3)
    assert not is_counted(None, 1)


def test_a_reopened_and_corrected_record_counts_exactly_once() -> None:
    history = [("approved", 3), ("returned", 3), ("returned", 4), ("approved", 4)]
    counted = [is_counted(builders.review(state=state, record_rev=rev), rev) for state, rev in history]
    assert counted == [True, False, False, True]
