from datetime import UTC, datetime

import pytest
from tests.shared import builders
from tests.shared.rules.contradictions import contradictions_of

from field178_shared import rules
from field178_shared.codelists import load
from field178_shared.merge import write_path
from field178_shared.rules import Context
from field178_shared.rules.outreach import already_recorded

LISTS = load()
CONTEXT = Context(datetime(2026, 11, 20, 9, tzinfo=UTC))
WORKERS = "audiences.workers_at_risk"


def _errors(data: dict[str, object]) -> dict[str, list[str]]:
    return contradictions_of("outreach_session", data)


def _warnings(data: dict[str, object]) -> dict[str, str]:
    warnings = rules.warnings("outreach_session", data, LISTS, CONTEXT)
    return {problem.path: problem.code.value for problem in warnings}


def _peer_session(**over: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "outreach_form_id": "peer_outreach",
        "venue": None,
        "establishments": None,
        "audiences": {"peer_network": {"attendance_count": 12, "first_time_count": 4}},
    }
    return builders.outreach_session(**{**plain, **over})


def test_a_usual_session_has_nothing_to_correct_and_nothing_to_doubt() -> None:
    data = builders.outreach_session()
    assert rules.filing_problems("outreach_session", data, LISTS, CONTEXT) == ()
    assert _warnings(data) == {}


@pytest.mark.parametrize("part", ["first_time_count", "female_count"])
def test_no_part_of_an_audience_exceeds_its_attendance(part: str) -> None:
    path = f"{WORKERS}.{part}"
    assert _errors(write_path(builders.outreach_session(), path, 6)) == {path: ["exceeds_attendance"]}
    assert _errors(write_path(builders.outreach_session(), path, 5)) == {}


def test_first_timers_of_one_establishment_do_not_exceed_its_attendance() -> None:
    path = f"establishments.{builders.record_id('establishment')}.first_time_count"
    assert _errors(write_path(builders.outreach_session(), path, 6)) == {path: ["exceeds_attendance"]}


def test_a_form_that_counts_people_needs_an_audience_and_a_panel_does_not() -> None:
    assert _errors(builders.outreach_session(audiences=None)) == {"audiences": ["required"]}
    assert _errors(builders.outreach_session(audiences={"women": {}})) == {"audiences": ["required"]}
    assert _errors(builders.outreach_session(outreach_form_id="panel_banner", audiences=None)) == {}


def test_other_form_needs_a_note() -> None:
    other = builders.outreach_session(outreach_form_id="other")
    assert _errors(other) == {"note": ["required"]}
    assert _errors({**other, "note": "Trò chơi dân gian"}) == {}


def test_a_session_is_at_a_school_or_at_a_zone() -> None:
    both = builders.outreach_session(school_id="thpt_gl_1", zone_id="iz_gl_a")
    assert _errors(both) == {"zone_id": ["only_one_place"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("venue", "Nhà văn hóa"),
        ("establishments", {builders.record_id("establishment"): {"attendance_count": 3}}),
        ("attachments", {"a1": {"sha256": "ab" * 32, "size": 5, "content_type": "image/jpeg"}}),
        ("zone_id", "iz_gl_a"),
        ("audiences.peer_network.female_count", 5),
    ],
)
def test_an_anonymous_form_carries_no_place_no_breakdown_and_no_picture(name: str, value: object) -> None:
    assert _errors(_peer_session()) == {}
    assert _errors(write_path(_peer_session(), name, value)) == {name: ["not_in_anonymous_form"]}


def test_a_form_of_a_younger_list_is_not_judged_by_its_demands() -> None:
    assert _errors(builders.outreach_session(outreach_form_id="hologram", audiences=None)) == {}


def test_a_session_tomorrow_is_doubted_by_the_local_date() -> None:
    assert _warnings(builders.outreach_session(session_date="2026-11-21")) == {"session_date": "in_future"}


def test_a_place_not_chosen_yet_is_not_called_abolished() -> None:
    assert _warnings(builders.outreach_session(unit_id=None)) == {}


def test_a_session_on_site_without_its_establishment_is_doubted() -> None:
    assert _warnings(builders.outreach_session(establishments=None)) == {
        "establishments": "establishment_not_named"
    }


def test_establishments_may_leave_a_remainder_but_not_exceed_the_audience() -> None:
    def spread(*counts: int) -> dict[str, object]:
        named = {builders.record_id(str(n)): {"attendance_count": each} for n, each in enumerate(counts)}
        return builders.outreach_session(establishments=named)

    assert _warnings(spread(2, 1, 1)) == {}
    assert _warnings(spread(4, 3)) == {"establishments": "exceeds_attendance"}


def test_a_second_entry_for_one_establishment_form_and_date_is_noticed() -> None:
    data = builders.outreach_session()
    assert already_recorded(data, [builders.outreach_session(venue="nơi khác")])
    assert not already_recorded(data, [builders.outreach_session(session_date="2026-11-19")])
    assert not already_recorded(data, [builders.outreach_session(outreach_form_id="thematic_talk")])
    assert not already_recorded(data, [builders.outreach_session(establishments=None)])
