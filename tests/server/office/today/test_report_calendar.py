"""The next day on which an agency's report is due."""

from __future__ import annotations

from datetime import date

import pytest

from field178_server.office.today.report_calendar import reports_due
from field178_shared.codelists import load

COMMUNE_OFFICE, COMMUNE_COMMITTEE = "commune_culture_social", "commune_people_committee"


def due_days(today: date, sender: str) -> dict[str, date]:
    return {due.kind: due.due_on for due in reports_due(load(), today, sender)}


@pytest.mark.parametrize(
    ("today", "due_on"),
    [
        (date(2026, 12, 14), date(2026, 12, 14)),
        (date(2026, 12, 15), date(2027, 12, 14)),
        (date(2027, 1, 1), date(2027, 12, 14)),
    ],
)
def test_yearly_report_is_due_until_the_end_of_its_day(today: date, due_on: date) -> None:
    assert due_days(today, COMMUNE_OFFICE)["annual"] == due_on


@pytest.mark.parametrize(
    ("today", "due_on"),
    [
        # 20 June 2026 is a Saturday, 20 June 2027 a Sunday.
        (date(2026, 6, 20), date(2026, 6, 22)),
        (date(2026, 6, 22), date(2026, 6, 22)),
        (date(2026, 6, 23), date(2027, 6, 21)),
    ],
)
def test_half_yearly_report_due_on_a_day_off_is_due_on_the_next_working_day(
    today: date, due_on: date
) -> None:
    assert due_days(today, COMMUNE_COMMITTEE)["half_year"] == due_on
