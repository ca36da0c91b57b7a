from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.world import OFFICER, SESSION, UNIT, Tablet, World

from field178_server.audit.trail import MAX_REASON, Actor
from field178_server.database.models import Audit, FiledRecord
from field178_server.database.unit_of_work import run_write
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews import threads
from field178_server.office.reviews.operations import Pin, Remarks, SeenRecord
from field178_server.records.batch import Batch
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import review_id
from field178_shared.schemas import validate

REVIEWER = Actor("officer", OFFICER)
OTHER = Actor("officer", "01900000-0000-7000-8000-0000000000b2")


@pytest.fixture
def tablet(world: World) -> Tablet:
    return world.tablet(UNIT, "ref")


@pytest.fixture
def filed(tablet: Tablet) -> str:
    return tablet.created(SESSION, type="outreach_session")


def decide(world: World, decision: Callable[[Batch], None]) -> None:
    def work(session: object) -> None:
        batch = world.batch(session)
        decision(batch)
        batch.flush()

    run_write(world.engine, work)


def refusal(world: World, decision: Callable[[Batch], None]) -> ErrorCode:
    with pytest.raises(AppError) as refused:
        decide(world, decision)
    return refused.value.code


def approve(world: World, record_id: str) -> None:
    decide(world, lambda batch: reviews.approve(batch, REVIEWER, reviews.revisions_of(batch, record_id)))


def send_back(world: World, record_id: str, **remarks: object) -> None:
    notes = Remarks(**remarks)  # type: ignore[arg-type]
    decide(
        world,
        lambda batch: reviews.return_for_fix(batch, REVIEWER, reviews.revisions_of(batch, record_id), notes),
    )


def review_data(world: World, record_id: str) -> dict[str, object]:
    stored = world.stored(review_id(record_id))
    assert stored is not None
    assert validate("review", stored.data) == {}
    return stored.data


def queue_state(world: World, record_id: str) -> tuple[str, int | None]:
    (row,) = world.rows(FiledRecord, FiledRecord.record_id == record_id)
    return row.review_state, row.review_rev


def test_approval_names_the_revision_and_moves_the_record_out_of_the_queue(world: World, filed: str) -> None:
    approve(world, filed)
    data = review_data(world, filed)
    assert data == {
        **{"record": filed, "record_rev": 1, "state": "approved"},
        **{"decided_by": OFFICER, "decided_at": data["decided_at"]},
    }
    assert queue_state(world, filed) == ("approved", 1)


def test_approval_of_another_revision_is_refused_and_changes_nothing(
    world: World, tablet: Tablet, filed: str
) -> None:
    tablet.push(tablet.change(filed, {"venue": "Nhà văn hóa"}, type="outreach_session"))
    seen = SeenRecord(filed, 1)
    assert refusal(world, lambda b: reviews.approve(b, REVIEWER, seen)) is ErrorCode.REVISION_CHANGED
    assert queue_state(world, filed) == ("waiting", None)


def test_tablet_gets_the_review_and_its_late_edit_is_a_conflict(
    world: World, tablet: Tablet, filed: str
) -> None:
    approve(world, filed)
    tablet.pull()
    assert tablet.base[review_id(filed)]["data"]["state"] == "approved"
    late = tablet.change(filed, {"venue": "Nhà văn hóa"}, type="outreach_session")
    assert [(receipt["status"], receipt["reason"]) for receipt in tablet.push(late)] == [
        ("conflict", "locked")
    ]


def test_return_pins_each_comment_to_its_field_with_author_and_time(world: World, filed: str) -> None:
    pins = (Pin("audiences.general_public", "Đếm lại số người."), Pin("", "Thiếu ảnh."))
    send_back(world, filed, reason="Chưa khớp", comments=pins)
    data = review_data(world, filed)
    comments = data["comments"]
    assert isinstance(comments, dict)
    assert [comment.get("path") for comment in comments.values()] == ["audiences.general_public", None]
    assert {comment["user"] for comment in comments.values()} == {OFFICER}
    assert (data["state"], data["reason"]) == ("returned", "Chưa khớp")


