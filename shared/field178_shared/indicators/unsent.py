"""Change of numerators by unsent records, computed from these records alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from field178_shared.codelists import CodeLists
from field178_shared.indicators.areas import area_on
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.facts import Facts
from field178_shared.indicators.figures import AreaTotals
from field178_shared.indicators.periods import Period


def unsent_numbers(
    lists: CodeLists,
    before: Sequence[CountedRecord],
    after: Sequence[CountedRecord],
    unit_ids: Iterable[str],
    at: tuple[Period, date],
) -> Mapping[str, int]:
    """Return the difference of each indicator's numerator between two states of the same records.

    `before`: the server's version of the records, with their establishments; `after`: the version on this
    tablet. Indicators with an unchanged numerator are left out. `at`: the period, and today.
    """
    period, today = at
    area = area_on(lists, unit_ids, period.end - timedelta(days=1))
    server_totals, here = (
        AreaTotals(Facts(lists, records, today).counts_of, area, period, today) for records in (before, after)
    )
    differences: dict[str, int] = {}
    for indicator_id, figure in lists.figures.items():
        difference = round(_number(figure.numerator.run(here)) - _number(figure.numerator.run(server_totals)))
        if difference:
            differences[indicator_id] = difference
    return differences


def _number(value: Any) -> float:
    return float(value or 0)
