from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from tests.server.console.attention.test_conflict import data_of
from tests.server.console.conftest import PLACE, TEAM, UNIT, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office
from tests.shared import builders
from werkzeug.test import TestResponse

PAGE = re.compile(r'href="(/attention/quarantine/[0-9a-f-]{36}\.[0-9a-f]{64})(?:\?[^"]*)?"')


def hold(in_the_field: FieldWork, **over: Any) -> str:
    """Send a visit that ends before it begins; returns its id."""
    record_id = in_the_field.office.runtime.ids.time_ordered()
    bad = builders.inspection(ended_at="2026-11-20T06:00:00Z", **over)
    assert in_the_field.send(record_id, "inspection", TEAM, bad, create=True)["reason"] == "rule"
    return record_id


def page_of(reviewer: Browser) -> str:
    (path,) = PAGE.findall(reviewer.text("/attention"))
    return str(path)


def act(reviewer: Browser, what: str, **fields: Any) -> TestResponse:
    return reviewer.post(f"{page_of(reviewer)}/{what}", fields)


def test_reason_is_shown_as_text_and_all_values_are_kept(reviewer: Browser, in_the_field: FieldWork) -> None:
    hold(in_the_field)
    page = words(unescape(reviewer.text(page_of(reviewer))))
    assert "Các mục nhập không khớp nhau" in page
    assert "Kết thúc trước khi bắt đầu" in page
    assert "07/BB-ĐKT178" in page
    assert "Máy 1" in page
    assert "Đội sửa các mục này trên máy tính bảng rồi gửi lại" in page