def test_return_without_reason_and_comment_is_refused(world: World, filed: str) -> None:
    remarks = Remarks()
    assert (
        refusal(world, lambda b: reviews.return_for_fix(b, REVIEWER, reviews.revisions_of(b, filed), remarks))
        is ErrorCode.REQUIRED
    )


def test_too_long_comment_is_refused(world: World, filed: str) -> None:
    remarks = Remarks("x" * (MAX_REASON + 1))
    assert (
        refusal(world, lambda b: reviews.return_for_fix(b, REVIEWER, reviews.revisions_of(b, filed), remarks))
        is ErrorCode.TOO_LONG
    )


def test_second_return_settles_earlier_comments_but_those_kept(world: World, filed: str) -> None:
    send_back(world, filed, comments=(Pin("venue", "Ghi rõ."), Pin("summary", "Quá ngắn.")))
    comments = review_data(world, filed)["comments"]
    assert isinstance(comments, dict)
    first, second = comments
    send_back(world, filed, reason="Vẫn thiếu", keep=frozenset({second}))
    after = review_data(world, filed)["comments"]
    assert isinstance(after, dict)
    assert (after[first].get("done_rev"), after[second].get("done_rev")) == (1, None)


def test_approval_settles_every_comment(world: World, filed: str) -> None:
    send_back(world, filed, comments=(Pin("venue", "Ghi rõ."),))
    approve(world, filed)
    comments = review_data(world, filed)["comments"]
    assert isinstance(comments, dict)
    assert [comment["done_rev"] for comment in comments.values()] == [1]


@pytest.mark.parametrize("again", ["approve", "return"])
def test_closed_record_is_not_decided_twice(world: World, filed: str, again: str) -> None:
    approve(world, filed)
    decisions: dict[str, Callable[[Batch], None]] = {
        "approve": lambda b: reviews.approve(b, OTHER, reviews.revisions_of(b, filed)),
        "return": lambda b: reviews.return_for_fix(b, OTHER, reviews.revisions_of(b, filed), Remarks("x")),
    }
    assert refusal(world, decisions[again]) is ErrorCode.LOCKED


def test_reopening_gives_the_record_back_as_returned(world: World, tablet: Tablet, filed: str) -> None:
    approve(world, filed)
    decide(world, lambda b: reviews.reopen(b, REVIEWER, reviews.revisions_of(b, filed), "Sai số người"))
    assert queue_state(world, filed) == ("returned", 1)
    edit = tablet.change(filed, {"venue": "Nhà văn hóa"}, type="outreach_session")
    assert [receipt["status"] for receipt in tablet.push(edit)] == ["applied"]


def test_reopening_asks_for_a_reason_and_a_closed_record(world: World, filed: str) -> None:
    assert (
        refusal(world, lambda b: reviews.reopen(b, REVIEWER, reviews.revisions_of(b, filed), "x"))
        is ErrorCode.REVISION_CHANGED
    )
    approve(world, filed)
    assert (
        refusal(world, lambda b: reviews.reopen(b, REVIEWER, reviews.revisions_of(b, filed), ""))
        is ErrorCode.REQUIRED
    )


def test_void_takes_a_record_out_for_good_until_it_is_reopened(world: World, filed: str) -> None:
    decide(world, lambda b: reviews.void(b, REVIEWER, reviews.revisions_of(b, filed), "Lập trùng"))
    assert queue_state(world, filed) == ("void", 1)
    assert (
        refusal(world, lambda b: reviews.void(b, REVIEWER, reviews.revisions_of(b, filed), "x"))
        is ErrorCode.LOCKED
    )
    decide(world, lambda b: reviews.reopen(b, REVIEWER, reviews.revisions_of(b, filed), "Không trùng"))
    assert queue_state(world, filed) == ("returned", 1)


def test_undo_of_a_first_approval_leaves_the_record_waiting(world: World, tablet: Tablet, filed: str) -> None:
    approve(world, filed)
    decide(world, lambda b: reviews.undo_approval(b, REVIEWER, filed))
    assert queue_state(world, filed)[0] == "waiting"
    tablet.pull()
    assert tablet.base[review_id(filed)]["deleted"] is True
    approve(world, filed)
    assert queue_state(world, filed) == ("approved", 1)


