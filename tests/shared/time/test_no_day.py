from __future__ import annotations

from datetime import date

import pytest

from field178_shared.time.no_day import NO_DAY, day_or_none, day_or_sentinel

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(("day", "stored"), [(DAY, DAY), (None, NO_DAY), (NO_DAY, NO_DAY)])
def test_day_is_stored_with_a_sentinel_for_none(day: date | None, stored: date) -> None:
    assert day_or_sentinel(day) == stored


@pytest.mark.parametrize(("stored", "day"), [(DAY, DAY), (NO_DAY, None), (None, None)])
def test_sentinel_and_null_are_read_as_none(stored: date | None, day: date | None) -> None:
    assert day_or_none(stored) == day


def test_unset_day_sorts_last_and_is_the_day_of_existing_stores() -> None:
    assert sorted([None, DAY], key=day_or_sentinel) == [DAY, None]
    assert NO_DAY.isoformat() == "9999-12-31"
