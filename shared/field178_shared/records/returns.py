"""Agency returns for the yearly figures: monthly returns, models, commendations, budgets, totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from field178_shared.record_type import RecordType
from field178_shared.records.reading import Data, count_of, day_of, read_as

# Monthly returns, due from the agencies that the lists name.
MONTHLY_TYPES = (RecordType.AGENCY_RETURN, RecordType.HARM_REDUCTION_RETURN)
RETURN_TYPES = (
    *MONTHLY_TYPES,
    RecordType.INFORMATION_CORRECTION,
    RecordType.SUPERVISION,
    RecordType.PILOT_MODEL,
    RecordType.COMMENDATION,
    RecordType.BUDGET_LINE,
    RecordType.DENOMINATOR,
)
# The day that a record is about; a budget line has a year.
DAYS_OF_RETURNS: Mapping[str, str] = {
    RecordType.AGENCY_RETURN: "month",
    RecordType.HARM_REDUCTION_RETURN: "month",
    RecordType.INFORMATION_CORRECTION: "corrected_on",
    RecordType.SUPERVISION: "concluded_on",
    RecordType.PILOT_MODEL: "started_on",
    RecordType.COMMENDATION: "granted_on",
    RecordType.DENOMINATOR: "valid_from",
}
ENDED_MODEL, ACTIVE_MODEL = "ended", "active"


def day_of_return(record_type: str, data: Data) -> date | None:
    """Return the day on which a return counts: first day of its month or year, or its own day."""
    if record_type == RecordType.BUDGET_LINE:
        year = count_of(data, "year")
        return None if year is None else date(year, 1, 1)
    return day_of(data, DAYS_OF_RETURNS[record_type])


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotModel:
    """A model of an area and its days."""

    model_id: str
    unit_id: str
    started_on: date | None
    ended_on: date | None
    status: str

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        return read_as(cls, data)

    def goes_on(self, day: date) -> bool:
        """Return whether the model has begun by a day and not ended."""
        if self.started_on is None or day < self.started_on:
            return False
        return self.status != ENDED_MODEL or (self.ended_on is not None and day < self.ended_on)
