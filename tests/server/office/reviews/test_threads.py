from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.world import OFFICER, SESSION, UNIT, Tablet, World

from field178_server.audit.trail import Actor
from field178_server.database.models import FiledCount, FiledRecord
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews import threads
from field178_server.office.reviews.operations import Pin, Remarks
from field178_server.office.reviews.record import RecordPage, record_page
from field178_server.records.access import AccessFilter
from field178_server.records.batch import Batch
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import review_id
from field178_shared.records.comment_threads import CommentThread, threads_of
from field178_shared.records.review import ReviewRecord
from field178_shared.schemas import validate

REVIEWER = Actor("officer", OFFICER)
OTHER = Actor("officer", "01900000-0000-7000-8000-0000000000b2")


@pytest.fixture
def tablet(world: World) -> Tablet:
    return world.tablet(UNIT, "ref")


@pytest.fixture
def returned(world: World, tablet: Tablet) -> str:
    record_id = tablet.created(SESSION, type="outreach_session")
    pins = (Pin("venue", "Ở đâu?"), Pin("summary", "Quá ngắn."))
    do(
        world,
        lambda batch: reviews.return_for_fix(
            batch, REVIEWER, reviews.revisions_of(batch, record_id), Remarks(comments=pins)
        ),
    )
    return record_id


def do(world: World, work: Callable[[Batch], None]) -> None:
    def run(session: Any) -> None:
        batch = world.batch(session)
        work(batch)
        batch.flush()

    run_write(world.engine, run)


def refusal(world: World, work: Callable[[Batch], None]) -> ErrorCode:
    with pytest.raises(AppError) as refused:
        do(world, work)
    return refused.value.code


def stored_threads(world: World, record_id: str) -> tuple[CommentThread, ...]:
    review = world.stored(review_id(record_id))
    assert review is not None
    assert validate("review", review.data) == {}
    return threads_of(ReviewRecord.from_data(review.data), ())


def answer(world: World, tablet: Tablet, record_id: str, comment: str, text: str = "Nhà văn hóa.") -> str:
    data = {"record": record_id, "comment": comment, "text": text, "at": "2025-03-11T02:00:00Z"}
    answer_id = world.ids.time_ordered()
    (receipt,) = tablet.push(tablet.change(answer_id, data, type="comment_answer", create=True))
    assert receipt["status"] == "applied"
    return answer_id


def page_of(world: World, record_id: str) -> RecordPage:
    with snapshot(world.engine) as session:
        page = record_page(session, world.tenant_id, AccessFilter(None), record_id)
    assert page is not None
    return page


def row_of(world: World, record_id: str) -> tuple[str, int]:
    (row,) = world.rows(FiledRecord, FiledRecord.record_id == record_id)
    counts = {row.drawer: row.record_count for row in world.rows(FiledCount) if row.record_count}
    assert counts == {row.drawer: 1}
    return row.drawer, row.open_threads


def test_later_comments_and_closings_leave_the_time_of_the_return(
    world: World, tablet: Tablet, returned: str
) -> None:
    def returned_at() -> object:
        return world.rows(FiledRecord, FiledRecord.record_id == returned)[0].reviewed_at

    first, _ = stored_threads(world, returned)
    at = returned_at()
    do(world, lambda batch: threads.close_thread(batch, REVIEWER, returned, first.key))
    assert returned_at() == at
    do(world, lambda batch: threads.add_comment(batch, REVIEWER, returned, first.key, "Ở xã nào?"))
    assert returned_at() == at


def test_return_whose_comments_are_all_answered_is_queued_again(
    world: World, tablet: Tablet, returned: str
) -> None:
    first, second = stored_threads(world, returned)
    answer(world, tablet, returned, first.latest.key)
    assert (row_of(world, returned), page_of(world, returned).state) == (("returned", 2), "returned")
    answer(world, tablet, returned, second.latest.key)
    assert (row_of(world, returned), page_of(world, returned).state) == (("waiting", 2), "answered")


def test_further_comment_asks_the_field_again(world: World, tablet: Tablet, returned: str) -> None:
    for thread in stored_threads(world, returned):
        answer(world, tablet, returned, thread.latest.key)
    first, _ = stored_threads(world, returned)
    do(world, lambda batch: threads.add_comment(batch, OTHER, returned, first.key, "Nhà văn hóa nào?"))
    assert row_of(world, returned) == ("returned", 2)
    thread = next(row for row in page_of(world, returned).review.threads if row.key == first.key)  # type: ignore[union-attr]
    assert [(comment.text, comment.path) for comment in thread.comments] == [
        ("Ở đâu?", "venue"),
        ("Nhà văn hóa nào?", "venue"),
    ]
    assert [comment.text for comment in thread.answers_to(thread.comments[0])] == ["Nhà văn hóa."]
    assert thread.awaits_answer
    tablet.pull()
    assert len(tablet.base[review_id(returned)]["data"]["comments"]) == 3


