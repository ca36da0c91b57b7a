"""A correction stays open until somebody closes it: a visit that says nothing of it closes nothing."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from field178_shared.records.follow_ups import OpenFollowUp, answer_key, closed_by_closure, open_follow_ups

FIRST, SECOND, THIRD = (f"0197aaaa-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))
EXIT = {"text": "Dọn lối thoát nạn", "due_on": "2026-03-15", "status": "open"}
FILE = {"text": "Bổ sung hồ sơ", "status": "partly_fixed"}


def visit(day: str, **more: object) -> dict[str, object]:
    return {"started_at": f"{day}T02:00:00Z", **more}


def answer(status: str, visit_id: str = FIRST, key: str = "exit") -> dict[str, object]:
    entry = {"visit_id": visit_id, "follow_up_id": key, "status": status}
    return {"follow_up_answers": {answer_key(visit_id, key): entry}}


ASKED = (FIRST, visit("2026-03-01", follow_ups={"exit": EXIT, "file": FILE}))
OPEN_EXIT = OpenFollowUp(FIRST, "exit", "Dọn lối thoát nạn", date(2026, 3, 1), date(2026, 3, 15))
OPEN_FILE = OpenFollowUp(FIRST, "file", "Bổ sung hồ sơ", date(2026, 3, 1), None)


def test_correction_stays_open_after_a_visit_without_an_answer() -> None:
    assert open_follow_ups([ASKED]) == (OPEN_EXIT, OPEN_FILE)
    assert open_follow_ups([(SECOND, visit("2026-04-01")), ASKED]) == (OPEN_EXIT, OPEN_FILE)


def test_correction_that_is_not_made_stays_open() -> None:
    assert open_follow_ups([ASKED, (SECOND, visit("2026-04-01", **answer("open")))])[0] == OPEN_EXIT


def test_correction_is_closed_by_the_visit_that_finds_it_made_or_no_longer_to_be_made() -> None:
    for status in ("fixed", "cancelled"):
        later = (SECOND, visit("2026-04-01", **answer(status)))
        assert open_follow_ups([later, ASKED]) == (OPEN_FILE,)


def test_correction_with_status_fixed_in_its_own_visit_is_closed() -> None:
    closed = {"exit": {**EXIT, "status": "fixed"}, "file": {"text": "Bổ sung hồ sơ"}}
    assert open_follow_ups([(FIRST, visit("2026-03-01", follow_ups=closed))]) == (OPEN_FILE,)


def test_repeated_correction_is_separate() -> None:
    later = (SECOND, visit("2026-04-01", follow_ups={"exit": {**EXIT, "due_on": "2026-05-01"}}))
    (left,) = open_follow_ups(
        [
            (FIRST, visit("2026-03-01", follow_ups={"exit": EXIT})),
            later,
            (THIRD, visit("2026-06-01", **answer("fixed"))),
        ]
    )
    assert (left.visit_id, left.due_on) == (SECOND, date(2026, 5, 1))


@given(
    st.permutations([ASKED, (SECOND, visit("2026-04-01", **answer("fixed"))), (THIRD, visit("2026-05-01"))])
)
def test_order_in_which_visits_came_does_not_matter(visits) -> None:
    assert open_follow_ups(visits) == (OPEN_FILE,)


KEYS = ("exit", "file")
ENTRIES = st.lists(st.tuples(st.sampled_from([FIRST, SECOND]), st.sampled_from(KEYS)), max_size=6)


def closures(entries: list[tuple[str, str]], **more: object) -> list[tuple[str, str]]:
    """Return what the entries of the office close."""
    written = ({"record": visit_id, "follow_up_id": key, **more} for visit_id, key in entries)
    return [ref for data in written if (ref := closed_by_closure(data)) is not None]


@given(ENTRIES, ENTRIES)
def test_withdrawn_closure_reopens_the_follow_up(kept, withdrawn) -> None:
    visits = [ASKED, (SECOND, visit("2026-04-01", follow_ups={"exit": EXIT}))]
    before = open_follow_ups(visits, closures(kept))
    taken_back = closures(withdrawn, withdrawn_reason="Nhập nhầm cơ sở")
    assert open_follow_ups(visits, [*closures(kept), *taken_back]) == before
    closed = {(follow_up.visit_id, follow_up.key) for follow_up in open_follow_ups(visits)} - set(kept)
    assert {(follow_up.visit_id, follow_up.key) for follow_up in before} == closed
