"""Counts of a report's days that are no half-months: beside the totals, as of the instant they were made.

Totals follow the feed by half-months; other days are counted from all records, by a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from field178_server.database.models import IndicatorTotal
from field178_server.office.indicators.totals.basis import aggregates_in_force, current_basis
from field178_server.office.indicators.totals.counts import Codec
from field178_server.office.indicators.totals.recounting import part_of
from field178_server.office.indicators.totals.stored import progress_of_counts
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.counting import Counts
from field178_shared.indicators.periods import Period
from field178_shared.time.clock import to_wire


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Counts of a period, of the one it is compared with, and of their months and quarters."""

    counted_at: datetime
    by_period: Mapping[Period, Counts]

    @property
    def counts_of(self) -> Callable[[Period], Counts]:
        """What returns the counts of one of the periods."""
        return self.by_period.__getitem__


def plain_counts(lists: CodeLists, counts: Mapping[Period, Counts]) -> dict[str, object]:
    """Return counts as one process tells them to another: rows, and the basis that they are written by."""
    codec = Codec(aggregates_in_force(lists).all)
    rows = [
        (part_of(period), unit_id, codec.written_unit(of_unit))
        for period, by_unit in counts.items()
        for unit_id, of_unit in by_unit.items()
    ]
    return {"basis": current_basis(lists), "periods": [part_of(one) for one in counts], "rows": rows}


def write_day_counts(
    session: Session, tenant_id: str, period: Period, plain: Mapping[str, Any], now: datetime
) -> None:
    """Put the counts of a period in the place of those that were made before.

    Raises AppError(being_counted) where the totals are of another basis: their rows are deleted with them.
    """
    if progress_of_counts(session, tenant_id).basis != plain["basis"]:
        raise AppError(ErrorCode.BEING_COUNTED)
    of_period = (IndicatorTotal.bucket >= _bucket(period), IndicatorTotal.bucket <= f"{_bucket(period)}~")
    session.execute(delete(IndicatorTotal).where(IndicatorTotal.tenant_id == tenant_id, *of_period))
    rows = [(_bucket(period), "", " ".join((to_wire(now), *plain["periods"])))]
    rows += [(f"{_bucket(period)} {part}", unit_id, text) for part, unit_id, text in plain["rows"]]
    session.execute(
        insert(IndicatorTotal),
        [
            {"tenant_id": tenant_id, "bucket": bucket, "unit_id": unit_id, "counts": text}
            for bucket, unit_id, text in rows
        ],
    )


def read_day_counts(session: Session, tenant_id: str, lists: CodeLists, period: Period) -> DayCounts | None:
    """Return the counts of a period, None where nobody has made them by the lists in force."""
    if progress_of_counts(session, tenant_id).basis != current_basis(lists):
        return None
    codec, bucket = Codec(aggregates_in_force(lists).all), _bucket(period)
    query = select(IndicatorTotal.bucket, IndicatorTotal.unit_id, IndicatorTotal.counts).where(
        IndicatorTotal.tenant_id == tenant_id,
        IndicatorTotal.bucket >= bucket,
        IndicatorTotal.bucket <= f"{bucket}~",
    )
    found = {(name, unit_id): text for name, unit_id, text in session.execute(query)}
    made = found.pop((bucket, ""), None)
    if made is None:
        return None
    counted_at, *parts = made.split(" ")
    by_period: dict[Period, Counts] = {_period(one): {} for one in parts}
    for (name, unit_id), text in found.items():
        by_period[_period(name.removeprefix(f"{bucket} "))][unit_id] = codec.read_unit(text)
    return DayCounts(datetime.fromisoformat(counted_at), by_period)


def _bucket(period: Period) -> str:
    return f"days {part_of(period)}"


def _period(part: str) -> Period:
    first, end = map(date.fromisoformat, part.split("/"))
    return Period(first, end)
