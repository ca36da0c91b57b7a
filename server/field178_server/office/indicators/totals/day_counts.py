"""Day counts: counts of a report period that does not consist of half-months, as of one instant.

Totals are counts of half-months and follow the change feed. Day counts are computed from all records in a
separate process and stored in the table of totals.
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
    """Counts of a period and of the compared period, and of their months and quarters."""

    counted_at: datetime
    by_period: Mapping[Period, Counts]

    @property
    def counts_of(self) -> Callable[[Period], Counts]:
        """Function that returns the counts of one of the periods."""
        return self.by_period.__getitem__


def plain_counts(lists: CodeLists, counts: Mapping[Period, Counts]) -> dict[str, object]:
    """Return counts in plain form for another process: periods, rows and basis."""
    codec = Codec(aggregates_in_force(lists).all)
    rows = [
        (part_of(period), unit_id, codec.written_unit(of_unit))
        for period, by_unit in counts.items()
        for unit_id, of_unit in by_unit.items()
    ]
    return {"basis": current_basis(lists), "periods": [part_of(period) for period in counts], "rows": rows}


def write_day_counts(
    session: Session, tenant_id: str, period: Period, plain: Mapping[str, Any], now: datetime
) -> None:
    """Replace the stored day counts of a period.

    Raises AppError(being_counted) if the totals have another basis: a new basis deletes all rows of the
    table.
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
    """Return the day counts of a period; None if none are stored for the lists in force."""
    if progress_of_counts(session, tenant_id).basis != current_basis(lists):
        return None
    codec, bucket = Codec(aggregates_in_force(lists).all), _bucket(period)
    query = select(IndicatorTotal.bucket, IndicatorTotal.unit_id, IndicatorTotal.counts).where(
        IndicatorTotal.tenant_id == tenant_id,
        IndicatorTotal.bucket >= bucket,
        IndicatorTotal.bucket <= f"{bucket}~",
    )
    texts = {(name, unit_id): text for name, unit_id, text in session.execute(query)}
    made = texts.pop((bucket, ""), None)
    if made is None:
        return None
    counted_at, *parts = made.split(" ")
    by_period: dict[Period, Counts] = {_period(part): {} for part in parts}
    for (name, unit_id), text in texts.items():
        by_period[_period(name.removeprefix(f"{bucket} "))][unit_id] = codec.read_unit(text)
    return DayCounts(datetime.fromisoformat(counted_at), by_period)


def _bucket(period: Period) -> str:
    return f"days {part_of(period)}"


def _period(part: str) -> Period:
    first, end = map(date.fromisoformat, part.split("/"))
    return Period(first, end)
