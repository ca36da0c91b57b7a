"""Progress of a figure towards a target: its standing, and the number needed in each remaining month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import ceil

from field178_shared.codelists.formulas import Figure
from field178_shared.formulas.sources import MONTH, QUARTER
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.periods import Period
from field178_shared.indicators.verdicts import Reached, Verdict
from field178_shared.record_type import RecordType

_NEAR = 0.9


class Standing(StrEnum):
    """Standing of a figure towards its target; `near`: at least nine tenths at the end of the period.

    `unknown`: too little was counted for a verdict.
    """

    MET = "met"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    NEAR = "near"
    MISSED = "missed"
    UNKNOWN = "unknown"
    NO_FIGURE = "no_figure"


@dataclass(frozen=True, slots=True)
class TargetProgress:
    """Standing, the missing number, and the number needed in each month until the end of the period.

    `expected`: the linear path to the target on this day, for orientation only. `monthly` is None after the
    end, and if past months cannot be made up for.
    """

    standing: Standing
    missing: int = 0
    months_left: int = 0
    monthly: int | None = None
    expected: float | None = None


def progress_towards(
    figure: Figure, value: FigureValue, target: Reached, period: Period, today: date
) -> TargetProgress:
    """Return the progress of a figure on a day; the missing number needs a figure with a known value."""
    if target.verdict is not Verdict.NOT_MET:
        return TargetProgress(_JUDGED[target.verdict])
    low, high = value.low or 0, value.high or 0
    missing = 0 if value.value is None or value.is_partial else _missing(value, target.target)
    if today >= period.end:
        is_near = low >= _NEAR * target.target
        return TargetProgress(Standing.NEAR if is_near else Standing.MISSED, missing)
    passed = max(0, (today - period.first).days)
    grows = grows_to_target(figure)
    expected = target.target * (passed / (period.end - period.first).days if grows else 1)
    months_left = months_between(max(today, period.first), period.end)
    return TargetProgress(
        _standing_until_end(low, high, expected),
        missing,
        months_left,
        ceil(missing / months_left) if grows else None,
        round(expected, 1),
    )


def _standing_until_end(low: float, high: float, expected: float) -> Standing:
    if low >= expected:
        return Standing.ON_TRACK
    return Standing.BEHIND if high < expected else Standing.UNKNOWN


def grows_to_target(figure: Figure) -> bool:
    """Return whether a figure grows from zero to its target over the period.

    Conditions on each month cannot be made up for later. Shares of events (for example violations) do not
    grow. Of events only planned visits are known in advance, except unannounced ones.
    """
    if any(f"{name}({part}" in figure.numerator.text for name in ("each", "every") for part in _PARTS):
        return False
    divided = () if figure.denominator is None else figure.denominator.aggregates
    return all(aggregate.is_of_entities or aggregate.of == RecordType.PLAN_ITEM for aggregate in divided)


def months_between(first: date, end: date) -> int:
    """Return the number of months from a day to the end of a period; a started month counts."""
    months = 12 * (end.year - first.year) + end.month - first.month
    return max(1, months + (1 if end.day > first.day else 0))


_JUDGED = {
    Verdict.MET: Standing.MET,
    Verdict.UNKNOWN: Standing.UNKNOWN,
    Verdict.NO_FIGURE: Standing.NO_FIGURE,
}
_PARTS = (MONTH, QUARTER)


def _missing(value: FigureValue, target: float) -> int:
    if value.den is None:
        return ceil(target - value.num)
    return max(1, ceil(Fraction(target) * Fraction(value.den) / 100 - Fraction(value.num)))
