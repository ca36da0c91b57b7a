"""Attacker on published tables: what a reader can conclude about hidden numbers, by linear programming.

Unknowns are the numbers behind the tables. What is printed is a number, a bound, or a sum; for an unknown the
least and the greatest value that agree with all of it are its interval (Fischetti and Salazar, 2001).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf

from highspy import Highs, HighsModelStatus, HighsStatus, ObjSense

# One to four: a hidden number must stay possible over a span as long.
LEAST_SPAN = 3
_NEAR = 1e-6

Terms = Mapping[Hashable, float]


@dataclass
class Attacker:
    """What a reader knows of numbers that are named by keys; nothing is below zero."""

    bounds: dict[Hashable, tuple[float, float]] = field(default_factory=dict)
    rows: list[tuple[float, float, Terms]] = field(default_factory=list)

    def unknown(self, key: Hashable, least: float = 0, most: float = inf) -> None:
        """Know of a number that there is one, and between which bounds."""
        low, high = self.bounds.get(key, (0.0, inf))
        self.bounds[key] = max(low, least), min(high, most)

    def sees(self, key: Hashable, number: float) -> None:
        """Know a number."""
        self.unknown(key, number, number)

    def knows(self, terms: Terms, least: float = 0, most: float = 0) -> None:
        """Know between which bounds a sum of numbers lies."""
        for key in terms:
            self.unknown(key)
        self.rows.append((least, most, dict(terms)))

    def adds_up(self, total: Hashable, parts: Iterable[Hashable]) -> None:
        """Know that parts add up to a total."""
        self.knows({total: 1.0, **dict.fromkeys(parts, -1.0)})

    def is_part(self, part: Hashable, whole: Hashable) -> None:
        """Know that a number is part of another one."""
        if part != whole:
            self.knows({whole: 1.0, part: -1.0}, 0, inf)

    def intervals(self, keys: Iterable[Hashable]) -> dict[Hashable, tuple[float, float]]:
        """Return what each of these numbers can be."""
        model, places = self._model()
        intervals = {}
        for key in keys:
            model.changeColCost(places[key], 1.0)
            intervals[key] = (_best(model, ObjSense.kMinimize), _best(model, ObjSense.kMaximize))
            model.changeColCost(places[key], 0.0)
        return intervals

    def leaks(self, hidden: Mapping[Hashable, float]) -> dict[Hashable, tuple[float, float]]:
        """Return the hidden numbers that can be told closer than their mark does, with their intervals."""
        intervals = self.intervals(hidden)
        for key, number in hidden.items():
            low, high = intervals[key]
            assert low - _NEAR <= number <= high + _NEAR, (key, number, intervals[key])
        return {
            key: interval
            for key, interval in intervals.items()
            if interval[1] - interval[0] < LEAST_SPAN - _NEAR
        }

    def _model(self) -> tuple[Highs, dict[Hashable, int]]:
        model = Highs()
        model.setOptionValue("output_flag", False)
        places = {key: place for place, key in enumerate(self.bounds)}
        for low, high in self.bounds.values():
            model.addVar(low, high)
        for least, most, terms in self.rows:
            kept = {places[key]: factor for key, factor in terms.items()}
            model.addRow(least, most, len(kept), list(kept), list(kept.values()))
        return model, places


def _best(model: Highs, sense: ObjSense) -> float:
    model.changeObjectiveSense(sense)
    assert model.run() == HighsStatus.kOk
    status = model.getModelStatus()
    if status in (HighsModelStatus.kUnbounded, HighsModelStatus.kUnboundedOrInfeasible):
        return inf
    assert status == HighsModelStatus.kOptimal, status
    return float(model.getInfo().objective_function_value)
