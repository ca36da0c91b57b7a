"""The page for the people concerned: open to all, in both languages, linked from the sign-in page."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from tests.server.console.conftest import Browser
from tests.server.console.reviews.test_pages import words

from field178_shared.codelists import load


def shown(browser: Browser, path: str = "/privacy") -> str:
    return words(unescape(browser.text(path)))


def test_page_opens_without_a_session_and_is_linked_from_the_sign_in(stranger: Browser) -> None:
    assert 'href="/privacy"' in stranger.text("/sign-in")
    page = shown(stranger)
    assert "Người lao động chỉ được đếm, không ghi tên" in page
    assert "Hỏi ai" in page


def test_signed_in_officer_is_led_back_and_not_to_the_sign_in(signed_in: Callable[[str], Browser]) -> None:
    assert 'href="/sign-in"' not in signed_in("an").text("/privacy")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_period_of_the_lists_stands_on_it(stranger: Browser, language: str) -> None:
    stranger.post("/preferences", {"language": language, "next": "/privacy"})
    page = shown(stranger)
    for row in load().privacy.retention.values():
        assert row.label(language) in page
    assert ("12 tháng" if language == "vi" else "12 months") in page


def test_page_names_nobody_and_no_place(stranger: Browser) -> None:
    assert "Cán bộ an" not in shown(stranger)
