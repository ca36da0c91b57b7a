"""One search finds establishments, visits, sessions and pages, within what the officer may read."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

from tests.server.console.conftest import PLACE, Browser, FieldWork
from tests.server.console.follow_ups.test_pages import FINDINGS, decide
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import PASSWORD, Office

from field178_server.office.search.queries import SHOWN


def hits(browser: Browser, text: str) -> str:
    return words(unescape(browser.text(f"/search?q={text}").split('id="found"')[1].split("<dialog")[0]))


def test_one_search_finds_places_records_and_pages(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    visit = in_the_field.visit(
        establishment_id=PLACE, decision_number="15/QĐ-ĐKT", minutes_number="117/BB-ĐKT178"
    )
    session = in_the_field.session(venue="Nhà văn hoá thôn Trung")
    assert "Karaoke Mộc Diệp (GL-016)" in hits(reviewer, "diep+moc")
    assert "Karaoke Mộc Diệp (GL-016)" in hits(reviewer, "gl-0000000016")
    for number in ("15/qd", "117/BB"):
        page = reviewer.text(f"/search?q={number}")
        assert f"/reviews/{visit}" in page
        assert "Karaoke Mộc Diệp (GL-016)" in page
    assert f"/reviews/{session}" in reviewer.text("/search?q=van+hoa+thon")
    assert "/tablets" in reviewer.text("/search?q=may+tinh").split('id="found"')[1]
    assert "Không tìm thấy" in hits(reviewer, "khong+co+gi")
    assert "Ctrl+K" in hits(reviewer, "")
    # A visit found by its number is found in the table of visits too.
    assert f"/reviews/{visit}" in reviewer.text("/visits?q=117/bb")
    assert f"/reviews/{session}" in reviewer.text("/sessions?q=thôn+trung")


def test_search_returns_records_readable_to_the_officer(
    signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    in_the_field.place()
    in_the_field.visit(establishment_id=PLACE, decision_number="15/QĐ-ĐKT")
    for login in ("admin", "commune_reporter", "city_viewer"):
        browser = signed_in(login)
        assert "Karaoke" not in hits(browser, "moc+diep")
        assert "15/" not in browser.text("/search?q=15/qd").split('id="found"')[1].split("<dialog")[0]


def test_search_finds_people_and_tablets_for_who_looks_after_them(
    signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    office = in_the_field.office
    admin = signed_in("admin")
    for words_typed in ("can+bo+binh", "BINH"):
        assert f"/people/{office.officer_id('binh')}" in admin.text(f"/search?q={words_typed}")
    assert f"/tablets/{in_the_field.tablet.device}" in admin.text("/search?q=may+1")
    admin.post(f"/people/{office.officer_id('binh')}/close", {"password": PASSWORD})
    assert "binh · Cán bộ kiểm tra · đã đóng" in hits(admin, "binh")
    # Who keeps neither accounts nor tablets finds neither.
    for login in ("leader_viewer", "privacy_officer", "city_viewer"):
        browser = signed_in(login)
        assert "/people/" not in browser.text("/search?q=binh")
        assert "/tablets/" not in browser.text("/search?q=may+1")
    # A reviewer answers for tablets, not for accounts.
    reviewer = signed_in("chi")
    assert "/people/" not in reviewer.text("/search?q=binh")
    assert f"/tablets/{in_the_field.tablet.device}" in reviewer.text("/search?q=may+1")


def test_search_states_when_not_all_people_are_shown(
    signed_in: Callable[[str], Browser], office: Office
) -> None:
    page = signed_in("admin").text("/search?q=can+bo")
    assert page.count('href="/people/') == SHOWN
    assert 'href="/people?q=can+bo"' in page


def test_search_finds_the_decision_that_the_office_entered(
    reviewer: Browser, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    in_the_field.place()
    visit = in_the_field.visit(establishment_id=PLACE, findings=FINDINGS)
    assert decide(reviewer, visit, document_number="915/QĐ-XPHC").status_code == 303
    for number in ("915/qđ-xphc", "915", "915 / QD"):
        page = reviewer.text(f"/search?q={number}")
        assert page.count(f'class="row row-plain hit" href="/reviews/{visit}"') == 1
    assert (
        "/reviews/"
        not in signed_in("city_viewer").text("/search?q=915").split('id="found"')[1].split("<dialog")[0]
    )
