"""Reports that agencies owe: when they are late."""

from __future__ import annotations

from datetime import date

from tests.shared import builders

from field178_shared.records.reports import ReportSubmission


def submission(**over: object) -> ReportSubmission:
    return ReportSubmission.from_data(builders.report_submission(**over))


def test_submission_is_late_from_the_day_after_it_is_due() -> None:
    owed = submission(due_on="2026-12-14", submitted_on=None)
    assert not owed.is_late_on(date(2026, 12, 14))
    assert owed.is_late_on(date(2026, 12, 15))


def test_submission_sent_on_the_day_it_is_due_was_not_late() -> None:
    assert not submission(due_on="2026-12-14", submitted_on="2026-12-14").was_late
    assert submission(due_on="2026-12-14", submitted_on="2026-12-15").was_late