def test_closing_settles_all_comments_of_a_thread_and_reaches_tablets(
    world: World, tablet: Tablet, returned: str
) -> None:
    first, second = stored_threads(world, returned)
    do(world, lambda batch: threads.add_comment(batch, OTHER, returned, first.key, "Nhà văn hóa nào?"))
    do(world, lambda batch: threads.close_thread(batch, OTHER, returned, first.key))
    closed, still_open = stored_threads(world, returned)
    assert (closed.is_open, still_open.is_open, still_open.key) == (False, True, second.key)
    assert {comment.done_rev for comment in closed.comments} == {1}
    assert {comment.closed_by for comment in closed.comments} == {OTHER.id}
    assert row_of(world, returned) == ("returned", 1)
    tablet.pull()
    comments = tablet.base[review_id(returned)]["data"]["comments"]
    assert [("done_rev" in comment) for comment in comments.values()] == [True, False, True]


def test_reopened_thread_waits_again_with_its_latest_comment(world: World, returned: str) -> None:
    first, _ = stored_threads(world, returned)
    do(world, lambda batch: threads.close_thread(batch, REVIEWER, returned, first.key))
    do(world, lambda batch: threads.reopen_thread(batch, REVIEWER, returned, first.key))
    reopened, _ = stored_threads(world, returned)
    assert (reopened.awaits_answer, reopened.latest.closed_by) == (True, "")
    assert row_of(world, returned) == ("returned", 2)


def test_closing_again_changes_nothing(world: World, returned: str) -> None:
    first, _ = stored_threads(world, returned)
    do(world, lambda batch: threads.close_thread(batch, REVIEWER, returned, first.key))
    before = world.stored(review_id(returned))
    do(world, lambda batch: threads.close_thread(batch, OTHER, returned, first.key))
    assert world.stored(review_id(returned)) == before


def test_return_whose_comments_are_all_closed_waits_for_the_office(world: World, returned: str) -> None:
    for thread in stored_threads(world, returned):
        do(world, lambda batch, key=thread.key: threads.close_thread(batch, REVIEWER, returned, key))  # type: ignore[misc]
    assert row_of(world, returned) == ("waiting", 0)


def test_second_return_for_a_reason_alone_waits_for_the_field(world: World, returned: str) -> None:
    remarks = Remarks("Thiếu ảnh.")
    do(
        world,
        lambda batch: reviews.return_for_fix(batch, REVIEWER, reviews.revisions_of(batch, returned), remarks),
    )
    assert row_of(world, returned) == ("returned", 0)


def test_thread_that_is_kept_at_a_return_stays_open_with_all_its_comments(
    world: World, returned: str
) -> None:
    first, _ = stored_threads(world, returned)
    do(world, lambda batch: threads.add_comment(batch, REVIEWER, returned, first.key, "Nhà nào?"))
    remarks = Remarks(keep=frozenset({first.key}))
    do(
        world,
        lambda batch: reviews.return_for_fix(batch, REVIEWER, reviews.revisions_of(batch, returned), remarks),
    )
    kept, settled = stored_threads(world, returned)
    assert ([comment.done_rev for comment in kept.comments], settled.latest.done_rev) == ([None, None], 1)


def test_threads_of_an_approved_record_stay_as_they_are(world: World, returned: str) -> None:
    first, _ = stored_threads(world, returned)
    do(world, lambda batch: reviews.approve(batch, REVIEWER, reviews.revisions_of(batch, returned)))
    for work in (threads.close_thread, threads.reopen_thread):
        assert refusal(world, lambda batch, w=work: w(batch, REVIEWER, returned, first.key)) is (  # type: ignore[misc]
            ErrorCode.LOCKED
        )


def test_thread_that_is_not_there_is_not_found(world: World, returned: str) -> None:
    assert refusal(world, lambda batch: threads.close_thread(batch, REVIEWER, returned, "c9")) is (
        ErrorCode.NOT_FOUND
    )


def test_comment_without_text_is_refused(world: World, returned: str) -> None:
    first, _ = stored_threads(world, returned)
    assert refusal(world, lambda batch: threads.add_comment(batch, REVIEWER, returned, first.key, "")) is (
        ErrorCode.REQUIRED
    )


def test_page_has_the_officers_of_answers_and_decisions(world: World, tablet: Tablet, returned: str) -> None:
    first, _ = stored_threads(world, returned)
    answer_id = answer(world, tablet, returned, first.latest.key)
    do(world, lambda batch: threads.close_thread(batch, OTHER, returned, first.key))
    page = page_of(world, returned)
    assert page.answers[answer_id].user_id == OFFICER
    assert page.roles == {OFFICER: "inspector"}
    assert page.review is not None
    assert page.review.decision is not None
    assert page.review.decision.user_id == OFFICER  # who returned it, not who closed a thread since


def test_answer_that_may_name_a_person_is_flagged(world: World, tablet: Tablet, returned: str) -> None:
    first, _ = stored_threads(world, returned)
    answer(world, tablet, returned, first.latest.key, "Gọi chị Nguyễn Thị Hoa 0912345678.")
    flags = page_of(world, returned).flags
    assert [(flag.path, flag.code) for flag in flags] == [("venue", ErrorCode.PERSONAL_DATA)]


def test_thread_at_a_field_that_changed_since_is_met(world: World, tablet: Tablet, returned: str) -> None:
    page = page_of(world, returned)
    assert [thread.path for thread in page.unmet_threads] == ["venue", "summary"]
    tablet.push(tablet.change(returned, {"venue": "Nhà văn hóa"}, type="outreach_session"))
    assert [thread.path for thread in page_of(world, returned).unmet_threads] == ["summary"]
