from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.world import OFFICER, OTHER_UNIT, SESSION, TENANT, UNIT, World

from field178_server.audit.trail import OPERATOR, Actor
from field178_server.database.models import ChangeHistory, FiledRecord, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews import threads
from field178_server.office.reviews.operations import Pin, Remarks
from field178_server.office.reviews.operations import revisions_of as seen
from field178_server.office.reviews.record import RecordPage, record_page
from field178_server.records.access import AccessFilter
from field178_server.records.batch import Batch
from field178_shared.ids import review_id
from field178_shared.schemas import validate
from field178_shared.wire.canonical import canonical

ANH = Actor("officer", OFFICER)
BINH = Actor("officer", "01900000-0000-7000-8000-0000000000b2")


@pytest.fixture
def filed(world: World) -> str:
    return world.tablet(UNIT, "ref").created(SESSION, type="outreach_session")


def decide(world: World, decision: Callable[[Batch], None], after_s: int = 60) -> datetime:
    def work(session: object) -> datetime:
        batch = world.batch(session)
        decision(batch)
        batch.flush()
        return batch.now

    world.clock._now += timedelta(seconds=after_s)
    return run_write(world.engine, work)


def page_of(world: World, record_id: str) -> RecordPage:
    with snapshot(world.engine) as session:
        page = record_page(session, TENANT, AccessFilter(None), record_id)
    assert page is not None
    return page


def standing(world: World, record_id: str) -> tuple[str, str | None, str | None, datetime]:
    """Return state, reason, officer and time of the current decision."""
    review = page_of(world, record_id).review
    assert review is not None
    assert review.decision is not None
    return review.state, review.reason, review.decision.user_id, review.decision.decided_at


def return_by(actor: Actor, record_id: str, reason: str = "", *pins: Pin) -> Callable[[Batch], None]:
    return lambda b: reviews.return_for_fix(b, actor, seen(b, record_id), Remarks(reason, pins))


def approve_by(actor: Actor, record_id: str) -> Callable[[Batch], None]:
    return lambda b: reviews.approve(b, actor, seen(b, record_id))


def test_approval_after_a_return_shows_who_approved_and_when(world: World, filed: str) -> None:
    decide(world, return_by(ANH, filed, "Thiếu ảnh"))
    at = decide(world, approve_by(BINH, filed))
    assert standing(world, filed) == ("approved", None, BINH.id, at)


def test_second_return_with_comments_alone_shows_who_returned_it_last(world: World, filed: str) -> None:
    decide(world, return_by(ANH, filed, "", Pin("venue", "Ghi rõ.")))
    at = decide(world, return_by(BINH, filed, "", Pin("venue", "Vẫn chưa rõ.")))
    assert standing(world, filed) == ("returned", None, BINH.id, at)


def test_undone_approval_shows_the_earlier_return_again(world: World, filed: str) -> None:
    at = decide(world, return_by(ANH, filed, "Thiếu ảnh"))
    decide(world, approve_by(BINH, filed))
    decide(world, lambda b: reviews.undo_approval(b, BINH, filed), after_s=15)
    assert standing(world, filed) == ("returned", "Thiếu ảnh", ANH.id, at)


def test_decision_of_the_command_line_names_no_officer(world: World, filed: str) -> None:
    decide(world, return_by(ANH, filed, "Thiếu ảnh"))
    at = decide(world, approve_by(OPERATOR, filed))
    assert standing(world, filed) == ("approved", None, None, at)


def test_two_decisions_of_one_instant_keep_their_officers(world: World, filed: str) -> None:
    def both(batch: Batch) -> None:
        reviews.return_for_fix(batch, ANH, seen(batch, filed), Remarks("Thiếu ảnh"))
        reviews.approve(batch, BINH, seen(batch, filed))

    at = decide(world, both)
    assert standing(world, filed) == ("approved", None, BINH.id, at)
    assert [decision.user_id for decision in page_of(world, filed).decisions] == [ANH.id, BINH.id]


def test_thread_and_hand_over_decide_nothing(world: World, filed: str) -> None:
    at = decide(world, return_by(ANH, filed, "", Pin("venue", "Ghi rõ.")))
    (thread,) = review_of(world, filed)["comments"]
    decide(world, lambda b: threads.add_comment(b, BINH, filed, thread, "Cả ngày giờ."))
    decide(world, lambda b: threads.close_thread(b, BINH, filed, thread))
    decide(world, lambda b: threads.reopen_thread(b, BINH, filed, thread))
    assert standing(world, filed) == ("returned", None, ANH.id, at)
    assert len(page_of(world, filed).decisions) == 1


