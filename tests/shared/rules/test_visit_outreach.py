from tests.shared import builders
from tests.shared.rules.contradictions import contradictions_of

from field178_shared.merge import write_path
from field178_shared.rules.visit_outreach import session_id_of_visit, session_of_visit
from field178_shared.schemas import validate

VISIT_ID = builders.record_id("inspection")
HOST = "commune_culture_social"


def test_a_visit_makes_a_valid_session_with_its_own_counts() -> None:
    visit = builders.inspection()
    session = session_of_visit(visit, VISIT_ID, HOST)
    assert session is not None
    assert validate("outreach_session", session) == {}
    assert contradictions_of("outreach_session", session) == {}
    assert session["audiences"] == {
        "workers_at_risk": {"attendance_count": 4, "first_time_count": 2},
        "owners_managers": {"attendance_count": 1},
    }
    assert session["establishments"] == {
        visit["establishment_id"]: {"attendance_count": 4, "first_time_count": 2}
    }
    assert (session["session_date"], session["start_time"]) == ("2026-11-20", "14:00")


def test_the_session_of_a_visit_always_has_the_same_id() -> None:
    assert session_id_of_visit(VISIT_ID) == session_id_of_visit(VISIT_ID)
    assert session_id_of_visit(VISIT_ID) != session_id_of_visit(builders.record_id("other"))


def test_a_visit_that_reached_nobody_makes_no_session() -> None:
    visit = builders.inspection()
    assert session_of_visit(write_path(visit, "answers.ou_done.v", "no"), VISIT_ID, HOST) is None
    assert session_of_visit(builders.not_inspected(), VISIT_ID, HOST) is None
    reached_nobody = write_path(visit, "answers.ou_workers_attended.v", 0)
    reached_nobody = write_path(reached_nobody, "answers.ou_owners_attended.v", 0)
    assert session_of_visit(reached_nobody, VISIT_ID, HOST) is None


def test_a_session_is_dated_by_the_local_day() -> None:
    late = builders.inspection(started_at="2026-11-20T17:30:00Z", ended_at="2026-11-20T18:00:00Z")
    session = session_of_visit(late, VISIT_ID, HOST)
    assert session is not None
    assert (session["session_date"], session["start_time"]) == ("2026-11-21", "00:30")
