"""Count a report in a separate process: reading all records of a large store takes minutes.

The process reads one snapshot of the store and writes nothing. It returns a refusal as an error code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server import own_process
from field178_server.database.engine import create_engine_for
from field178_server.database.unit_of_work import snapshot
from field178_server.office.indicators.totals.day_counts import plain_counts
from field178_server.office.reports.counted_content import CountedAt, compare, count_frozen, count_signed
from field178_server.office.reports.queries import StoredReport, facts_for, find_report
from field178_server.records.lists_in_force import ListsInForce
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import local_date, to_wire

MODULE = "field178_server.office.reports.count_process"
_REFUSED = "refused"


class CountedFor(StrEnum):
    """Purpose of counting a report."""

    SIGN_OFF = "sign_off"
    FREEZE = "freeze"
    DRAFT = "draft"
    COMPARISON = "comparison"


def count_in_own_process(
    engine: Engine, tenant_id: str, purpose: CountedFor, report: tuple[str, int], now: datetime
) -> Mapping[str, Any]:
    """Count a report at a revision; return the result as plain values.

    Raises AppError if the report is not at that revision, and OSError or CalledProcessError if the
    process fails.
    """
    database_url = engine.url.render_as_string(hide_password=False)
    answer: Mapping[str, Any] = own_process.answer_of(
        MODULE, database_url, tenant_id, purpose.value, *report, to_wire(now)
    )
    if _REFUSED in answer:
        raise AppError(ErrorCode(answer[_REFUSED]), record_id=report[0])
    return answer


def main() -> None:
    """Count the report that standard input names."""
    own_process.answer(count)


def count(
    database_url: str, tenant_id: str, purpose: str, record_id: str, rev: int, now: str
) -> Mapping[str, object]:
    """Count a report in one snapshot of the store; return the result or the code of the refusal."""
    engine = create_engine_for(database_url)
    ListsInForce(engine, tenant_id).follow()
    at = CountedAt(tenant_id, load(), datetime.fromisoformat(now))
    try:
        with snapshot(engine) as session:
            report = find_report(session, tenant_id, record_id)
            if report is None:
                raise AppError(ErrorCode.NOT_FOUND)
            # Drafts and comparisons count the same at any revision.
            if purpose in (CountedFor.SIGN_OFF, CountedFor.FREEZE) and report.rev != rev:
                raise AppError(ErrorCode.REVISION_CHANGED)
            return _COUNTS[CountedFor(purpose)](session, at, report)
    except AppError as error:
        return {_REFUSED: error.code.value}


def _comparison(session: Session, at: CountedAt, report: StoredReport) -> Mapping[str, object]:
    comparison = compare(session, at, report)
    return {
        "counted_at": to_wire(at.now),
        "content": comparison.content,
        "changes": [asdict(change) for change in comparison.changes],
    }


def _draft(session: Session, at: CountedAt, report: StoredReport) -> Mapping[str, object]:
    facts = facts_for(session, at.tenant_id, at.lists, report.report, local_date(at.now))
    return plain_counts(at.lists, facts.counts)


_COUNTS: Mapping[CountedFor, Callable[[Session, CountedAt, StoredReport], Mapping[str, object]]] = {
    CountedFor.SIGN_OFF: lambda session, at, report: count_signed(session, at, report).to_plain(),
    CountedFor.FREEZE: lambda session, at, report: count_frozen(session, at, report).to_plain(),
    CountedFor.DRAFT: _draft,
    CountedFor.COMPARISON: _comparison,
}

if __name__ == "__main__":
    main()
