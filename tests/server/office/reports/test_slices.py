"""Report counts by slices equal those of all approved records at once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session
from tests.server.office.reports.conftest import Write
from tests.server.office.reports.test_operations import AREA, content, days_of, of_calendar_year, report_of

from field178_server.demo.seed import DemoStore
from field178_server.office.indicators.report_facts import ReportFacts, ReportQuestion
from field178_server.office.indicators.source.counted_records import establishment_aliases
from field178_server.office.indicators.source.records import records_to_count
from field178_server.office.indicators.totals import store_slices
from field178_server.office.reports.content import digest
from field178_server.office.reports.count_process import CountedFor, count_in_own_process
from field178_server.office.reports.counted_content import CountedAt, CountedContent, count_signed
from field178_server.office.reports.queries import period_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.events import approved_only
from field178_shared.indicators.facts import Facts
from field178_shared.indicators.figures import aggregates_of
from field178_shared.indicators.reporting import same_period_before

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2024-01-01", "2024-12-31"), ("2024-02-03", "2024-11-20"), ("2025-01-01", "2025-03-31")],
)
def test_slices_count_as_all_records_at_once(
    store: DemoStore, monkeypatch: pytest.MonkeyPatch, first: str, last: str
) -> None:
    monkeypatch.setattr(store_slices, "_SUBJECTS", 7)
    monkeypatch.setattr(store_slices, "_RECORDS", 9)
    lists, tenant_id = store.context.lists, store.context.tenant_id
    period = period_of(days_of(first, last))
    units = tuple(unit.id for unit in lists.members_of(AREA))
    question = ReportQuestion(lists, period, units, TODAY)
    with Session(store.engine) as session:
        facts = ReportFacts(session, tenant_id, question)
        approved = approved_only(records_to_count(session, tenant_id, lists))
        at_once = Facts(lists, approved, TODAY, establishment_aliases(session, tenant_id))
    sliced = facts.figures
    for of_figures in (period, same_period_before(period)):
        assert facts.figures._counts_of(of_figures) == at_once.counts_of(of_figures)
    assert sliced.figures()
    area = question.area(period).units
    entries = {record.record_id: set(record.entries) for record in approved if record.entries}
    for figure in lists.figures.values():
        for formula in figure.formulas:
            behind = {
                record_id
                for count in at_once.counts_by_record(formula.aggregates, period)
                if count.unit_id in area
                for record_id in (count.key, *(record_id for record_id, _ in count.records))
            }
            behind = behind.union(*(entries.get(record_id, ()) for record_id in behind))
            assert facts.records_behind([formula]) == behind
    assert len(aggregates_of(lists)) > 50


def test_a_report_is_counted_in_a_process_of_its_own(store: DemoStore, write: Write) -> None:  # type: ignore[type-arg]
    record_id = of_calendar_year(write)
    of_report, now = (record_id, report_of(store, record_id).rev), store.context.now()
    tenant_id = store.context.tenant_id
    answer = count_in_own_process(store.engine, tenant_id, CountedFor.SIGN_OFF, of_report, now)
    counted = CountedContent.from_plain(answer)
    assert counted.figures == digest(content(store, record_id))
    with Session(store.engine) as session:
        here = count_signed(
            session, CountedAt(tenant_id, store.context.lists, now), report_of(store, record_id)
        )
    assert counted == here
    with pytest.raises(AppError) as refused:
        count_in_own_process(store.engine, tenant_id, CountedFor.FREEZE, (record_id, 99), now)
    assert refused.value.code is ErrorCode.REVISION_CHANGED