def test_edit_is_headed_by_the_name_of_its_establishment(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    in_the_field.send(PLACE, "establishment", UNIT, {"rooms_total": "chín"})
    filed = in_the_field.visit()
    early, seen = {"ended_at": "2026-11-20T06:00:00Z"}, {"ended_at": builders.ENDED_AT}
    in_the_field.send(filed, "inspection", TEAM, early, was=seen)
    page = words(unescape(reviewer.text("/attention")))
    assert "Karaoke Mộc Diệp (GL-016) Cơ sở" in page
    assert "Karaoke Mộc Diệp (GL-016) Lượt kiểm tra" in page


def test_edit_of_a_record_that_is_held_back_too_is_headed_by_its_name(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    place = in_the_field.office.runtime.ids.time_ordered()
    data = builders.establishment(name="Nhà nghỉ Bình Minh", rooms_total="chín")
    in_the_field.send(place, "establishment", UNIT, data, create=True)
    in_the_field.send(place, "establishment", UNIT, {"village": "Thôn 3"})
    page = words(unescape(reviewer.text("/attention")))
    assert "2 mục" in page
    assert page.count("Nhà nghỉ Bình Minh Cơ sở") == 2


def test_corrected_visit_is_filed_by_the_office(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    record_id = hold(in_the_field)
    page = reviewer.text(page_of(reviewer))
    assert 'type="datetime-local"' in page
    assert 'value="2026-11-20T13:00"' in page
    answer = act(reviewer, "mend", path="ended_at", **{"typed:ended_at": "2026-11-20T15:30"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/attention")
    listed = words(unescape(reviewer.text("/attention")))
    assert "Đã sửa và áp dụng: 112/QĐ-UBND · Lượt kiểm tra" in listed
    assert "Không có mục nào cần xử lý" in listed
    assert data_of(office, record_id)["ended_at"] == "2026-11-20T08:30:00Z"
    assert "Văn phòng" in words(unescape(reviewer.text(f"/reviews/{record_id}")))


def test_invalid_correction_shows_field_errors_and_keeps_the_input(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    hold(in_the_field)
    answer = act(reviewer, "mend", path="ended_at", **{"typed:ended_at": "2026-11-20T13:59"})
    page = unescape(answer.get_data(as_text=True))
    assert (answer.status_code, "Chưa ghi gì" in page) == (422, True)
    assert 'value="2026-11-20T13:59"' in page
    unread = act(reviewer, "mend", path="ended_at", **{"typed:ended_at": "chiều"})
    assert "Giờ không hợp lệ." in unescape(unread.get_data(as_text=True))


def test_value_without_a_control_may_be_left_out(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    seen = {"lat": 208_182_100, "village": "Thôn GL-2"}
    edit = {"lat": "hai mươi", "village": "Thôn 3"}
    receipt = in_the_field.send(PLACE, "establishment", UNIT, edit, was=seen)
    assert receipt["reason"] == "schema"
    assert "Không áp dụng giá trị này" in reviewer.text(page_of(reviewer))
    assert act(reviewer, "mend", path="lat", **{"leave-out": "lat"}).status_code == 303
    data = data_of(office, PLACE)
    assert (data["lat"], data["village"]) == (208_182_100, "Thôn 3")


def test_broken_sum_offers_every_count_of_it(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    record_id = in_the_field.office.runtime.ids.time_ordered()
    answers = builders.answers() | {
        "workers_total": {"v": 15},
        "workers_female": {"v": 9},
        "workers_male": {"v": 3},
    }
    del answers["workers_sex_unstated"]
    bad = builders.inspection(answers=answers)
    assert in_the_field.send(record_id, "inspection", TEAM, bad, create=True)["reason"] == "rule"
    counts = [f"answers.workers_{count}.v" for count in ("total", "female", "male", "sex_unstated")]
    page = reviewer.text(page_of(reviewer))
    assert re.findall(r'name="typed:([a-z_.]+)".*?value="(\d*)"', page) == list(
        zip(counts, ("15", "9", "3", ""), strict=True)
    )
    assert f'data-sum-of="{" ".join(counts[1:])}" data-sum="{counts[0]}"' in page
    typed = dict(zip((f"typed:{path}" for path in counts), ("15", "9", "4", ""), strict=True))
    form = {"path": counts[0], "beside": counts[1:]} | typed
    refused = act(reviewer, "mend", **form)
    assert (refused.status_code, 'value="4"' in refused.get_data(as_text=True)) == (422, True)
    assert act(reviewer, "mend", **(form | {f"typed:{counts[2]}": "6"})).status_code == 303
    mended = data_of(office, record_id)["answers"]
    assert [mended[f"workers_{count}"]["v"] for count in ("total", "female", "male")] == [15, 9, 6]
    assert "workers_sex_unstated" not in mended


def test_edit_that_breaks_a_sum_is_corrected_beside_stored_values(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    record_id = in_the_field.visit()
    stored = data_of(office, record_id)["answers"]
    total = {"answers.workers_total.v": stored["workers_total"]["v"]}
    edit = {"answers.workers_total.v": total["answers.workers_total.v"] + 1}
    assert in_the_field.send(record_id, "inspection", TEAM, edit, was=total)["reason"] == "rule"
    female = stored["workers_female"]["v"]
    page = reviewer.text(page_of(reviewer))
    assert re.search(rf'name="typed:answers.workers_female.v"[^>]*value="{female}"', page)
    typed = {
        "typed:answers.workers_total.v": edit["answers.workers_total.v"],
        "typed:answers.workers_female.v": female + 1,
        "typed:answers.workers_male.v": stored["workers_male"]["v"],
    }
    beside = ["answers.workers_female.v", "answers.workers_male.v"]
    answer = act(reviewer, "mend", path="answers.workers_total.v", beside=beside, **typed)
    assert answer.status_code == 303
    mended = data_of(office, record_id)["answers"]
    assert (mended["workers_total"]["v"], mended["workers_female"]["v"]) == (
        edit["answers.workers_total.v"],
        female + 1,
    )


def test_change_corrected_by_another_officer_meanwhile_keeps_typed_values(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    hold(in_the_field)
    page, typed = page_of(reviewer), {"path": "ended_at", "typed:ended_at": "2026-11-20T15:30"}
    assert reviewer.post(f"{page}/mend", typed).status_code == 303
    late = reviewer.post(f"{page}/mend", typed)
    text = words(unescape(late.get_data(as_text=True)))
    assert late.status_code == 409
    assert "Người xử lý gần nhất: Cán bộ chi" in text
    assert "Kết thúc kiểm tra : 20/11/2026 15:30" in text
    assert "Người xử lý gần nhất: Cán bộ chi" in words(unescape(reviewer.text(page)))


def test_edit_leads_to_the_record_it_is_about(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    in_the_field.send(PLACE, "establishment", UNIT, {"rooms_total": "chín"})
    assert f'href="/establishments/{PLACE}"' in reviewer.text(page_of(reviewer))


def test_retry_reports_the_outcome(reviewer: Browser, in_the_field: FieldWork) -> None:
    hold(in_the_field)
    page = page_of(reviewer)
    answer = act(reviewer, "run")
    assert answer.headers["Location"] == page
    assert "vẫn chưa áp dụng được" in unescape(reviewer.text(page))


def test_set_aside_leaves_the_list_and_can_be_put_back(reviewer: Browser, in_the_field: FieldWork) -> None:
    hold(in_the_field)
    page = page_of(reviewer)
    answer = reviewer.post(f"{page}/set-aside", {"reason": "Của anh Lê Văn Tám"})
    assert "Lê Văn Tám</mark>" in unescape(answer.get_data(as_text=True))
    refused = reviewer.post(f"{page}/set-aside", {"reason": " "})
    assert (refused.status_code, unescape(refused.get_data(as_text=True)).count("Hãy ghi lý do")) == (422, 2)
    assert reviewer.post(f"{page}/set-aside", {"reason": "Gửi nhầm"}).status_code == 303
    assert "Không có mục nào cần xử lý" in reviewer.text("/attention")
    rejection = words(unescape(reviewer.text("/attention?show=aside")))
    assert "Cán bộ chi để riêng, 24/11/2026 15:00: Gửi nhầm" in rejection
    again = reviewer.post(f"{page}/set-aside", {"reason": "Trùng"})
    late = words(unescape(again.get_data(as_text=True)))
    assert (again.status_code, "vừa được xử lý" in late) == (409, True)
    assert "Người xử lý gần nhất: Cán bộ chi, 24/11/2026 15:00." in late
    assert "Lý do để riêng : Trùng" in late
    assert reviewer.post(f"{page}/put-back").status_code == 303
    assert page_of(reviewer) == page


def test_unknown_type_is_not_shown_as_a_bare_code(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.send(in_the_field.office.runtime.ids.time_ordered(), "boat", TEAM, {"hull": 1}, create=True)
    assert "Loại chưa biết: boat" in reviewer.text("/attention")
    page = reviewer.text(page_of(reviewer))
    assert "Áp dụng bản đã sửa" not in page


def test_change_beyond_reach_and_no_change_are_the_same(
    reviewer: Browser, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    hold(in_the_field)
    page, stranger = page_of(reviewer), signed_in("binh")
    for path in (page, f"/attention/quarantine/01900000-0000-7000-8000-00000000dead.{'0' * 64}"):
        assert stranger.get(path).status_code == 404
        assert stranger.post(f"{path}/run").status_code == 404
