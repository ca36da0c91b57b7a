"""The office finds entries of one place, merges them field by field, and parts them again."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from tests.server.console.conftest import PLACE, UNIT, Browser, FieldWork
from tests.server.console.establishments.test_form_pages import cursors_of, fields_in, heard, stored, text_of
from tests.server.console.reviews.test_pages import words
from tests.shared import builders

Json = dict[str, Any]
NAME = "Karaoke Mộc Diệp (GL-016)"


def double(in_the_field: FieldWork, **over: Any) -> str:
    """File a second entry of the same place, 32 m away, that knows other things of it."""
    values = {"name": "Mộc Diệp (GL-016)", "lat": 208_185_000, "lon": 1_065_467_000, "rooms_total": 9}
    data = builders.establishment(**(values | over))
    del data["registration_number"]
    return in_the_field.file("establishment", UNIT, data)


def page_of(browser: Browser, path: str) -> str:
    return words(unescape(browser.text(path)))


def test_pairs_are_found_with_their_distance(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    assert "Không có cơ sở nào có thể trùng" in page_of(reviewer, "/establishments/duplicates")
    other = double(in_the_field)
    double(in_the_field, name="Hoa Ban", lat=208_195_000)
    page = reviewer.text("/establishments/duplicates")
    assert page.count("/merge?other=") == 1
    assert "trùng tên và loại hình, cách 32 m" in words(unescape(page))
    # The page of the establishment shows it too, to officers who may merge.
    page = page_of(reviewer, f"/establishments/{other}")
    assert f"Có thể là cùng một cơ sở 1 {NAME}" in page


def test_merge_stores_the_chosen_values_and_undo_restores_them(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place(rooms_total=5)
    other = double(in_the_field, opening_hours="10:00-20:00")
    in_the_field.visit(establishment_id=other)
    before, cursors = (stored(in_the_field), stored(in_the_field, other)), cursors_of(in_the_field)
    path = f"/establishments/{PLACE}/merge"
    page = reviewer.text(f"{path}?other={other}")
    picks = dict(re.findall(r'name="(take:[^"]+)" value="([a-z]+)" checked', page))
    # A value that only the other establishment has is preselected; an officer chooses the rest.
    assert {key for key, value in picks.items() if value == "other"} == set()
    assert {"take:name", "take:rooms_total", "take:opening_hours", "take:lat"} <= picks.keys()
    form = fields_in(page) | picks | {"take:rooms_total": "other", "take:lat": "other"}
    answer = reviewer.post(path, form)
    assert answer.status_code == 303, text_of(answer)
    merged = stored(in_the_field)["data"]
    assert (merged["rooms_total"], merged["lat"], merged["name"]) == (9, 208_185_000, NAME)
    # Visits keep: they stand in the file of the survivor, and the old address leads to it for ever.
    page = page_of(reviewer, f"/establishments/{other}")
    assert f"Đã gộp vào {NAME}" in page
    assert "Lượt kiểm tra 1" in page or "Các lượt kiểm tra 1" in page
    # Tablets pull both in one exchange.
    frames = in_the_field.tablet.frames(cursors=cursors)
    assert {frame["id"] for frame in frames if frame["frame"] == "rec"} == {PLACE, other}
    assert heard(in_the_field, PLACE, cursors)["data"]["rooms_total"] == 9
    # What was changed again since then stays after the undo.
    in_the_field.send(PLACE, "establishment", UNIT, {"rooms_total": 11}, was={"rooms_total": 9})
    undo = fields_in(reviewer.text(f"/establishments/{PLACE}"))
    assert reviewer.post(f"/establishments/{PLACE}/unmerge", undo).status_code == 303
    now = (stored(in_the_field), stored(in_the_field, other))
    assert now[1]["data"] == before[1]["data"]
    assert not now[1]["deleted"]
    assert now[0]["data"] == before[0]["data"] | {"rooms_total": 11}
    assert "Đã tách lại" in page_of(reviewer, f"/establishments/{PLACE}")


def test_entry_that_changed_since_it_was_shown_is_not_merged(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place(rooms_total=5)
    other = double(in_the_field)
    path = f"/establishments/{PLACE}/merge"
    form = fields_in(reviewer.text(f"{path}?other={other}")) | {"take:rooms_total": "other"}
    in_the_field.send(other, "establishment", UNIT, {"rooms_total": 10}, was={"rooms_total": 9})
    answer = reviewer.post(path, form)
    assert answer.status_code == 409
    assert "Chưa lưu" in text_of(answer)
    assert not stored(in_the_field, other)["deleted"]
    page = answer.get_data(as_text=True)
    assert 'name="take:rooms_total" value="other" checked' in page
    assert reviewer.post(path, fields_in(page) | {"take:rooms_total": "other"}).status_code == 303
    assert stored(in_the_field)["data"]["rooms_total"] == 10


def test_second_entry_is_searched_for(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    other = double(in_the_field, name="Hoa Ban")
    page = reviewer.text(f"/establishments/{PLACE}/merge?q=hoa+ban")
    assert f"/establishments/{PLACE}/merge?other={other}" in page
    assert reviewer.post(f"/establishments/{PLACE}/merge", {"other": PLACE, "seen_rev": 1, "other_rev": 1})
    assert not stored(in_the_field)["deleted"]


def test_closed_place_is_opened_again(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place(operating_status_id="closed", closed_on="2026-11-01")
    assert "Mở lại hoặc đổi tình trạng" in page_of(reviewer, f"/establishments/{PLACE}")
    path = f"/establishments/{PLACE}/close"
    page = reviewer.text(path)
    assert 'value="operating" checked' in page
    answer = reviewer.post(path, fields_in(page) | {"reason": "Đã có giấy phép mới"})
    assert answer.status_code == 303, text_of(answer)
    data = stored(in_the_field)["data"]
    assert data["operating_status_id"] == "operating"
    assert "closed_on" not in data
