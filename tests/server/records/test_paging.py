from __future__ import annotations

import pytest

from field178_server.records.paging import PageOfRows


@pytest.mark.parametrize(
    ("requested", "total", "shown", "last"),
    [(1, 0, 1, 1), (0, 9, 1, 1), (2, 50, 1, 1), (2, 51, 2, 2), (3, 51, 2, 2), (-4, 120, 1, 3)],
)
def test_missing_page_number_becomes_the_nearest_page(
    requested: int, total: int, shown: int, last: int
) -> None:
    page = PageOfRows.within(requested, 50, total)
    assert (page.number, page.last, page.offset) == (shown, last, 50 * (shown - 1))
