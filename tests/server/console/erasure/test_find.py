"""Finding a record to purge without its id: by number, place and day, never more than the role may read."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select
from tests.server.console.conftest import PLACE, UNIT, Browser, FieldWork
from tests.server.console.erasure.test_pages import status_and_text
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office
from tests.shared import builders
from tests.stores import Statements

from field178_server.database.models import Audit
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.erasure import find
from field178_server.office.records import operations as records

CODE, MINUTES = "BB-178-0042", "17/BB-ĐKT178"


@pytest.fixture
def privacy(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("privacy_officer")


def results(browser: Browser, query: str) -> list[str]:
    return re.findall(r'href="/purges/ask\?record=([0-9a-f-]+)"', browser.text(f"/purges?{query}"))


def test_a_record_is_found_by_number_place_and_day(in_the_field: FieldWork, privacy: Browser) -> None:
    in_the_field.place()
    first = in_the_field.visit(
        record_code=CODE, minutes_number=MINUTES, started_at="2026-03-02T02:00:00.000Z"
    )
    second = in_the_field.visit(started_at="2026-04-02T02:00:00.000Z", decision_number="84/QĐ-ĐKT")
    talk = in_the_field.session(session_date="2026-03-02", venue="Nhà văn hóa thôn Trung")
    expected = {
        f"number={CODE}": [first],
        "number=bb-178-0042": [first],
        "number=0042": [first],
        f"number={MINUTES}": [first],
        "number=84/QĐ": [second],
        "number=42": [],
        "place=moc+diep": [second, first, talk, PLACE],
        "place=Mộc+Diệp&day=2026-04-02": [second],
        "place=văn+hóa+thôn+trung": [talk],
        "place=khong+co": [],
        f"number={CODE}&day=2026-04-02": [],
    }
    assert {query: results(privacy, query) for query in expected} == expected
    assert sorted(results(privacy, "day=2026-03-02")) == sorted([first, talk])


def test_a_merged_place_leads_to_its_visits(
    office: Office, in_the_field: FieldWork, privacy: Browser
) -> None:
    in_the_field.place()
    other = in_the_field.file("establishment", UNIT, builders.establishment(name="Hoa Ban"))
    visit = in_the_field.visit(establishment_id=other)
    run_write(office.engine, lambda session: records.merge(session, office.context, other, PLACE))
    assert visit in results(privacy, "place=moc+diep")


def test_results_show_only_the_document_number(in_the_field: FieldWork, privacy: Browser) -> None:
    in_the_field.place()
    in_the_field.visit(
        record_code=CODE, recommendation="Bí mật GL-178", started_at="2026-03-02T02:00:00.000Z"
    )
    page = words(unescape(privacy.text("/purges?day=2026-03-02")))
    assert (CODE in page, "02/03/2026" in page, "Lượt kiểm tra" in page) == (True, True, True)
    assert not {"Bí mật", "Mộc Diệp", "Karaoke"} & set(re.findall(r"Bí mật|Mộc Diệp|Karaoke", page))


def test_id_leads_to_the_record_and_unusable_input_is_reported(
    in_the_field: FieldWork, privacy: Browser
) -> None:
    visit = in_the_field.visit()
    answer = privacy.get(f"/purges?number={visit.upper()}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/purges/ask?record={visit}")
    assert "Hãy điền một trong ba ô" in unescape(privacy.text("/purges?number=+&place=&day="))
    assert "Hãy điền" not in unescape(privacy.text("/purges"))
    assert "Không có phiếu nào khớp" in unescape(privacy.text("/purges?number=khong-co"))
    for unknown in ("01900000-0000-7000-8000-00000000dead", "'; --"):
        status, text = status_and_text(privacy.get(f"/purges/ask?record={unknown}"))
        assert (status, "Không có phiếu mang mã này" in text) == (404, True)


def test_many_fits_ask_for_more_words(
    in_the_field: FieldWork, privacy: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "SHOWN", 2)
    monkeypatch.setattr(find, "MOST_PLACES", 1)
    in_the_field.place()
    for _ in range(3):
        in_the_field.visit()
    in_the_field.file("establishment", UNIT, builders.establishment(name="Mộc Diệp 2"))
    page = unescape(privacy.text("/purges?place=moc+diep"))
    assert len(results(privacy, "place=moc+diep")) == 2
    assert "cũng khớp: thêm từ, số hoặc ngày" in page


def test_search_is_audited_without_its_text(
    office: Office, in_the_field: FieldWork, privacy: Browser, statements: Statements
) -> None:
    in_the_field.place()
    in_the_field.visit(record_code=CODE)
    privacy.text("/purges")
    counted = []
    for more in (0, 15):
        for _ in range(more):
            in_the_field.visit()
        with statements(office.engine) as queries:
            privacy.text("/purges?place=moc+diep")
        counted.append(len(queries))
    assert counted[0] == counted[1]
    with snapshot(office.engine) as session:
        kept = (
            session.execute(select(Audit.details).where(Audit.action == "records_searched")).scalars().all()
        )
    assert kept == ['{"found": 2}', '{"found": 17}']


def test_roles_without_erasure_find_nothing(
    in_the_field: FieldWork, signed_in: Callable[[str], Browser]
) -> None:
    in_the_field.visit(record_code=CODE)
    for login in ("admin", "chi", "an"):
        assert signed_in(login).get(f"/purges?number={CODE}").status_code == 404
