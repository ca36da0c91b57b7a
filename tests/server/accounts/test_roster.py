from __future__ import annotations

from datetime import date

import pytest

from field178_server.accounts.roster import ended

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("days", "left"),
    [
        ({}, {"valid_to": "2026-11-23"}),
        ({"valid_from": "2026-01-05"}, {"valid_from": "2026-01-05", "valid_to": "2026-11-23"}),
        ({"valid_to": "2026-12-31"}, {"valid_to": "2026-11-23"}),
        ({"valid_to": "2026-06-30"}, {"valid_to": "2026-06-30"}),
        ({"valid_from": "2026-11-24"}, None),
        ({"valid_from": "2026-12-01"}, None),
    ],
)
def test_member_who_leaves_today_ends_yesterday(days: dict[str, str], left: dict[str, str] | None) -> None:
    team = {"members": {"an": {"position": "member", **days}, "chi": {"position": "secretary"}}}
    members = ended(team, "an", TODAY)
    assert members.get("an") == (None if left is None else {"position": "member", **left})
    assert members["chi"] == {"position": "secretary"}


def test_ending_the_membership_of_a_stranger_changes_nothing() -> None:
    assert ended({"members": {}}, "an", TODAY) == {}
