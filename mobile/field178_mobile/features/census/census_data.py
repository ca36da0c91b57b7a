"""Changes of a worker census as {path: value}, by tap."""

from __future__ import annotations

from datetime import date

from field178_mobile.presentation.draft_session import Changes, Data
from field178_shared.records.reading import count_of

TOTAL, FEMALE, MALE, UNSTATED = "workers_total", "workers_female", "workers_male", "workers_sex_unstated"
BY_SEX = (TOTAL, FEMALE, MALE, UNSTATED)
PAPERS = ("workers_contract", "workers_health_check", "workers_insured")
COUNTS = (*BY_SEX, *PAPERS)


def new_census(establishment_id: str, unit_id: str, today: date) -> dict[str, object]:
    """Return a census of today: no number assumed."""
    return {"establishment_id": establishment_id, "unit_id": unit_id, "counted_on": today.isoformat()}


def repeat_counts(last: Data) -> Changes:
    """Return the change of "as last time": one tap fills the numbers of the last count by sex."""
    return {name: count_of(last, name) for name in BY_SEX}


def rest_of(data: Data) -> int | None:
    """Return the number of men as the rest of the total; None if it cannot be computed."""
    total, female = count_of(data, TOTAL), count_of(data, FEMALE)
    if total is None or female is None or count_of(data, MALE) is not None:
        return None
    rest = total - female - (count_of(data, UNSTATED) or 0)
    return rest if rest >= 0 else None
