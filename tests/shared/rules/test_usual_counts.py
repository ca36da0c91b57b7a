import pytest
from tests.shared import builders
from tests.shared.places import PLACES

from field178_shared.codelists import load
from field178_shared.list_packs import ListPack, lists_with
from field178_shared.rules.usual_counts import MOST_AT_A_SESSION, unusual_attendance, unusual_workers
from field178_shared.schemas import lenient_value

LISTS = lists_with(ListPack().with_rows(PLACES))
PUPILS = "upper_secondary_students"


def unusual(day: str = "2026-11-20", counts: dict[str, int] | None = None, **place: str) -> dict[str, object]:
    audiences = {key: {"attendance_count": count} for key, count in (counts or {}).items()}
    data = builders.outreach_session(session_date=day, audiences=audiences, establishments=None, **place)
    return {
        problem.path: dict(problem.details)
        for problem in unusual_attendance(lenient_value("outreach_session", data), LISTS)
    }


@pytest.mark.parametrize(
    ("place", "of", "people"),
    [({"school_id": "thpt_gl_1"}, "school", 1480), ({"zone_id": "iz_gl_a"}, "zone", 4200)],
)
def test_no_audience_is_larger_than_its_school_or_zone(place: dict[str, str], of: str, people: int) -> None:
    assert unusual(counts={PUPILS: people, "parents": 12}, **place) == {}
    problems = unusual(counts={PUPILS: 99_999, "parents": 12}, **place)
    assert problems == {f"audiences.{PUPILS}.attendance_count": {"of": of, "most": people}}


def test_session_without_the_size_of_the_place_has_a_usual_size() -> None:
    counts = {PUPILS: MOST_AT_A_SESSION - 1, "parents": 1}
    assert unusual(counts=counts) == {}
    more = {**counts, "parents": 2}
    named = {f"audiences.{PUPILS}.attendance_count": {"of": "session", "most": MOST_AT_A_SESSION}}
    assert unusual(counts=more) == named
    # Before the office knew how many pupils there are.
    assert unusual(counts=more, day="2026-08-31", school_id="thpt_gl_1") == named
    assert unusual() == {}


def test_workers_beside_the_usual_number_of_the_kind() -> None:
    kind = load().types["karaoke"]
    of_kind = {"least": kind.workers.least, "most": kind.workers.most}
    for total, expected in ((kind.workers.most, []), (99_999, [of_kind]), (None, [])):
        problems = unusual_workers("workers_total", total, "karaoke", LISTS)
        assert [dict(problem.details) for problem in problems] == expected
    assert list(unusual_workers("workers_total", 99_999, None, LISTS)) == []
