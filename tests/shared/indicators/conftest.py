"""A district of made-up records, and its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from field178_shared.codelists import CodeLists, load
from field178_shared.indicators.areas import area_on
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.facts import Facts
from field178_shared.indicators.figures import AreaTotals, FigureValue, figure_of
from field178_shared.indicators.periods import Period
from field178_shared.list_packs import ListPack, Row, lists_with

UNIT, OTHER_UNIT = "c11629_v1", "c11632_v1"
YEAR = Period.of_year(2024)
TODAY = date(2026, 11, 24)

FiguresOf = Callable[..., FigureValue]


def record(type_: str, record_id: str, data: Mapping[str, Any], **more: Any) -> CountedRecord:
    return CountedRecord(record_id=record_id, type=type_, data=data, **more)


def establishment(key: str = "e1", unit: str = UNIT, **more: Any) -> CountedRecord:
    data = {"unit_id": unit, "establishment_type_id": "karaoke", "operating_status_id": "operating", **more}
    return record("establishment", key, data)


def visit(key: str, day: str, at: str = "e1", unit: str = UNIT, **answers: Any) -> CountedRecord:
    data = {
        "establishment_id": at,
        "unit_id": unit,
        "started_at": f"{day}T12:30:00.000Z",
        "access_result": answers.pop("access_result", "inspected"),
        "overall_result": answers.pop("overall_result", "compliant"),
        "inspection_kind": answers.pop("inspection_kind", "planned"),
        "answers": {item: {"v": value} for item, value in answers.items()},
    }
    return record("inspection", key, data)


def session(key: str, day: str, unit: str = UNIT, **more: Any) -> CountedRecord:
    data = {"outreach_form_id": "conference", "session_date": day, "unit_id": unit, "topic_ids": [], **more}
    return record("outreach_session", key, data)


def reached(attended: int, first_time: int | None = None) -> dict[str, int]:
    return {"attendance_count": attended} | ({} if first_time is None else {"first_time_count": first_time})


@pytest.fixture
def figure() -> FiguresOf:
    """The figure of one indicator over records: figure(id, records, period=, units=, rows=, aliases=)."""

    def of(
        indicator_id: str,
        records: Sequence[CountedRecord],
        period: Period = YEAR,
        units: Sequence[str] = (UNIT, OTHER_UNIT),
        rows: Mapping[str, Mapping[str, Row]] | None = None,
        today: date = TODAY,
        aliases: Mapping[str, str] | None = None,
    ) -> FigureValue:
        lists: CodeLists = lists_with(ListPack().with_rows(rows)) if rows else load()
        facts = Facts(lists, records, today, aliases)
        last_day = date.fromordinal(period.end.toordinal() - 1)
        totals = AreaTotals(facts.counts_of, area_on(lists, units, last_day), period, today)
        return figure_of(lists.indicators[indicator_id], lists.figures[indicator_id], totals)

    return of
