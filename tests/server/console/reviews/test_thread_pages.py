"""Comment threads in the console: at the field, in the list, and at the approval."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.server.console.conftest import TEAM, Browser, FieldWork
from tests.stores import Statements

from field178_server.database.models import Record
from field178_server.database.unit_of_work import snapshot
from field178_server.office.reviews import open_threads
from field178_shared.ids import review_id
from field178_shared.records.comment_threads import CommentThread, threads_of
from field178_shared.records.review import ReviewRecord

AT = "answers.workers_contract"


@pytest.fixture
def returned(in_the_field: FieldWork, reviewer: Browser) -> str:
    in_the_field.place()
    record_id = in_the_field.visit()
    reviewer.decide(record_id, "return", comments={AT: "Kiểm tra lại số này."})
    return record_id


def thread_of(field: FieldWork, record_id: str) -> CommentThread:
    office = field.office
    with snapshot(office.engine) as session:
        row = session.get(Record, (office.runtime.tenant_id, review_id(record_id)))
        assert row is not None
        (thread,) = threads_of(ReviewRecord.from_data(json.loads(row.body)), ())
        return thread


def answer(field: FieldWork, record_id: str, text: str = "Đã đếm lại, số ghi là đúng.") -> None:
    comment = thread_of(field, record_id).latest.key
    data: dict[str, Any] = {
        "record": record_id,
        "comment": comment,
        "text": text,
        "at": "2026-11-21T02:00:00Z",
    }
    field.file("comment_answer", TEAM, data)


def act(browser: Browser, field: FieldWork, record_id: str, action: str, **fields: Any) -> Any:
    key = thread_of(field, record_id).key
    seen = {"seen_rev": 1, "seen_review": browser.review_rev(record_id)}
    return browser.post(f"/reviews/{record_id}/threads/{key}/{action}", seen | fields)


def test_answer_is_shown_at_the_field_with_name_role_team_and_time(
    in_the_field: FieldWork, reviewer: Browser, returned: str
) -> None:
    answer(in_the_field, returned)
    page = reviewer.text(f"/reviews/{returned}")
    assert "Đã đếm lại, số ghi là đúng." in page
    assert "đã trả lời" in page
    assert "Đã trả lời, chờ duyệt" in page


def test_answered_record_is_marked_in_the_queue(
    in_the_field: FieldWork, reviewer: Browser, returned: str
) -> None:
    assert f"/reviews/{returned}" not in reviewer.text("/reviews")
    answer(in_the_field, returned)
    queue = reviewer.text("/reviews")
    assert f"/reviews/{returned}" in queue
    assert "Đã trả lời" in queue


def test_refused_comment_keeps_the_typed_text(
    in_the_field: FieldWork, reviewer: Browser, returned: str
) -> None:
    refused = act(reviewer, in_the_field, returned, "comment", text="x" * 501)
    assert refused.status_code in (400, 422)
    assert "x" * 501 in refused.get_data(as_text=True)
    assert act(reviewer, in_the_field, returned, "comment", text=" ").status_code in (400, 422)


def test_thread_that_a_colleague_continued_meanwhile_is_not_closed_unseen(
    in_the_field: FieldWork, reviewer: Browser, colleague: Browser, returned: str
) -> None:
    act(reviewer, in_the_field, returned, "comment", text="Ghi rõ nguồn.")
    late = act(reviewer, in_the_field, returned, "close", seen_review=1)
    assert late.status_code == 409
    assert "Ghi rõ nguồn." in late.get_data(as_text=True)
    assert thread_of(in_the_field, returned).is_open


def test_comment_to_a_record_approved_meanwhile_stays_readable(
    in_the_field: FieldWork, reviewer: Browser, colleague: Browser, returned: str
) -> None:
    colleague.decide(returned, "approve", confirmed="threads")
    late = act(reviewer, in_the_field, returned, "comment", text="Ghi rõ nguồn.", seen_review=1)
    page = late.get_data(as_text=True)
    assert (late.status_code, "Ghi rõ nguồn." in page) == (409, True)
    assert "Đã duyệt: Cán bộ dung, 24/11/2026" in page


def test_comment_that_may_name_a_person_needs_confirmation(
    in_the_field: FieldWork, reviewer: Browser, returned: str
) -> None:
    answer = act(reviewer, in_the_field, returned, "comment", text="Hỏi chị Nguyễn Thị Hoa 0912345678.")
    assert answer.status_code == 200
    assert len(thread_of(in_the_field, returned).comments) == 1


def test_approval_with_an_open_thread_needs_one_confirmation(
    in_the_field: FieldWork, reviewer: Browser, returned: str
) -> None:
    answer = reviewer.decide(returned, "approve")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Kiểm tra lại số này." in text
    done = reviewer.decide(returned, "approve", confirmed="threads")
    assert done.status_code == 303
    assert not thread_of(in_the_field, returned).is_open


def test_approval_after_closing_the_thread_needs_no_confirmation(
    in_the_field: FieldWork, reviewer: Browser, returned: str
) -> None:
    act(reviewer, in_the_field, returned, "close")
    assert reviewer.decide(returned, "approve").status_code == 303


def test_approval_of_a_corrected_field_needs_no_confirmation(
    in_the_field: FieldWork, reviewer: Browser, returned: str
) -> None:
    in_the_field.send(returned, "inspection", TEAM, {f"{AT}.v": 3}, base_rev=1, was={f"{AT}.v": 4})
    assert reviewer.decide(returned, "approve", seen_rev=2).status_code == 303


def test_threads_of_a_decided_record_say_why_they_cannot_be_opened(
    in_the_field: FieldWork, reviewer: Browser, returned: str
) -> None:
    reviewer.decide(returned, "approve", confirmed="threads")
    page = reviewer.text(f"/reviews/{returned}")
    assert "Phiếu đã được quyết định" in page
    assert act(reviewer, in_the_field, returned, "reopen").status_code == 423


def test_list_shows_threads_by_whose_turn_it_is(
    in_the_field: FieldWork, reviewer: Browser, returned: str
) -> None:
    assert "Kiểm tra lại số này." in reviewer.text("/reviews/threads?turn=team")
    assert "Kiểm tra lại số này." not in reviewer.text("/reviews/threads")
    answer(in_the_field, returned)
    page = reviewer.text("/reviews/threads")
    assert "Kiểm tra lại số này." in page
    assert "Đã đếm lại, số ghi là đúng." in page
    assert "Kiểm tra lại số này." not in reviewer.text("/reviews/threads?type=outreach_session")


def test_answer_that_may_name_a_person_is_flagged(
    in_the_field: FieldWork, reviewer: Browser, returned: str
) -> None:
    answer(in_the_field, returned, "Hỏi chị Nguyễn Thị Hoa 0912345678.")
    assert "Dữ liệu cá nhân" in reviewer.text("/reviews")


def test_long_list_costs_as_many_statements_as_a_short_one(
    in_the_field: FieldWork, reviewer: Browser, statements: Statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_threads, "PAGE_SIZE", 2)
    in_the_field.place()
    counted = []
    for more in (3, 6):
        for _ in range(more):
            record_id = in_the_field.visit()
            reviewer.decide(record_id, "return", comments={AT: "Kiểm tra lại số này."})
            answer(in_the_field, record_id)
        with statements(in_the_field.office.engine) as queries:
            page = reviewer.text("/reviews/threads")
        counted.append(len(queries))
    assert 'rel="next"' in page
    assert counted[0] == counted[1] <= 20
