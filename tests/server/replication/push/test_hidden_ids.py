"""Requests for hidden records by computed ids get the same response as requests for free ids."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from tests.shared import builders
from tests.world import ESTABLISHMENT, OTHER_UNIT, SESSION, TEAM, UNIT, Json, Tablet, World

from field178_server.database.models import Audit
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.records.stored_record import new_record
from field178_shared.ids import companion_id, review_id
from field178_shared.rules.commune import commune_entry_id
from field178_shared.rules.visit_outreach import session_id_of_visit

OFFICE = "office"
NAMES_OF_URLS = str(uuid.NAMESPACE_URL)
PLACE, FREE_PLACE = "0197a1b2-0000-7000-8000-00000000000a", "0197a1b2-0000-7000-8000-00000000000b"
VISIT, FREE_VISIT = "0197a1b2-0000-7000-8000-0000000000a1", "0197a1b2-0000-7000-8000-0000000000b1"
WINDOW = f"{date(2026, 12, 7)}|{date(2026, 12, 11)}"
DEVICE = "0197a000-0000-4000-8000-0000000000d1"

# How an outsider computes the ids of records of a kind about a place or visit.
COMPUTED: dict[str, Callable[[str, str], str]] = {
    "planned visit of an earlier version": lambda place, visit: companion_id(place, "plan_item", WINDOW),
    "re-inspection": lambda place, visit: companion_id(visit, "plan_item", "exit"),
    "review": lambda place, visit: review_id(visit),
    "conflict": lambda place, visit: str(uuid.uuid5(uuid.UUID(place), f"village|{DEVICE}")),
    "decision": lambda place, visit: companion_id(visit, "sanction_decision", "12/qd"),
    "closure": lambda place, visit: companion_id(visit, "follow_up_closure", "exit"),
    "census of an earlier version": lambda place, visit: companion_id(
        NAMES_OF_URLS, "worker_census", f"{place}|2026-11-24"
    ),
    "census": lambda place, visit: commune_entry_id(
        "worker_census", {"unit_id": "c11629_v1", "establishment_id": place, "counted_on": "2026-11-24"}
    ),
    "outreach at a visit": lambda place, visit: session_id_of_visit(visit),
    "report": lambda place, visit: companion_id(NAMES_OF_URLS, "report", f"half_year|2026-01-01|{place}"),
    "return": lambda place, visit: companion_id(NAMES_OF_URLS, "harm_reduction_return", f"{place}|2026-11"),
}
CONTENTS: dict[str, Json] = {
    "valid": {**ESTABLISHMENT, "unit_id": "c11632_v1"},
    "of another unit": ESTABLISHMENT,
    "incomplete": {"name": "x"},
    "over-long": {**ESTABLISHMENT, "unit_id": "c11632_v1", "note": "x" * 4001},
    "too large": {"name": "x", **{f"x{n}": "y" * 3000 for n in range(30)}},
    "with a bad path": {"a..b": 1},
}
INVALID = [content for content in CONTENTS if content != "valid"]


@pytest.fixture
def stranger(world: World) -> Tablet:
    return world.tablet(OTHER_UNIT, "ref")


def hide(world: World, record_id: str, data: Json | None = None, **more: Any) -> None:
    """Store a record where no tablet of the tests looks."""

    def work(session: Any) -> None:
        batch = world.batch(session)
        batch.load([record_id])
        batch.put(
            new_record(
                record_id, more.get("type", "establishment"), more.get("scope", UNIT), data or ESTABLISHMENT
            )
        )
        batch.flush()

    run_write(world.engine, work)


def visible_receipt(receipt: Json, record_id: str) -> str:
    """Return the receipt of a change without its counts and times."""
    kept = {name: value for name, value in receipt.items() if name not in ("change_id", "at", "seq")}
    return f"{kept} {receipt['seq'] is None}".replace(record_id, "<id>")


def response_to(tablet: Tablet, record_id: str, data: Json, **more: Any) -> str:
    sent = tablet.change(record_id, data, scope=OTHER_UNIT, create=True, **more)
    frames = tablet.ask(push=[sent])
    others = [frame["frame"] for frame in frames if frame["frame"] not in ("hello", "res")]
    return (
        f"{visible_receipt(next(frame for frame in frames if frame['frame'] == 'res'), record_id)} {others}"
    )


@pytest.mark.parametrize(
    ("kind", "content"), [*((kind, "valid") for kind in COMPUTED), *(("review", each) for each in INVALID)]
)
def test_computed_id_of_a_hidden_record_is_answered_as_a_free_one(
    world: World, stranger: Tablet, kind: str, content: str
) -> None:
    hidden, free = COMPUTED[kind](PLACE, VISIT), COMPUTED[kind](FREE_PLACE, FREE_VISIT)
    hide(world, hidden)
    assert response_to(stranger, hidden, CONTENTS[content]) == response_to(stranger, free, CONTENTS[content])


@pytest.mark.parametrize("content", INVALID)
def test_invalid_record_under_a_random_id_is_refused_alike(
    world: World, stranger: Tablet, content: str
) -> None:
    hidden, free = world.ids.time_ordered(), world.ids.time_ordered()
    hide(world, hidden)
    assert response_to(stranger, hidden, CONTENTS[content]) == response_to(stranger, free, CONTENTS[content])


@pytest.mark.parametrize("op", ["put", "delete", "resolve"])
def test_edit_of_a_hidden_record_is_answered_as_of_a_free_id(world: World, stranger: Tablet, op: str) -> None:
    hidden, free = world.ids.time_ordered(), world.ids.time_ordered()
    hide(world, hidden)
    more: Json = {"op": op, "scope": OTHER_UNIT, **({"conflicts": {}} if op == "resolve" else {})}
    set_ = {} if op == "delete" else {"village": "Thôn 1"}
    changes = [stranger.change(record_id, set_, **more) for record_id in (hidden, free)]
    about_hidden, about_free = stranger.push(*changes)
    assert visible_receipt(about_hidden, hidden) == visible_receipt(about_free, free)


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("is_computed", [True, False])
def test_purged_record_out_of_sight_is_answered_as_a_free_id(
    world: World, stranger: Tablet, content: str, is_computed: bool
) -> None:
    if is_computed:
        hidden, free = review_id(VISIT), review_id(FREE_VISIT)
    elif content == "valid":
        pytest.skip("Nobody who was not shown a random id has it.")
    else:
        hidden, free = world.ids.time_ordered(), world.ids.time_ordered()
    hide(world, hidden, {"purged": "2026-11-24T15:00:00Z"})
    assert response_to(stranger, hidden, CONTENTS[content]) == response_to(stranger, free, CONTENTS[content])


def census(unit_id: str = "c11632_v1", **over: Any) -> Json:
    return builders.worker_census(establishment_id=PLACE, unit_id=unit_id, counted_on="2026-11-24", **over)


def test_count_of_a_place_in_another_commune_does_not_take_the_id(world: World, stranger: Tablet) -> None:
    """Who counts the workers of a place of another commune learns nothing of a count made there."""
    home = world.tablet(UNIT, "ref")
    there, here = census("c11629_v1"), census()
    ids = [commune_entry_id("worker_census", unit) for unit in (there, here)]
    assert home.push(home.change(ids[0], there, type="worker_census", create=True))[0]["status"] == "applied"
    sent = stranger.change(ids[1], here, type="worker_census", create=True, scope=OTHER_UNIT)
    assert stranger.push(sent)[0]["status"] == "applied"
    false = stranger.change(ids[0], here, type="worker_census", create=True, scope=OTHER_UNIT)
    (refused,) = stranger.push(false)
    assert (refused["reason"], refused["details"]) == ("schema", {"record_id": ["bad_id"]})


def test_tablet_files_under_the_id_of_its_own_content(world: World) -> None:
    home = world.tablet(UNIT, "ref")
    session = {**SESSION, "source_inspection_id": VISIT}
    post = builders.media_post(unit_id="c11629_v1")
    changes = [
        home.change(session_id_of_visit(VISIT), session, type="outreach_session", create=True),
        home.change(commune_entry_id("media_post", post), post, type="media_post", create=True),
    ]
    assert [receipt["status"] for receipt in home.push(*changes)] == ["applied", "applied"]


def test_computed_id_of_another_content_is_taken_from_nobody(world: World) -> None:
    """A tablet cannot take the id that a review of a visit is going to have."""
    home = world.tablet(UNIT, TEAM, "ref")
    (refused,) = home.push(home.change(review_id(VISIT), ESTABLISHMENT, create=True))
    assert (refused["status"], refused["reason"]) == ("quarantined", "schema")
    assert world.stored(review_id(VISIT)) is None


def answer_to(tablet: Tablet, session_id: str, answer_id: str, **over: Any) -> Json:
    data = {"record": session_id, "comment": "c1", "text": "Ở đâu?", "at": "2025-03-11T02:00:00Z", **over}
    return tablet.change(answer_id, data, type="comment_answer", create=True, scope=OTHER_UNIT)


@pytest.mark.parametrize("content", [ESTABLISHMENT, {"purged": "2026-11-24T15:00:00Z"}])
@pytest.mark.parametrize("over", [{"text": 7}, {"text": "x" * 4001}])
def test_answer_that_cannot_be_stored_is_refused_alike(
    world: World, stranger: Tablet, over: Json, content: Json
) -> None:
    session = {**SESSION, "unit_id": "c11632_v1"}
    session_id = stranger.created(session, type="outreach_session", scope=OTHER_UNIT)
    hidden, free = world.ids.time_ordered(), world.ids.time_ordered()
    hide(world, hidden, content)
    sent = [answer_to(stranger, session_id, visit_id, **over) for visit_id in (hidden, free)]
    about_hidden, about_free = stranger.push(*sent)
    assert visible_receipt(about_hidden, hidden) == visible_receipt(about_free, free)


def test_answer_under_a_computed_id_is_refused_alike(world: World, stranger: Tablet) -> None:
    session = {**SESSION, "unit_id": "c11632_v1"}
    session_id = stranger.created(session, type="outreach_session", scope=OTHER_UNIT)
    hidden, free = review_id(VISIT), review_id(FREE_VISIT)
    hide(world, hidden)
    about_hidden, about_free = stranger.push(
        *(answer_to(stranger, session_id, visit_id) for visit_id in (hidden, free))
    )
    assert visible_receipt(about_hidden, hidden) == visible_receipt(about_free, free)


def test_trail_of_a_refused_change_does_not_name_the_record(world: World, stranger: Tablet) -> None:
    hidden = COMPUTED["planned visit of an earlier version"](PLACE, VISIT)
    hide(world, hidden)
    response_to(stranger, hidden, CONTENTS["valid"])
    with snapshot(world.engine) as session:
        entries = session.execute(select(Audit.object_id, Audit.details)).all()
    assert not [entry for entry in entries if hidden in str(entry)]


def test_hidden_record_that_comes_into_sight_is_answered_as_any_record(
    world: World, stranger: Tablet
) -> None:
    hidden = world.ids.time_ordered()
    hide(world, hidden)
    (waiting,) = stranger.push(stranger.change(hidden, CONTENTS["valid"], scope=OTHER_UNIT, create=True))
    assert waiting["reason"] == "record_exists"
    world.move(hidden, OTHER_UNIT)
    stranger.pull()
    assert stranger.base[hidden]["data"] == ESTABLISHMENT
