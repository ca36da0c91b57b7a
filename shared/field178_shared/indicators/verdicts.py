"""Verdicts on targets by the bounds of a figure, not by its counted part (decision 0122)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from field178_shared.codelists import TargetProfile


class Verdict(StrEnum):
    """Verdict on a target; `unknown`: too little was counted, `no_figure`: there is no figure to compare."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NO_FIGURE = "no_figure"


class Bounded(Protocol):
    """A figure with the bounds of its value; `is_partial`: a part of its numbers is unknown."""

    @property
    def low(self) -> float | None:
        """Lower bound of the value, None if unbounded."""

    @property
    def high(self) -> float | None:
        """Upper bound of the value, None if unbounded."""

    @property
    def is_partial(self) -> bool:
        """Whether a part of the figure's numbers is unknown."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A target, and the verdict on it."""

    target: float
    verdict: Verdict

    @property
    def met(self) -> bool | None:
        """Whether the target is met, None if unknown."""
        return _ANSWERS.get(self.verdict)


def target_of(profile: TargetProfile, indicator_id: str) -> float | None:
    """Return the target of a plan for an indicator, None if there is none.

    The first target that is not for a longer time than the period applies.
    """
    return next((target for _, target in _targets(profile, indicator_id)), None)


def reached(profile: TargetProfile, indicator_id: str, figure: Bounded) -> Reached | None:
    """Return the target of a plan for an indicator with the verdict on its figure, None without a target."""
    for operator, target in _targets(profile, indicator_id):
        return Reached(target, _verdict(operator, target, figure))
    return None


def _targets(profile: TargetProfile, indicator_id: str) -> list[tuple[str, int]]:
    return [
        (target.op, target.value)
        for target in profile.targets
        if target.indicator == indicator_id and target.per in (None, "year")
    ]


def _verdict(operator: str, target: float, figure: Bounded) -> Verdict:
    """Return the verdict; of a figure without bounds nothing is concluded."""
    low, high = figure.low, figure.high
    if low is None and high is None:
        return Verdict.UNKNOWN if figure.is_partial else Verdict.NO_FIGURE
    is_above = low is not None and low >= target
    is_below = high is not None and high < target
    if operator == "=":
        if is_below or (low is not None and low > target):
            return Verdict.NOT_MET
        return Verdict.MET if low == high == target else Verdict.UNKNOWN
    if is_above:
        return Verdict.MET
    return Verdict.NOT_MET if is_below else Verdict.UNKNOWN


_ANSWERS: Mapping[Verdict, bool] = {Verdict.MET: True, Verdict.NOT_MET: False}
