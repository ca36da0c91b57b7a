"""Answers to comments of a review are records of their own beside the reviewed record."""

from __future__ import annotations

from typing import Any

import pytest
from tests.world import OFFICER, OTHER_UNIT, SESSION, UNIT, Tablet, World

from field178_server.audit.trail import Actor
from field178_server.database.models import Quarantine
from field178_server.database.unit_of_work import run_write
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.operations import Pin, Remarks
from field178_shared.ids import review_id

REVIEWER = Actor("officer", OFFICER)


@pytest.fixture
def tablet(world: World) -> Tablet:
    return world.tablet(UNIT, "ref")


@pytest.fixture
def returned(world: World, tablet: Tablet) -> str:
    record_id = tablet.created(SESSION, type="outreach_session")

    def work(session: Any) -> None:
        batch = world.batch(session)
        seen = reviews.SeenRecord(record_id, 1)
        reviews.return_for_fix(batch, REVIEWER, seen, Remarks(comments=(Pin("venue", "Ở đâu?"),)))
        batch.flush()

    run_write(world.engine, work)
    return record_id


def comment_of(world: World, record_id: str) -> str:
    review = world.stored(review_id(record_id))
    assert review is not None
    comments = review.data["comments"]
    assert isinstance(comments, dict)
    return str(next(iter(comments)))


def answer(
    tablet: Tablet, record_id: str, comment: str, text: str = "Tại nhà văn hóa.", **more: Any
) -> dict[str, Any]:
    data = {"record": record_id, "comment": comment, "text": text, "at": "2025-03-11T02:00:00Z"}
    answer_id = more.pop("answer_id", tablet.world.ids.time_ordered())
    return tablet.change(answer_id, data, type="comment_answer", create=True, **more)


def test_answer_is_stored_beside_the_record_and_changes_nothing_of_it(
    world: World, tablet: Tablet, returned: str
) -> None:
    before, review = world.stored(returned), world.stored(review_id(returned))
    sent = answer(tablet, returned, comment_of(world, returned))
    (receipt,) = tablet.push(sent)
    stored = world.stored(sent["record_id"])
    assert (receipt["status"], receipt["scope"]) == ("applied", UNIT)
    assert stored is not None
    assert (stored.subject_id, stored.scope, stored.data["text"]) == (returned, UNIT, "Tại nhà văn hóa.")
    assert (world.stored(returned), world.stored(review_id(returned))) == (before, review)


def test_other_tablets_of_the_scope_read_it(world: World, tablet: Tablet, returned: str) -> None:
    sent = answer(tablet, returned, comment_of(world, returned))
    tablet.push(sent)
    other = world.tablet(UNIT, "ref")
    other.pull()
    assert other.base[sent["record_id"]]["data"]["text"] == "Tại nhà văn hóa."


def test_answer_is_taken_after_the_record_was_approved(world: World, tablet: Tablet, returned: str) -> None:
    comment = comment_of(world, returned)
    world.review(returned, "approved")
    (receipt,) = tablet.push(answer(tablet, returned, comment))
    assert receipt["status"] == "applied"


def test_answer_is_written_once(world: World, tablet: Tablet, returned: str) -> None:
    first = answer(tablet, returned, comment_of(world, returned))
    tablet.push(first)
    answer_id = first["record_id"]
    again = answer(tablet, returned, comment_of(world, returned), answer_id=answer_id)
    other = answer(tablet, returned, comment_of(world, returned), "Khác.", answer_id=answer_id)
    edit = tablet.change(answer_id, {"text": "Khác."}, type="comment_answer")
    verdicts = [(receipt["status"], receipt["reason"]) for receipt in tablet.push(again, other, edit)]
    assert verdicts == [
        ("unchanged", None),
        ("quarantined", "record_exists"),
        ("quarantined", "office_only"),
    ]
    stored = world.stored(answer_id)
    assert stored is not None
    assert (stored.rev, stored.data["text"]) == (1, "Tại nhà văn hóa.")


def test_answer_waits_for_a_record_that_is_not_there_yet(world: World, tablet: Tablet) -> None:
    record_id = world.ids.time_ordered()
    sent = answer(tablet, record_id, "c1")
    (receipt,) = tablet.push(sent)
    assert (receipt["status"], receipt["reason"]) == ("quarantined", "orphan")
    assert world.stored(sent["record_id"]) is None
    tablet.push(tablet.change(record_id, SESSION, type="outreach_session", create=True))
    stored = world.stored(sent["record_id"])
    assert stored is not None
    assert stored.subject_id == record_id


def test_answer_follows_its_record_into_another_scope(world: World, tablet: Tablet, returned: str) -> None:
    comment = comment_of(world, returned)
    tablet.push(first := answer(tablet, returned, comment))
    world.move(returned, OTHER_UNIT)
    moved = world.stored(first["record_id"])
    assert moved is not None
    assert moved.scope == OTHER_UNIT
    both = world.tablet(UNIT, OTHER_UNIT, "ref")
    (receipt,) = both.push(late := answer(both, returned, comment, "Muộn."))
    stored = world.stored(late["record_id"])
    assert stored is not None
    assert (receipt["scope"], stored.scope) == (OTHER_UNIT, OTHER_UNIT)


def test_record_out_of_sight_is_as_unknown(world: World, returned: str) -> None:
    comment = comment_of(world, returned)
    stranger = world.tablet(OTHER_UNIT, "ref")
    (receipt,) = stranger.push(answer(stranger, returned, comment, scope=OTHER_UNIT))
    assert (receipt["status"], receipt["reason"]) == ("quarantined", "orphan")


def test_record_that_is_not_reviewed_takes_no_answer(world: World, tablet: Tablet) -> None:
    place = tablet.created()
    (receipt,) = tablet.push(answer(tablet, place, "c1"))
    assert (receipt["reason"], receipt["details"]) == ("schema", {"record": ["wrong_type"]})


def test_text_that_is_too_long_is_kept_in_quarantine(world: World, tablet: Tablet, returned: str) -> None:
    sent = answer(tablet, returned, comment_of(world, returned), "x" * 301)
    (receipt,) = tablet.push(sent)
    assert (receipt["reason"], receipt["details"]) == ("schema", {"text": ["too_long"]})
    (row,) = world.rows(Quarantine)
    assert row.record_type == "comment_answer"
