import pytest
from hypothesis import given
from hypothesis import strategies as st

from field178_shared.codelists import load
from field178_shared.codelists.count_rules import CountRelation
from field178_shared.rules.counts import contradictions, open_sums, remainder

LISTS = load()
BELOW_TOTAL = sorted(
    item.id
    for item in LISTS.items.values()
    for rule in item.count_rules
    if rule.relation is CountRelation.AT_MOST and rule.items == ("workers_total",)
)


def _codes(answers: dict[str, object]) -> dict[str, str]:
    return {problem.path: problem.code.value for problem in contradictions(answers, LISTS)}


@st.composite
def counts(draw: st.DrawFn) -> dict[str, object]:
    """Return the counts of workers that belong together; some are left out."""
    female, male, unstated = (draw(st.integers(0, 60)) for _ in range(3))
    total = female + male + unstated
    counts: dict[str, object] = {
        "workers_total": total,
        "workers_female": female,
        "workers_male": male,
        "workers_sex_unstated": unstated,
    }
    for item_id in draw(st.sets(st.sampled_from(BELOW_TOTAL))):
        counts[item_id] = draw(st.integers(0, total))
    present = counts.get("workers_present")
    attended = draw(st.integers(0, present if isinstance(present, int) else total))
    return {
        **counts,
        "ou_workers_attended": attended,
        "ou_workers_first_time": draw(st.integers(0, attended)),
    }


@given(counts())
def test_counts_that_belong_together_have_no_contradiction(given_counts: dict[str, object]) -> None:
    assert _codes(given_counts) == {}


@given(counts(), st.integers(1, 50))
def test_a_total_that_is_not_the_sum_of_its_parts_is_named(
    given_counts: dict[str, object], more: int
) -> None:
    total = given_counts["workers_total"]
    assert isinstance(total, int)
    codes = _codes({**given_counts, "workers_total": total + more})
    assert codes == {"answers.workers_total.v": "sum_mismatch"}


@pytest.mark.parametrize("item_id", BELOW_TOTAL)
@given(given_counts=counts(), more=st.integers(1, 50))
def test_no_count_of_workers_exceeds_the_total(
    item_id: str, given_counts: dict[str, object], more: int
) -> None:
    total = given_counts["workers_total"]
    assert isinstance(total, int)
    codes = _codes({**given_counts, item_id: total + more})
    assert codes == {f"answers.{item_id}.v": "exceeds_total"}


@given(counts(), st.integers(1, 50))
def test_no_more_come_for_the_first_time_than_come(given_counts: dict[str, object], more: int) -> None:
    attended = given_counts["ou_workers_attended"]
    assert isinstance(attended, int)
    codes = _codes({**given_counts, "ou_workers_first_time": attended + more})
    assert codes == {"answers.ou_workers_first_time.v": "exceeds_attendance"}


def test_no_more_attend_than_are_present_when_presence_was_counted() -> None:
    assert _codes({"ou_workers_attended": 4, "workers_present": 3}) == {
        "answers.ou_workers_attended.v": "exceeds_present"
    }
    assert _codes({"ou_workers_attended": 4}) == {}


def test_unstated_sex_left_out_means_none() -> None:
    assert _codes({"workers_total": 5, "workers_female": 3, "workers_male": 2}) == {}
    one_missing: dict[str, object] = {"workers_total": 6, "workers_female": 3, "workers_male": 2}
    assert _codes(one_missing) == {"answers.workers_total.v": "sum_mismatch"}


def test_with_a_part_unknown_only_a_surplus_is_certain() -> None:
    assert _codes({"workers_total": 3, "workers_female": 3}) == {}
    assert _codes({"workers_total": 5, "workers_female": 6}) == {"answers.workers_total.v": "sum_mismatch"}


def test_last_part_of_a_sum_is_the_remainder() -> None:
    counts = {"workers_total": 5, "workers_female": 4}
    assert remainder("workers_male", counts, LISTS) == 1
    assert remainder("workers_male", {**counts, "workers_sex_unstated": 1}, LISTS) == 0
    assert remainder("workers_female", {"workers_total": 5, "workers_male": 5}, LISTS) == 0
    for unknown in ({"workers_total": 5}, {"workers_female": 4}, {"workers_total": 3, "workers_female": 4}):
        assert remainder("workers_male", unknown, LISTS) is None
    assert remainder("workers_contract", counts, LISTS) is None


def test_sum_is_open_until_every_part_is_counted() -> None:
    assert open_sums({"workers_total": 5, "workers_female": 6}, LISTS) == {"answers.workers_total.v"}
    assert open_sums({"workers_total": 5, "workers_female": 6, "workers_male": 0}, LISTS) == set()