def test_undo_after_a_return_brings_reason_and_comments_back(world: World, filed: str) -> None:
    send_back(world, filed, reason="Thiếu ảnh", comments=(Pin("venue", "Ghi rõ."),))
    before = review_data(world, filed)
    approve(world, filed)
    decide(world, lambda b: reviews.undo_approval(b, REVIEWER, filed))
    assert review_data(world, filed) == before


def test_undo_is_for_the_same_officer_within_thirty_seconds(world: World, filed: str) -> None:
    approve(world, filed)
    assert refusal(world, lambda b: reviews.undo_approval(b, OTHER, filed)) is ErrorCode.LOCKED
    world.clock._now += timedelta(seconds=31)
    assert refusal(world, lambda b: reviews.undo_approval(b, REVIEWER, filed)) is ErrorCode.LOCKED
    assert queue_state(world, filed) == ("approved", 1)


def test_unknown_deleted_and_unreviewed_records_are_not_found(world: World, tablet: Tablet) -> None:
    place = tablet.created()
    for record_id in (place, "01900000-0000-7000-8000-00000000dead"):
        code = refusal(
            world,
            lambda b, visit_id=record_id: reviews.approve(b, REVIEWER, reviews.revisions_of(b, visit_id)),
        )
        assert code is ErrorCode.NOT_FOUND


def test_every_decision_is_audited_without_its_content(world: World, filed: str) -> None:
    send_back(world, filed, reason="Bí mật của lý do")
    approve(world, filed)
    rows = world.rows(Audit, Audit.object_id == filed)
    assert [(row.action, row.actor_id) for row in sorted(rows, key=lambda row: row.audit_id)] == [
        ("review_returned", OFFICER),
        ("review_approved", OFFICER),
    ]
    assert not any("Bí mật" in (row.details or "") for row in rows)


DECISIONS: dict[str, Callable[[Batch, SeenRecord], object]] = {
    "approve": lambda b, seen: reviews.approve(b, OTHER, seen),
    "approve_several": lambda b, seen: _raise(reviews.approve_several(b, OTHER, [seen])),
    "return": lambda b, seen: reviews.return_for_fix(b, OTHER, seen, Remarks("Thiếu số biên bản")),
    "void": lambda b, seen: reviews.void(b, OTHER, seen, "Lập trùng"),
    "reopen": lambda b, seen: reviews.reopen(b, OTHER, seen, "Sai số người"),
}


def _raise(refused: dict[str, AppError]) -> None:
    for error in refused.values():
        raise error


@pytest.mark.parametrize("late", DECISIONS)
@pytest.mark.parametrize("first", ["approve", "return", "void"])
def test_decision_on_a_page_opened_before_another_decision_is_refused_and_names_it(
    world: World, filed: str, first: str, late: str
) -> None:
    opened = SeenRecord(filed, 1)
    decide(world, lambda b: DECISIONS[first](b, opened))
    stands = world.stored(review_id(filed))
    with pytest.raises(AppError) as refused:
        decide(world, lambda b: DECISIONS[late](b, opened))
    assert refused.value.code is ErrorCode.DECIDED_MEANWHILE
    kind = {"approve": "approved", "return": "returned", "void": "void"}[first]
    details = refused.value.details
    assert (details["decision"], details["by"], details["review"]) == (kind, OTHER.id, 1)
    assert world.stored(review_id(filed)) == stands


def test_decision_after_a_comment_that_was_not_seen_is_refused(world: World, filed: str) -> None:
    send_back(world, filed, comments=(Pin("venue", "Ghi rõ."),))
    comments = review_data(world, filed)["comments"]
    assert isinstance(comments, dict)
    (thread,) = comments
    decide(world, lambda b: threads.add_comment(b, OTHER, filed, thread, "Cả ngày giờ."))
    seen = SeenRecord(filed, 1, 1)
    assert refusal(world, lambda b: reviews.approve(b, REVIEWER, seen)) is ErrorCode.REVISION_CHANGED
