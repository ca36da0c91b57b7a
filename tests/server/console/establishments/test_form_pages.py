"""The office adds, edits, closes and moves entries of the register; nothing that was typed is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from tests.server.console.conftest import PLACE, UNIT, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.shared import builders
from werkzeug.test import TestResponse

from field178_server.database.models import Audit, ConflictRow, EstablishmentProjection, Record
from field178_server.database.unit_of_work import snapshot

Json = dict[str, Any]


def form_of(browser: Browser, path: str) -> Json:
    """Return the fields of a page's form as a browser would send them back."""
    return fields_in(browser.text(path))


def fields_in(page: str) -> Json:
    fields: Json = {}
    for tag in re.finditer(r"<input[^>]*>", page):
        name, value = re.search(r' name="([^"]+)"', tag[0]), re.search(r' value="([^"]*)"', tag[0])
        if name and not ("radio" in tag[0] and " checked" not in tag[0]):
            fields.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    for name, body in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.S):
        fields[name] = unescape(body)
    for name, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        fields[name] = chosen[1] if chosen else ""
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in fields.items()
        if name not in ("back", "theme")
    }


def text_of(answer: TestResponse) -> str:
    return words(unescape(answer.get_data(as_text=True)))


def stored(in_the_field: FieldWork, record_id: str = PLACE) -> Json:
    office = in_the_field.office
    with snapshot(office.engine) as session:
        row = session.get_one(Record, (office.settings.tenant, record_id))
        return {"rev": row.rev, "scope": row.scope, "deleted": row.deleted, "data": json.loads(row.body)}


def rows(in_the_field: FieldWork, model: Any) -> list[Any]:
    with snapshot(in_the_field.office.engine) as session:
        return list(session.scalars(select(model)))


def cursors_of(in_the_field: FieldWork) -> Json:
    frames = in_the_field.tablet.frames()
    return {frame["scope"]: frame["seq"] for frame in frames if frame["frame"] == "ck"}


def heard(in_the_field: FieldWork, record_id: str, cursors: Json | None = None) -> Json:
    """Return what the tablet hears of a record in one exchange."""
    frames = in_the_field.tablet.frames(cursors=cursors or {})
    return next(frame for frame in frames if frame["frame"] in ("rec", "leave") and frame["id"] == record_id)


NEW = {
    "name": "Nhà nghỉ Hoa Sen",
    "establishment_type_id": "guesthouse",
    "unit_id": builders.UNIT,
    "address_line": "Số 5, thôn Trung",
    "operating_status_id": "operating",
}


def test_new_entry_is_in_the_register_and_on_the_tablet(reviewer: Browser, in_the_field: FieldWork) -> None:
    form = form_of(reviewer, "/establishments/new") | NEW | {"lat": "20,8224", "lon": "106.551041"}
    answer = reviewer.post("/establishments/new", form)
    assert answer.status_code == 303, text_of(answer)
    record_id = answer.headers["Location"].rpartition("/")[2]
    page = words(unescape(reviewer.text(f"/establishments/{record_id}")))
    assert "Đã thêm: Nhà nghỉ Hoa Sen" in page
    data = heard(in_the_field, record_id)["data"]
    assert (data["lat"], data["lon"], data["point_source"]) == (208_224_000, 1_065_510_410, "manual")
    # A form that is sent twice files one entry.
    assert reviewer.post("/establishments/new", form | {"hint": [f"double:{record_id}"]}).status_code == 303
    assert len(rows(in_the_field, EstablishmentProjection)) == 1
    assert [row.action for row in rows(in_the_field, Audit)].count("establishment_added") == 1


