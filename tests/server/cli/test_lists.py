"""`lists …`."""

from __future__ import annotations

from tests.server.cli.command import Command


def test_the_gaps_of_the_lists_are_named_by_day(field178: Command) -> None:
    rows = field178.rows("lists", "check", "--on", "2025-12-14", "--on", "2025-12-15")
    certificate = [row for row in rows if row[2] == "antt_no_certificate" and row[3] == "no_amount"]
    assert certificate == [
        ["2025-12-14", "violations", "antt_no_certificate", "no_amount", "nd_144_2021 12"],
        ["2025-12-15", "violations", "antt_no_certificate", "no_amount", "nd_282_2025"],
    ]


def test_the_gaps_are_those_of_today_when_no_day_is_named(field178: Command) -> None:
    field178.set(CLOCK_START="2027-02-08T08:00:00+07:00")
    assert ["2027-02-08", "holidays", "2027", "not_declared", "-"] in field178.rows("lists", "check")


def test_a_day_that_is_none_is_a_wrong_call(field178: Command) -> None:
    assert field178.run("lists", "check", "--on", "31/12/2025").exit_code == 2