def test_moved_record_keeps_the_decision_of_the_revision_that_was_seen(world: World, filed: str) -> None:
    at = decide(world, approve_by(ANH, filed))
    world.move(filed, OTHER_UNIT)
    assert standing(world, filed) == ("approved", None, ANH.id, at)
    page = page_of(world, filed)
    assert page.review is not None
    assert ([decision.record_rev for decision in page.decisions], page.review.record_rev) == ([1], 2)
    decide(world, lambda b: reviews.reopen(b, BINH, seen(b, filed), "Sai địa bàn"))
    kinds = [
        (decision.kind, decision.record_rev, decision.reason) for decision in page_of(world, filed).decisions
    ]
    assert kinds == [("approved", 1, ""), ("reopened", 2, "Sai địa bàn")]


def test_every_decision_is_readable_with_its_own_officer_reason_and_comments(
    world: World, filed: str
) -> None:
    times = [
        decide(world, return_by(ANH, filed, "Thiếu ảnh", Pin("venue", "Ghi rõ."))),
        decide(world, approve_by(BINH, filed)),
        decide(world, lambda b: reviews.reopen(b, ANH, seen(b, filed), "Sai số người")),
        decide(world, return_by(ANH, filed, "Sai số người")),
        decide(world, approve_by(BINH, filed)),
        decide(world, lambda b: reviews.undo_approval(b, BINH, filed), after_s=5),
        decide(world, lambda b: reviews.void(b, OPERATOR, seen(b, filed), "Lập trùng")),
    ]
    decisions = page_of(world, filed).decisions
    assert [decision.decided_at for decision in decisions] == times
    assert [(decision.kind, decision.user_id, decision.reason) for decision in decisions] == [
        ("returned", ANH.id, "Thiếu ảnh"),
        ("approved", BINH.id, ""),
        ("reopened", ANH.id, "Sai số người"),
        ("returned", ANH.id, "Sai số người"),
        ("approved", BINH.id, ""),
        ("undone", BINH.id, ""),
        ("void", None, "Lập trùng"),
    ]
    assert [[pin.text for pin in decision.comments] for decision in decisions] == [["Ghi rõ."], *[[]] * 6]


def test_decisions_of_a_waiting_record_stay_readable_after_undo(world: World, filed: str) -> None:
    decide(world, approve_by(ANH, filed))
    decide(world, lambda b: reviews.undo_approval(b, ANH, filed), after_s=5)
    page = page_of(world, filed)
    assert (page.review, [decision.kind for decision in page.decisions]) == (None, ["approved", "undone"])


def test_reviews_of_a_store_without_deciders_are_read_rightly(world: World, filed: str) -> None:
    decide(world, return_by(ANH, filed, "Thiếu ảnh", Pin("venue", "Ghi rõ.")))
    decide(world, return_by(BINH, filed, "Thiếu ảnh", Pin("venue", "Vẫn thiếu.")))
    (*_, thread) = review_of(world, filed)["comments"]
    decide(world, lambda b: threads.close_thread(b, ANH, filed, thread))
    decide(world, approve_by(ANH, filed))
    before = page_of(world, filed).decisions
    without_deciders(world, filed)
    assert "decided_by" not in review_of(world, filed)
    assert page_of(world, filed).decisions == before
    assert standing(world, filed)[2] == ANH.id


def test_time_of_the_review_in_lists_is_that_of_the_standing_decision(world: World, filed: str) -> None:
    at = decide(world, return_by(ANH, filed, "Thiếu ảnh"))
    decide(world, approve_by(BINH, filed))
    decide(world, lambda b: reviews.undo_approval(b, BINH, filed), after_s=5)
    world.move(filed, OTHER_UNIT)
    (row,) = world.rows(FiledRecord, FiledRecord.record_id == filed)
    assert row.reviewed_at.replace(microsecond=at.microsecond) == at


def review_of(world: World, record_id: str) -> dict[str, Any]:
    stored = world.stored(review_id(record_id))
    assert stored is not None
    assert validate("review", stored.data) == {}
    return stored.data


def without_deciders(world: World, record_id: str) -> None:
    """Make the review and its history what a server wrote that stored no decider in the review."""

    def work(session: Any) -> None:
        key = review_id(record_id)
        stored = session.get_one(Record, (TENANT, key))
        stored.body = canonical(_without(json.loads(stored.body))).decode()
        for change in session.scalars(select(ChangeHistory).where(ChangeHistory.record_id == key)):
            payload = json.loads(change.payload)
            parts = {name: _without(payload[name]) for name in ("set", "before") if payload.get(name)}
            change.payload = canonical(payload | parts).decode()

    run_write(world.engine, work)


def _without(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if not name.startswith("decided_")}