def test_errors_are_summed_up_and_nothing_typed_is_lost(reviewer: Browser, in_the_field: FieldWork) -> None:
    form = form_of(reviewer, "/establishments/new") | NEW
    typed = {"name": "", "rooms_total": "mười", "lat": "20,8", "note": "Gần chợ", "closed_on": "2026-01-01"}
    answer = reviewer.post("/establishments/new", form | typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<title>Lỗi:" in page
    assert 'id="error-summary" role="alert" tabindex="-1" autofocus' in page
    assert 'href="#field-rooms_total"' in page
    assert fields_in(page) | {"csrf_token": ""} == form | typed | {"csrf_token": ""}
    # What can be read is judged by the rules of the tablet's form.
    answer = reviewer.post("/establishments/new", form | typed | {"rooms_total": "10"})
    page = answer.get_data(as_text=True)
    for path in ("name", "lon"):
        assert f'href="#field-{path}"' in page, path
    assert rows(in_the_field, EstablishmentProjection) == []


def test_edit_writes_changed_fields_alone_and_the_history_shows_them(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    form = form_of(reviewer, f"/establishments/{PLACE}/edit")
    changed = {"rooms_total": "12", "certificates.fire_safety.number": "PC-7", "village": ""}
    answer = reviewer.post(f"/establishments/{PLACE}/edit", form | changed)
    assert answer.status_code == 303, text_of(answer)
    data = stored(in_the_field)["data"]
    before = builders.establishment()
    del before["village"]
    certificates = {**before["certificates"], "fire_safety": {"number": "PC-7"}}  # type: ignore[dict-item]
    assert data == before | {"rooms_total": 12, "certificates": certificates}
    assert heard(in_the_field, PLACE)["data"] == data
    page = words(unescape(reviewer.text(f"/establishments/{PLACE}")))
    assert "Cán bộ chi" in page.split("Lịch sử")[-1]
    # Saved as it stands, nothing is written.
    form = form_of(reviewer, f"/establishments/{PLACE}/edit")
    assert reviewer.post(f"/establishments/{PLACE}/edit", form).status_code == 303
    assert stored(in_the_field)["rev"] == 2


@pytest.mark.parametrize(
    "point", [(208_182_103, 1_065_467_109), (208_182_109, 1_065_467_101), (208_000_000, 1_060_000_001)]
)
def test_point_of_seven_digits_stays_where_it_is_when_an_entry_is_saved(
    reviewer: Browser, in_the_field: FieldWork, point: tuple[int, int]
) -> None:
    in_the_field.place(lat=point[0], lon=point[1])
    edit = f"/establishments/{PLACE}/edit"
    assert reviewer.post(edit, form_of(reviewer, edit)).status_code == 303
    assert stored(in_the_field)["rev"] == 1
    assert reviewer.post(edit, form_of(reviewer, edit) | {"rooms_total": "11"}).status_code == 303
    data = stored(in_the_field)["data"]
    assert (data["rooms_total"], data["lat"], data["lon"]) == (11, *point)


def test_certificate_without_a_status_is_removed(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    form = form_of(reviewer, f"/establishments/{PLACE}/edit")
    emptied = {name: "" for name in form if name.startswith("certificates.antt.")}
    assert reviewer.post(f"/establishments/{PLACE}/edit", form | emptied).status_code == 303
    assert "antt" not in stored(in_the_field)["data"]["certificates"]


def test_closing_day_is_required_for_closed_establishments_only(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    form = form_of(reviewer, f"/establishments/{PLACE}/edit")
    edit = f"/establishments/{PLACE}/edit"
    assert reviewer.post(edit, form | {"closed_on": "2026-11-01"}).status_code == 303
    assert "closed_on" not in stored(in_the_field)["data"]
    closed = {"closed_on": "2026-11-01", "operating_status_id": "closed"}
    assert reviewer.post(edit, form | closed).status_code == 303
    assert stored(in_the_field)["data"]["closed_on"] == "2026-11-01"


def test_field_that_a_tablet_changed_meanwhile_is_shown_and_not_overwritten(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    form = form_of(reviewer, f"/establishments/{PLACE}/edit")
    late = {"opening_hours": "09:00-21:00", "rooms_total": 9}
    in_the_field.send(PLACE, "establishment", UNIT, late, was={"opening_hours": "08:00-24:00"})
    typed = {"opening_hours": "10:00-20:00", "address_line": "Số 9"}
    answer = reviewer.post(f"/establishments/{PLACE}/edit", form | typed)
    assert answer.status_code == 409
    assert "đã đổi thành “09:00-21:00”" in text_of(answer)
    assert stored(in_the_field)["rev"] == 2
    shown = fields_in(answer.get_data(as_text=True))
    # Typed values stay, and what the officer left alone shows what the tablet made of it.
    assert (shown["opening_hours"], shown["address_line"], shown["rooms_total"]) == (
        "10:00-20:00",
        "Số 9",
        "9",
    )
    assert reviewer.post(f"/establishments/{PLACE}/edit", shown).status_code == 303
    data = stored(in_the_field)["data"]
    assert (data["opening_hours"], data["address_line"], data["rooms_total"]) == ("10:00-20:00", "Số 9", 9)


def test_other_fields_of_a_changed_entry_are_saved_at_once(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    form = form_of(reviewer, f"/establishments/{PLACE}/edit")
    in_the_field.send(PLACE, "establishment", UNIT, {"rooms_total": 9}, was={})
    assert reviewer.post(f"/establishments/{PLACE}/edit", form | {"address_line": "Số 9"}).status_code == 303
    data = stored(in_the_field)["data"]
    assert (data["rooms_total"], data["address_line"]) == (9, "Số 9")


def test_tablet_that_edited_the_same_field_offline_makes_a_conflict(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    form = form_of(reviewer, f"/establishments/{PLACE}/edit") | {"opening_hours": "10:00-20:00"}
    assert reviewer.post(f"/establishments/{PLACE}/edit", form).status_code == 303
    receipt = in_the_field.send(
        PLACE,
        "establishment",
        UNIT,
        {"opening_hours": "09:00-21:00"},
        was={"opening_hours": "08:00-24:00"},
        base_rev=1,
    )
    assert (receipt["status"], receipt["reason"]) == ("conflict", "changed")
    (row,) = rows(in_the_field, ConflictRow)
    assert (row.path, row.state, row.record_id) == ("opening_hours", "open", PLACE)
    assert stored(in_the_field)["data"]["opening_hours"] == "10:00-20:00"
    page = words(unescape(reviewer.text(f"/attention/conflict/{PLACE}")))
    assert "10:00-20:00" in page
    assert "09:00-21:00" in page


def test_possible_double_is_named_with_its_distance_before_it_is_saved(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    near = {
        "name": "Mộc Diệp (GL-016)",
        "establishment_type_id": "karaoke",
        "lat": "20.8185",
        "lon": "106.5467",
    }
    form = form_of(reviewer, "/establishments/new") | NEW | near
    answer = reviewer.post("/establishments/new", form)
    assert answer.status_code == 200
    assert "Có thể là cùng một cơ sở: Karaoke Mộc Diệp (GL-016)" in text_of(answer)
    assert "trùng tên và loại hình, cách 32 m" in text_of(answer)
    shown = fields_in(answer.get_data(as_text=True))
    assert shown["hint"] == f"double:{PLACE}"
    assert reviewer.post("/establishments/new", shown).status_code == 303
    same_number = {"registration_number": "gl-0000000016"}
    form = form_of(reviewer, "/establishments/new") | NEW | same_number
    assert "cùng số đăng ký" in text_of(reviewer.post("/establishments/new", form))


def test_text_that_may_name_a_person_is_marked_before_it_is_saved(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    form = form_of(reviewer, "/establishments/new") | NEW | {"note": "Gọi chị Nguyễn Thị Hoa 0912345678"}
    answer = reviewer.post("/establishments/new", form)
    assert answer.status_code == 200
    assert "Ghi chú" in text_of(answer)
    assert reviewer.post("/establishments/new", fields_in(answer.get_data(as_text=True))).status_code == 303


def test_closing_writes_status_day_and_reason(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place(note="Gần chợ")
    path = f"/establishments/{PLACE}/close"
    form = form_of(reviewer, path)
    answer = reviewer.post(path, form | {"day": "", "reason": ""})
    assert answer.status_code == 422
    assert 'href="#field-reason"' in answer.get_data(as_text=True)
    assert reviewer.post(path, form | {"day": "2026-12-24", "reason": "Trả mặt bằng"}).status_code == 422
    assert reviewer.post(path, form | {"reason": "Trả mặt bằng"}).status_code == 303
    data = stored(in_the_field)["data"]
    assert data["operating_status_id"] == "closed"
    assert (data["closed_on"], data["status_from"]) == ("2026-11-24", "2026-11-24")
    assert data["note"] == "Gần chợ\nTrả mặt bằng"
    assert "Đã chấm dứt" in words(unescape(reviewer.text(f"/establishments/{PLACE}")))


def test_moved_entry_leaves_the_tablets_of_its_old_commune(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    cursors, path = cursors_of(in_the_field), f"/establishments/{PLACE}/move"
    page = reviewer.text(path)
    other = next(
        unit_id for unit_id in re.findall(r'<option value="(c[^"]+)"', page) if unit_id != builders.UNIT
    )
    assert reviewer.post(path, fields_in(page) | {"unit_id": ""}).status_code == 422
    answer = reviewer.post(path, fields_in(page) | {"unit_id": other})
    assert answer.status_code == 303, text_of(answer)
    moved = stored(in_the_field)
    assert (moved["scope"], moved["data"]["unit_id"]) == (f"unit:{other}", other)
    assert heard(in_the_field, PLACE, cursors)["frame"] == "leave"


def test_only_who_may_edit_the_register_sees_its_forms(
    signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    in_the_field.place()
    for login in ("an", "leader_viewer", "admin"):
        for path in ("/establishments/new", f"/establishments/{PLACE}/edit"):
            assert signed_in(login).get(path).status_code == 404, (login, path)
