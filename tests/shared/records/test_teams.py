from __future__ import annotations

from datetime import date

import pytest
from tests.shared.rules.contradictions import contradictions_of

from field178_shared.records.teams import Membership, Team
from field178_shared.schemas import validate

DAY = date(2026, 11, 24)
TEAM = {
    "name": "Đội 178",
    "level": "district",
    "unit_ids": ["c11629_v1"],
    "standing_agency": "dist_labour_office",
    "decision_number": "12/QĐ-UBND",
    "decision_date": "2026-01-05",
    "deciding_agency": "dist_people_committee",
    "valid_from": "2026-01-05",
    "valid_to": "2026-12-31",
    "members": {
        "an": {"position": "team_leader", "valid_from": "2026-01-05"},
        "binh": {"position": "member", "valid_to": "2026-11-23"},
        "chi": {"position": "secretary", "valid_from": "2026-11-25"},
        "dung": {"position": "member"},
    },
}


def test_team_with_a_decision_and_days_is_valid() -> None:
    assert validate("team", TEAM) == {}
    assert contradictions_of("team", TEAM) == {}


def test_members_of_a_day_are_those_whose_days_hold_it() -> None:
    team = Team.from_data("t", TEAM)
    assert team.present(DAY) == ("an", "dung")
    assert team.present(date(2026, 11, 23)) == ("an", "binh", "dung")
    assert team.scopes == ("team:t", "unit:c11629_v1")


@pytest.mark.parametrize(
    ("last", "day", "ended"),
    [(None, DAY, False), (DAY, DAY, False), (date(2026, 11, 23), DAY, True)],
)
def test_last_day_is_one_of_the_membership(last: date | None, day: date, *, ended: bool) -> None:
    assert Membership(valid_to=last).has_ended(day) is ended


def test_no_decision_and_no_membership_ends_before_it_begins() -> None:
    early = TEAM | {"valid_to": "2025-12-31"}
    early["members"] = {"an": {"position": "member", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}}
    assert contradictions_of("team", early) == {
        "valid_to": ["end_before_start"],
        "members.an.valid_to": ["end_before_start"],
    }


def test_record_of_an_earlier_version_reads_as_before() -> None:
    team = Team.from_data("t", {"name": "Đội", "members": {"an": {"position": "member"}}, "unit_ids": None})
    assert (team.present(DAY), team.decision_number, team.holds_on(DAY)) == (("an",), "", True)
