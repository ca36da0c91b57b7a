from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from tests.server.console.conftest import TEAM, UNIT, Browser, FieldWork
from tests.shared import builders

from field178_server.database.models import FiledRecord, Record
from field178_server.database.unit_of_work import snapshot
from field178_shared.ids import review_id


@pytest.fixture
def filed(in_the_field: FieldWork) -> str:
    in_the_field.place()
    return in_the_field.visit()


@pytest.fixture
def state_of(in_the_field: FieldWork) -> Callable[[str], tuple[str, int | None]]:
    def state(record_id: str) -> tuple[str, int | None]:
        with snapshot(in_the_field.office.engine) as session:
            row = session.get_one(FiledRecord, (in_the_field.office.settings.tenant, record_id))
            return row.review_state, row.review_rev

    return state


def stored_review(field: FieldWork, record_id: str) -> tuple[int, str]:
    with snapshot(field.office.engine) as session:
        row = session.get_one(Record, (field.office.settings.tenant, review_id(record_id)))
        return row.rev, row.body


def test_approval_opens_the_next_record_with_a_message(
    reviewer: Browser, in_the_field: FieldWork, filed: str
) -> None:
    following = in_the_field.session()
    answer = reviewer.decide(filed, "approve")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/reviews/{following}")
    page = reviewer.text(answer.headers["Location"])
    assert "Đã duyệt: Karaoke Mộc Diệp (GL-016)." in page
    assert f"/reviews/{filed}/undo" in page
    assert "Đã duyệt: " not in reviewer.text(answer.headers["Location"])


def test_queue_after_the_last_record_is_shown_as_done(reviewer: Browser, filed: str) -> None:
    answer = reviewer.decide(filed, "approve")
    assert answer.headers["Location"] == "/reviews"
    assert "Đã xem hết" in reviewer.text("/reviews")


def test_next_record_keeps_the_filters(reviewer: Browser, in_the_field: FieldWork, filed: str) -> None:
    in_the_field.session()
    second = in_the_field.visit(started_at="2026-11-21T07:00:00Z", ended_at="2026-11-21T08:00:00Z")
    answer = reviewer.decide(filed, "approve", view="type=inspection")
    assert answer.headers["Location"] == f"/reviews/{second}?type=inspection"


