"""Agency returns for the yearly figures: monthly returns, models, commendations, budgets, totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from field178_shared.records.reading import Data, count_of, day_of, text_of

AGENCY_RETURN, HARM_REDUCTION = "agency_return", "harm_reduction_return"
MODEL, COMMENDATION = "pilot_model", "commendation"
BUDGET_LINE, DENOMINATOR = "budget_line", "denominator"
CORRECTION, SUPERVISION = "information_correction", "supervision"
# Monthly returns, due from the agencies that the lists name.
MONTHLY_TYPES = (AGENCY_RETURN, HARM_REDUCTION)
RETURN_TYPES = (*MONTHLY_TYPES, CORRECTION, SUPERVISION, MODEL, COMMENDATION, BUDGET_LINE, DENOMINATOR)
# The day that a record is about; a budget line has a year.
DAYS_OF_RETURNS = {
    AGENCY_RETURN: "month",
    HARM_REDUCTION: "month",
    CORRECTION: "corrected_on",
    SUPERVISION: "concluded_on",
    MODEL: "started_on",
    COMMENDATION: "granted_on",
    DENOMINATOR: "valid_from",
}
ENDED_MODEL, ACTIVE_MODEL = "ended", "active"


def day_of_return(record_type: str, data: Data) -> date | None:
    """Return the day on which a return counts: first day of its month or year, or its own day."""
    if record_type == BUDGET_LINE:
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
        return cls(
            model_id=text_of(data, "model_id"),
            unit_id=text_of(data, "unit_id"),
            started_on=day_of(data, "started_on"),
            ended_on=day_of(data, "ended_on"),
            status=text_of(data, "status"),
        )

    def goes_on(self, day: date) -> bool:
        """Return whether the model has begun by a day and not ended."""
        if self.started_on is None or day < self.started_on:
            return False
        return self.status != ENDED_MODEL or (self.ended_on is not None and day < self.ended_on)
