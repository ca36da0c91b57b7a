from datetime import date

import pytest

from field178_shared.indicators.periods import Period
from field178_shared.indicators.report_periods import PERIOD_NAMES, YearKind, all_parts, named_period


def test_the_reporting_year_ends_on_14_december() -> None:
    assert named_period(2024, kind=YearKind.REPORT) == Period(date(2023, 12, 15), date(2024, 12, 15))
    assert named_period(2024, "half1", YearKind.REPORT) == Period(date(2023, 12, 15), date(2024, 6, 15))


@pytest.mark.parametrize("kind", YearKind)
def test_halves_and_quarters_make_up_the_year_without_a_gap(kind: YearKind) -> None:
    year = named_period(2024, kind=kind)
    for name in ("half", "quarter"):
        parts = [named_period(2024, one, kind) for one in PERIOD_NAMES if one.startswith(name)]
        assert parts[0].first == year.first
        assert [one.end for one in parts[:-1]] == [one.first for one in parts[1:]]
        assert parts[-1].end == year.end
        assert tuple(parts) == all_parts(year, 12 // len(parts))


def test_another_word_is_no_period() -> None:
    with pytest.raises(KeyError):
        named_period(2024, "decade")
