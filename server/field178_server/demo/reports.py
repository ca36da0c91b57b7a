"""Reports of the demo's year, with the submissions of communes and agencies, in time and late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write
from field178_server.office.reports import operations as reports
from field178_server.office.reports.heading import default_heading
from field178_server.office.reports.operations import SeenReport
from field178_server.office.reports.queries import StoredSubmission, submissions_of
from field178_server.records.batch import Batch
from field178_shared.indicators.reporting import report_period
from field178_shared.merge import Data

_YEAR, _AREA, _KINDS = 2024, "an_lao_area_2024", ("half_year", "annual")
_PLANS = ["an_lao_2024", "national_2021_2025"]
# One of this many senders is three days late; one of this many has sent nothing.
_LATE_OF, _ABSENT_OF = 7, 16


def enter_reports(engine: Engine, context: OperationContext, reviewer: str) -> None:
    """Open the reports of the year and record their submissions."""
    at = replace(context, actor=Actor("officer", reviewer))

    def open_all(session: Session) -> None:
        batch = Batch(session, at.tenant_id, at.clock, at.ids)
        for kind in _KINDS:
            reports.open_report(batch, at, _draft(kind, at))
        batch.flush()

    def record_all(session: Session) -> None:
        batch = Batch(session, at.tenant_id, at.clock, at.ids)
        for kind in _KINDS:
            owed = submissions_of(session, at.tenant_id, kind, _YEAR)
            for number, (submission, sent_on) in enumerate(_sent(owed), 1):
                seen = SeenReport(submission.record_id, submission.rev)
                reports.record_submission(batch, at, seen, sent_on, f"GL-{number:02}/BC")
        batch.flush()

    run_write(engine, open_all)
    run_write(engine, record_all)


def _draft(kind: str, at: OperationContext) -> Data:
    period = report_period(at.lists.report_kinds[kind], _YEAR)
    assert period is not None
    last = period.end - timedelta(days=1)
    days = {"period_from": period.first.isoformat(), "period_to": last.isoformat()}
    heading = default_heading(at.lists, kind, _YEAR, _AREA)
    return {"kind": kind, "year": _YEAR, "area_id": _AREA, "profile_ids": _PLANS, **days, **heading}


def _sent(owed: list[StoredSubmission]) -> Iterator[tuple[StoredSubmission, date]]:
    for number, submission in enumerate(owed):
        due_on = submission.submission.due_on
        assert due_on is not None
        if number % _ABSENT_OF != _ABSENT_OF - 1:
            yield submission, due_on + timedelta(days=3 if number % _LATE_OF == 3 else -(number % 4))