def test_other_revision_answers_409_with_the_current_record_and_the_input(
    reviewer: Browser, in_the_field: FieldWork, filed: str, state_of: Callable[[str], tuple[str, int | None]]
) -> None:
    change = {"recommendation": "Bổ sung nội quy."}
    was = {"recommendation": "Tiếp tục duy trì việc chấp hành quy định."}
    assert in_the_field.send(filed, "inspection", TEAM, change, was=was)["status"] == "applied"
    answer = reviewer.decide(
        filed, "return", reason="Thiếu số biên bản", comments={"minutes_number": "Ghi số đầy đủ"}
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Phiếu đã thay đổi sau khi bạn mở." in text
    assert '<a href="#history">Xem phần đã thay đổi</a>' in text
    assert "Bổ sung nội quy." in text
    assert "Thiếu số biên bản" in text
    assert "Ghi số đầy đủ" in text
    assert 'name="seen_rev" value="2"' in text
    assert state_of(filed) == ("waiting", None)


def test_banner_distinguishes_corrected_from_returned_records(
    reviewer: Browser, in_the_field: FieldWork, filed: str
) -> None:
    reviewer.decide(filed, "return", reason="Thiếu số biên bản")
    assert "bản 1 → 1" not in reviewer.text(f"/reviews/{filed}")
    was = {"minutes_number": "07/BB-ĐKT178"}
    in_the_field.send(filed, "inspection", TEAM, {"minutes_number": "08/BB-ĐKT178"}, was=was)
    page = reviewer.text(f"/reviews/{filed}")
    assert "bản 1 do Cán bộ chi trả lại lúc" in page
    assert "bản 1 → 2" in page


def test_return_pins_comments_to_their_fields(reviewer: Browser, in_the_field: FieldWork, filed: str) -> None:
    reviewer.decide(filed, "return", comments={"answers.fire_file": "Kiểm tra lại.", "members.m1": " "})
    with snapshot(in_the_field.office.engine) as session:
        review = session.get_one(Record, (in_the_field.office.settings.tenant, review_id(filed)))
    assert '"path":"answers.fire_file"' in review.body
    assert "members.m1" not in review.body


def test_return_without_a_reason_is_refused(reviewer: Browser, filed: str) -> None:
    answer = reviewer.decide(filed, "return")
    assert answer.status_code == 422
    assert "Hãy ghi lý do" in answer.get_data(as_text=True)


def test_corrected_record_shows_only_changes_and_the_comment_as_met(
    reviewer: Browser, in_the_field: FieldWork, filed: str
) -> None:
    comments = {"minutes_number": "Ghi số đầy đủ", "recommendation": "Nêu thời hạn"}
    reviewer.decide(filed, "return", reason="Thiếu", comments=comments)
    in_the_field.send(
        filed, "inspection", TEAM, {"minutes_number": "08/BB-ĐKT178"}, was={"minutes_number": "07/BB-ĐKT178"}
    )
    page = reviewer.text(f"/reviews/{filed}")
    changes = page.split('id="changes"')[1].split("</section>")[0]
    assert re.findall(r"<del>(.*?)</del>.*?<ins>(.*?)</ins>", changes, re.S) == [
        ("07/BB-ĐKT178", "08/BB-ĐKT178")
    ]
    assert "mục này đã sửa" in page
    assert "chưa sửa" in page


def test_difference_that_nobody_sees_is_shown(reviewer: Browser, in_the_field: FieldWork, filed: str) -> None:
    reviewer.decide(filed, "return", reason="Thiếu")
    was = {"recommendation": builders.inspection()["recommendation"]}
    text = f"{was['recommendation']} "
    sent = in_the_field.send(filed, "inspection", TEAM, {"recommendation": text}, was=was)
    assert sent["status"] == "applied"
    changes = reviewer.text(f"/reviews/{filed}").split('id="changes"')[1].split("</section>")[0]
    [(before, after)] = re.findall(r"<del>(.*?)</del>.*?<ins>(.*?)</ins>", changes, re.S)
    assert after == f"{before}␣"


def test_undo_after_thirty_seconds_offers_to_reopen(
    reviewer: Browser, in_the_field: FieldWork, filed: str
) -> None:
    reviewer.decide(filed, "approve")
    in_the_field.office.clock.move(seconds=31)
    answer = reviewer.post(f"/reviews/{filed}/undo")
    assert answer.status_code == 423
    assert "Chỉ hoàn tác được" in answer.get_data(as_text=True)
    assert f"/reviews/{filed}/reopen" in answer.get_data(as_text=True)


def test_reopening_and_voiding_need_a_reason(
    reviewer: Browser, filed: str, state_of: Callable[[str], tuple[str, int | None]]
) -> None:
    reviewer.decide(filed, "approve")
    assert reviewer.decide(filed, "reopen", reason=" ").status_code == 422
    assert reviewer.decide(filed, "reopen", reason="Sai số liệu").status_code == 303
    assert state_of(filed) == ("returned", 1)
    assert reviewer.decide(filed, "void").status_code == 422
    answer = reviewer.decide(filed, "void", reason="Lập trùng")
    assert answer.status_code == 200
    assert "Hủy phiếu này?" in answer.get_data(as_text=True)
    assert state_of(filed) == ("returned", 1)
    assert reviewer.decide(filed, "void", reason="Lập trùng", confirmed="void").status_code == 303
    assert state_of(filed) == ("void", 1)


TYPED = {"reason": "Thiếu số biên bản", "comments": {"minutes_number": "Ghi số đầy đủ"}}


@pytest.mark.parametrize(
    ("first", "late"), [("approve", "return"), ("return", "approve"), ("return", "void"), ("void", "reopen")]
)
def test_decision_from_a_page_older_than_a_colleagues_decision_is_refused_with_that_decision(
    reviewer: Browser, colleague: Browser, in_the_field: FieldWork, filed: str, first: str, late: str
) -> None:
    reason = "" if first == "approve" else "Sai số người"
    assert colleague.decide(filed, first, reason=reason, confirmed="void").status_code == 303
    stands = stored_review(in_the_field, filed)
    answer = reviewer.decide(filed, late, seen_review=0, confirmed="comments threads void", **TYPED)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 409
    label = {"approve": "Đã duyệt", "return": "Trả lại", "void": "Đã hủy"}[first]
    assert re.search(
        rf"{label}: Cán bộ dung, 24/11/2026 [0-9:]+" + (f": {reason}" if reason else "<br>"), page
    )
    assert "Quyết định của bạn chưa được ghi" in page
    assert "Thiếu số biên bản" in page
    assert late not in ("approve", "return") or "Ghi số đầy đủ" in page
    assert stored_review(in_the_field, filed) == stands


def test_outdated_decision_is_refused_before_confirmation(
    reviewer: Browser, colleague: Browser, filed: str
) -> None:
    colleague.decide(filed, "return", reason="Sai số người")
    for late in ("approve", "return", "void"):
        answer = reviewer.decide(filed, late, seen_review=0, reason="Gọi chị Trần Thị Hoa 0912345678")
        assert answer.status_code == 409, late
        assert "Gọi chị Trần Thị Hoa 0912345678" in answer.get_data(as_text=True)


def test_confirmation_carries_the_revisions_of_the_page_that_was_seen(
    reviewer: Browser, colleague: Browser, filed: str, state_of: Callable[[str], tuple[str, int | None]]
) -> None:
    confirmation = unescape(reviewer.decide(filed, "approve", keep="k1", **TYPED).get_data(as_text=True))
    fields = dict(re.findall(r'<input type="hidden" name="([a-z_:]+)" value="([^"]*)">', confirmation))
    assert (fields["seen_rev"], fields["seen_review"], fields["keep"]) == ("1", "0", "k1")
    colleague.decide(filed, "return", reason="Sai số người")
    del fields["csrf_token"], fields["back"]
    answer = reviewer.post(f"/reviews/{filed}/approve", fields)
    assert (answer.status_code, state_of(filed)[0]) == (409, "returned")


def test_refused_return_keeps_its_ticks_and_a_refused_void_its_reason(
    reviewer: Browser, colleague: Browser, filed: str
) -> None:
    reviewer.decide(filed, "return", comments={"minutes_number": "Ghi số", "recommendation": "Viết rõ"})
    ticked = r'name="keep" value="([^"]+)" form="return-form" checked'
    keys = re.findall(ticked, reviewer.text(f"/reviews/{filed}"))
    assert len(keys) == 2
    colleague.decide(filed, "return", reason="Sai số người", keep=keys)
    late = {"seen_review": 1, "reason": "Thiếu", "keep": keys[:1]}
    page = reviewer.decide(filed, "return", **late).get_data(as_text=True)
    assert re.findall(ticked, page) == keys[:1]
    page = reviewer.decide(filed, "void", seen_review=1, reason="Lập trùng").get_data(as_text=True)
    assert re.search(r'id="void-reason"[^>]*>Lập trùng</textarea>', page)
    assert re.search(r'id="reason"[^>]*></textarea>', page)


def test_undo_after_a_colleague_reopened_the_record_is_refused(
    reviewer: Browser, colleague: Browser, in_the_field: FieldWork, filed: str
) -> None:
    reviewer.decide(filed, "approve")
    colleague.decide(filed, "reopen", reason="Sai số người")
    stands = stored_review(in_the_field, filed)
    answer = reviewer.decide(filed, "undo")
    assert answer.status_code == 409
    assert "Cán bộ dung" in answer.get_data(as_text=True)
    assert stored_review(in_the_field, filed) == stands


def test_page_shows_each_decision_with_its_own_officer_time_and_reason(
    reviewer: Browser, colleague: Browser, in_the_field: FieldWork, filed: str
) -> None:
    reviewer.decide(filed, "return", **TYPED)
    in_the_field.office.clock.move(minutes=3)
    colleague.decide(filed, "approve", confirmed="threads")
    in_the_field.office.clock.move(minutes=4)
    reviewer.decide(filed, "reopen", reason="Sai số người")
    page = unescape(reviewer.text(f"/reviews/{filed}"))
    section = page.split('id="decisions"')[1].split("</section>")[0]
    lines = [" ".join(re.sub("<[^>]+>", " ", item).split()) for item in section.split("<li>")[1:]]
    assert lines == [
        "Mở lại Cán bộ chi 24/11/2026 15:07 · Bản 1 Sai số người",
        "Đã duyệt Cán bộ dung 24/11/2026 15:03 · Bản 1",
        "Trả lại Cán bộ chi 24/11/2026 15:00 · Bản 1 Thiếu số biên bản Số biên bản Ghi số đầy đủ",
    ]
    banner = " ".join(re.sub("<[^>]+>", " ", page.split('<div class="banner tone-warn">')[1]).split())
    assert banner.startswith("Trả lại · quyết định trên bản 1, Cán bộ chi, 24/11/2026 15:07 Sai số người")


def test_flagged_record_is_approved_only_with_its_flags_confirmed(
    reviewer: Browser, in_the_field: FieldWork, state_of: Callable[[str], tuple[str, int | None]]
) -> None:
    in_the_field.place()
    answers = builders.answers() | {"workers_total": {"v": 480}, "workers_female": {"v": 478}}
    far = builders.inspection()["check_in"] | {"lat": 208_182_100 + 200_000, "fix_age_s": 90}
    odd = in_the_field.visit(
        started_at="2026-11-25T07:00:00Z", ended_at="2026-11-25T08:00:00Z", answers=answers, check_in=far
    )
    answer = reviewer.decide(odd, "approve")
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 200
    assert "25/11/2026 14:00" in page
    assert "480; thường từ 1 đến 25" in page
    assert "cách 2.226 m; sai số ±8 m; định vị trước đó 90 giây" in page
    assert state_of(odd) == ("waiting", None)
    (confirmed,) = re.findall(r'name="confirmed" value="([a-z_ ]+)"', page)
    assert reviewer.decide(odd, "approve", confirmed=confirmed.partition(" ")[2]).status_code == 200
    assert state_of(odd) == ("waiting", None)
    assert reviewer.decide(odd, "approve", confirmed=confirmed).status_code == 303
    assert state_of(odd) == ("approved", 1)


def test_approval_that_drops_typed_comments_needs_confirmation(
    reviewer: Browser, filed: str, state_of: Callable[[str], tuple[str, int | None]]
) -> None:
    typed = {"reason": "Chưa rõ", "comments": {"minutes_number": "Ghi số đầy đủ"}}
    page = unescape(reviewer.decide(filed, "approve", **typed).get_data(as_text=True))
    assert "Nhận xét đã gõ nhưng chưa gửi" in page
    assert 'name="comment:minutes_number" value="Ghi số đầy đủ"' in page
    assert state_of(filed) == ("waiting", None)
    back = unescape(reviewer.decide(filed, "approve", back="yes", **typed).get_data(as_text=True))
    assert ">Ghi số đầy đủ</textarea>" in back
    assert ">Chưa rõ</textarea>" in back
    assert reviewer.decide(filed, "approve", confirmed="comments", **typed).status_code == 303
    assert state_of(filed) == ("approved", 1)


def test_reason_that_may_name_a_person_needs_confirmation(
    reviewer: Browser, filed: str, state_of: Callable[[str], tuple[str, int | None]]
) -> None:
    typed = {
        "reason": "Gọi chị Trần Thị Hoa 0912345678 tại Karaoke Mộc Diệp",
        "comments": {"minutes_number": "Ghi số"},
        "keep": "k1",
    }
    page = unescape(reviewer.decide(filed, "return", **typed).get_data(as_text=True))
    assert "0912345678</mark>" in page
    assert f">{typed['reason']}</textarea>" in page
    assert 'name="comment:minutes_number" value="Ghi số"' in page
    assert 'name="keep" value="k1"' in page
    assert state_of(filed) == ("waiting", None)
    assert reviewer.decide(filed, "return", **(typed | {"reason": "Thiếu"})).status_code == 303
    reviewer.decide(filed, "void", reason="Của anh Lê Văn Tám")
    assert state_of(filed) == ("returned", 1)
    answer = reviewer.decide(filed, "void", reason="Của anh Lê Văn Tám", confirmed="texts")
    assert "Hủy phiếu này?" in unescape(answer.get_data(as_text=True))
    assert reviewer.decide(filed, "return", confirmed="texts", **typed).status_code == 303


def test_name_of_the_establishment_is_no_name_of_a_person(reviewer: Browser, filed: str) -> None:
    assert reviewer.decide(filed, "return", reason="Karaoke Mộc Diệp thiếu số").status_code == 303


def test_flags_are_filtered_by_the_address_and_stand_in_the_list(
    reviewer: Browser, in_the_field: FieldWork, filed: str
) -> None:
    answers = builders.answers() | {"workers_total": {"v": 480}, "workers_female": {"v": 478}}
    later = {"started_at": "2026-11-21T07:00:00Z", "ended_at": "2026-11-21T08:00:00Z"}
    crowded = in_the_field.visit(answers=answers, **later)
    listed = r'class="list-item" href="/reviews/([0-9a-f-]+)'
    page = reviewer.text("/reviews?flag=unusual_count")
    assert re.findall(listed, page) == [crowded]
    assert "Số khác thường: 1" in unescape(page)
    assert re.findall(listed, reviewer.text("/reviews?flag=any")) == [crowded]
    assert re.findall(listed, reviewer.text("/reviews?flag=missing_photos")) == []
    row = reviewer.text("/reviews").split(f'href="/reviews/{crowded}"')[1].split("</a>")[0]
    assert "Số khác thường" in unescape(row)
    answer = reviewer.decide(crowded, "approve", view="flag=unusual_count", confirmed="unusual_count")
    assert answer.headers["Location"] == "/reviews?flag=unusual_count"


def test_unreadable_or_missing_revision_is_refused(reviewer: Browser, filed: str) -> None:
    for seen_rev in ("", "x", "-1", "1e3", "9" * 20):
        assert reviewer.post(f"/reviews/{filed}/approve", {"seen_rev": seen_rev}).status_code == 400, seen_rev
    # A form without a revision of the review saw none.
    reviewer.decide(filed, "return", reason="Sai số người")
    assert reviewer.post(f"/reviews/{filed}/approve", {"seen_rev": 1}).status_code == 409


def test_establishments_are_not_decided_on(reviewer: Browser, in_the_field: FieldWork) -> None:
    place = in_the_field.place()
    assert reviewer.decide(place, "approve").status_code == 404
    assert in_the_field.send(place, "establishment", UNIT, {"village": "Thôn 5"})["status"] != "quarantined"


def test_session_of_99_999_shows_the_usual_number(reviewer: Browser, in_the_field: FieldWork) -> None:
    crowd = {"upper_secondary_students": {"attendance_count": 99_999}}
    session = in_the_field.session(audiences=crowd, establishments=None)
    page = unescape(reviewer.text(f"/reviews/{session}"))
    assert "Số khác thường, cần xem lại" in page
    assert "99.999; một buổi thường có tất cả nhiều nhất 5.000 người" in page
