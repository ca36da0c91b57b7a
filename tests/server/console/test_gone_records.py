"""Records that were merged, on every page that speaks of them."""

from __future__ import annotations

import uuid
from html import unescape

import pytest
from tests.server.console.attention.test_conflict import clash
from tests.server.console.conftest import PLACE, TEAM, UNIT, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.shared import builders

from field178_server.database.unit_of_work import run_write
from field178_server.office.records import operations as records

SURVIVOR = "Karaoke Mộc Diệp mới (GL-017)"


@pytest.fixture
def survivor(in_the_field: FieldWork) -> str:
    """A second entry of the register for the same place."""
    return in_the_field.file("establishment", UNIT, builders.establishment(name=SURVIVOR), str(uuid.uuid4()))


def merge(in_the_field: FieldWork, into: str) -> None:
    office = in_the_field.office
    run_write(office.engine, lambda session: records.merge(session, office.context, PLACE, into))


def test_visit_at_a_merged_establishment_shows_the_remaining_one(
    reviewer: Browser, in_the_field: FieldWork, survivor: str
) -> None:
    in_the_field.place()
    visit = in_the_field.visit()
    merge(in_the_field, survivor)
    assert f"{SURVIVOR}" in words(unescape(reviewer.text("/reviews")))
    page = words(unescape(reviewer.text(f"/reviews/{visit}")))
    assert SURVIVOR in page
    assert "Karaoke Mộc Diệp (GL-016)" not in page
    assert "Chưa nhận" not in page


def test_quarantined_change_at_a_merged_establishment_shows_the_remaining_one(
    reviewer: Browser, in_the_field: FieldWork, survivor: str
) -> None:
    in_the_field.place()
    visit = in_the_field.visit()
    merge(in_the_field, survivor)
    early, seen = {"ended_at": "2026-11-20T06:00:00Z"}, {"ended_at": builders.ENDED_AT}
    in_the_field.send(visit, "inspection", TEAM, early, was=seen)
    assert f"{SURVIVOR} Lượt kiểm tra" in words(unescape(reviewer.text("/attention")))


def test_page_of_a_merged_place_leads_to_its_merge_target(
    reviewer: Browser, in_the_field: FieldWork, survivor: str
) -> None:
    in_the_field.place()
    merge(in_the_field, survivor)
    answer = reviewer.get(f"/establishments/{PLACE}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/establishments/{survivor}")
    assert "Karaoke Mộc Diệp (GL-016)" not in words(unescape(reviewer.text("/establishments")))


def test_conflicts_of_a_merged_place_wait_at_its_merge_target(
    reviewer: Browser, in_the_field: FieldWork, survivor: str
) -> None:
    clash(in_the_field)
    merge(in_the_field, survivor)
    assert f"{SURVIVOR} Cơ sở" in words(unescape(reviewer.text("/attention")))
    assert "07:00-22:00" in reviewer.text(f"/attention/conflict/{survivor}")
    assert "đã được giải quyết" in unescape(reviewer.text(f"/attention/conflict/{PLACE}"))
