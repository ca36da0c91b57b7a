"""Areas whose figures officers see."""

from __future__ import annotations

from datetime import date

from field178_server.office.indicators.areas import areas_seen
from field178_shared.codelists import load


def test_external_reader_sees_one_area_on_every_page() -> None:
    lists, day = load(), date(2024, 12, 31)
    everything = areas_seen("reviewer", (), lists, day)
    assert len(lists.unit_groups) > 1
    assert set(lists.unit_groups) < set(everything)
    assert list(areas_seen("city_viewer", (), lists, day)) == list(everything)[:1]
