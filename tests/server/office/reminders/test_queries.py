"""When the reminder of a month is due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from field178_server.office.reminders.queries import reminded_month


@pytest.mark.parametrize(
    ("at", "month"),
    [
        ("2026-11-24T23:00", None),
        ("2026-11-24T23:59", None),
        ("2026-11-25T00:00", "2026-11-01"),
        ("2026-12-05T10:00", "2026-11-01"),
        ("2026-12-05T17:00", None),
        ("2027-01-01T00:00", "2026-12-01"),
    ],
)
def test_reminder_is_due_from_seven_in_the_morning_of_the_25th_for_some_days(
    at: str, month: str | None
) -> None:
    reminded = reminded_month(datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert (reminded.isoformat() if reminded else None) == month
