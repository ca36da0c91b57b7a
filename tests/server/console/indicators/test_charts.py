"""Charts of figures: what was counted in part is a span, and no line goes across it."""

from __future__ import annotations

from field178_server.console.indicators.charts import bar_of, line_of
from field178_shared.codelists import load
from field178_shared.indicators.figures import FigureValue


def value(share: float) -> FigureValue:
    return FigureValue(1, 2, share, share, share, {})


def test_line_is_broken_at_a_partly_counted_month() -> None:
    between = FigureValue(1, 2, None, 20.0, 60.0, {})
    chart = line_of([value(10), value(20), between, value(50), value(60)], 12, 100, None)
    assert [len(line.split(" ")) for line in chart.lines] == [2, 2]
    assert len(chart.dots) == 4
    ((_, low, high),) = chart.spans
    assert high < low, "heights are counted from above"


def test_the_bar_of_a_range_is_filled_up_to_the_least_alone() -> None:
    indicator = load().indicators["workers_reached_pct"]
    bar = bar_of(indicator, FigureValue(1, 2, None, 20.0, 60.0, {}), [])
    assert bar is not None
    assert (bar.fill, bar.band) == (20.0, (20.0, 40.0))
