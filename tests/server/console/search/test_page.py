"""One search finds establishments, visits, sessions and pages, within what the officer may read."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

from tests.server.console.conftest import PLACE, Browser, FieldWork
from tests.server.console.reviews.test_pages import words


def hits(browser: Browser, text: str) -> str:
    return words(unescape(browser.text(f"/search?q={text}").split('id="found"')[1]))


def test_one_search_finds_places_records_and_pages(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    visit = in_the_field.visit(
        establishment_id=PLACE, decision_number="15/QĐ-ĐKT", minutes_number="0007/BB-KT"
    )
    session = in_the_field.session(venue="Nhà văn hoá thôn Trung")
    assert "Karaoke Mộc Diệp (GL-016)" in hits(reviewer, "diep+moc")
    assert "Karaoke Mộc Diệp (GL-016)" in hits(reviewer, "gl-0000000016")
    for number in ("15/qd", "0007/BB"):
        page = reviewer.text(f"/search?q={number}")
        assert f"/reviews/{visit}" in page
        assert "Karaoke Mộc Diệp (GL-016)" in page
    assert f"/reviews/{session}" in reviewer.text("/search?q=van+hoa+thon")
    assert "/tablets" in reviewer.text("/search?q=may+tinh").split('id="found"')[1]
    assert "Không tìm thấy" in hits(reviewer, "khong+co+gi")
    assert "Ctrl+K" in hits(reviewer, "")
    # What is found by its number is found in the table of visits too.
    assert f"/reviews/{visit}" in reviewer.text("/visits?q=0007/bb")
    assert f"/reviews/{session}" in reviewer.text("/sessions?q=thôn+trung")


def test_search_keeps_to_what_the_officer_may_read(
    signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    in_the_field.place()
    in_the_field.visit(establishment_id=PLACE, decision_number="15/QĐ-ĐKT")
    for login in ("admin", "commune_reporter", "city_viewer"):
        browser = signed_in(login)
        assert "Karaoke" not in hits(browser, "moc+diep")
        assert "15/" not in browser.text("/search?q=15/qd").split('id="found"')[1]
