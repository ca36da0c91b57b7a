"""The draft of a report in a large store whose totals are not counted: it waits and reads no records."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office

from field178_server.office.indicators import report_facts
from field178_server.office.indicators.source import store_size
from field178_server.office.indicators.totals.updater import settle_if_needed

NEW = {"kind": "annual", "year": "2026", "area_id": "an_lao_area_2025", "profile_ids": ["ha_noi_2026"]}


def test_draft_shows_figures_once_they_are_counted(
    office: Office,
    signed_in: Callable[[str], Browser],
    in_the_field: FieldWork,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_the_field.place()
    reviewer = signed_in("chi")
    path = str(reviewer.post("/reports/new", NEW).headers["Location"])
    # The first page also states that the report was opened.
    reviewer.text(path)
    counted = words(unescape(reviewer.text(path)))

    def refuse(*_: object) -> None:
        raise AssertionError("records are read in the server")

    monkeypatch.setattr(store_size, "MOST_COUNTED_AT_ONCE", 0)
    monkeypatch.setattr(report_facts, "slices_of_store", refuse)
    answer = reviewer.client.get(path)
    assert answer.headers["Refresh"]
    assert "Số liệu của báo cáo này đang được tính" in unescape(answer.get_data(as_text=True))
    settle_if_needed(office.runtime)
    assert words(unescape(reviewer.text(path))) == counted
