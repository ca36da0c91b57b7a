"""Output of the benches: one line for each measurement."""

from __future__ import annotations

import json
from collections.abc import Sequence


def figure(  # what a line says
    bench: str,
    name: str,
    value: float,
    unit: str,
    target: float | None = None,
    *,
    is_least: bool = False,
    **beside: float,
) -> None:
    """Print one figure, and what was measured beside it; ok is "at or below its target", null without one.

    `is_least`: the target is the lowest good value.
    """
    line: dict[str, object] = {
        "bench": bench,
        "figure": name,
        "value": round(value, 3),
        "unit": unit,
        "target": target,
    }
    line["ok"] = None if target is None else value >= target if is_least else value <= target
    line.update({key: round(other, 3) for key, other in beside.items()})
    print(json.dumps(line), flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
