"""Sealed visits: before its day an unannounced visit is a row of a fixed length, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, delete, select, update
from tests.server.office.plan.test_operations import KEYS, Desk, assignment, opened_desk

from field178_server.audit import access_state, verify
from field178_server.database.models import Base, Feed, Record, SealedVisit
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.plan.operations import SeenItem, cancel_item, move_item, seal_again
from field178_server.records import sealed_visits
from field178_server.records.sealed_visits import PADDED_BYTES
from field178_shared.errors import AppError, ErrorCode

DAY = date(2026, 11, 19)
SECRET: dict[str, Any] = {"kind": "unannounced", "trigger": "tip_off", "window_from": DAY, "window_to": DAY}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return opened_desk(engine)


def extend(desk: Desk) -> bool:
    """Append a root, if one is due."""
    key = Ed25519PrivateKey.from_private_bytes(b"r" * 32)
    return verify.extend(desk.world.engine, "main", key, desk.world.clock)


def contradictions(desk: Desk) -> list[str]:
    with snapshot(desk.world.engine) as session:
        return [str(change) for change in access_state.contradictions(session, "main")]


def rows(desk: Desk) -> list[SealedVisit]:
    return list(desk.world.rows(SealedVisit))


def text_of_store(desk: Desk) -> str:
    """Return every value of every table."""
    with snapshot(desk.world.engine) as session:
        tables = Base.metadata.sorted_tables
        return "".join(repr(row) for table in tables for row in session.execute(select(table)))


def test_no_record_feed_or_text_of_a_sealed_visit_is_stored(desk: Desk) -> None:
    with snapshot(desk.world.engine) as session:
        before = [session.scalars(select(column)).all() for column in (Record.record_id, Feed.record_id)]
    (item,) = desk.add(desk.places[0], **SECRET, reason="Tin báo ban đêm")
    with snapshot(desk.world.engine) as session:
        after = [session.scalars(select(column)).all() for column in (Record.record_id, Feed.record_id)]
    assert before == after
    text = text_of_store(desk)
    assert item in text
    for secret in ("Tin báo ban đêm", "tip_off", DAY.isoformat()):
        assert secret not in text


def test_sealed_visits_have_one_length(desk: Desk) -> None:
    desk.add(desk.places[0], **SECRET)
    desk.add(desk.places[1], **SECRET, reason="Một lời ghi dài hơn. Thêm một câu.")
    lengths = {len(row.sealed) for row in rows(desk)}
    assert len(lengths) == 1
    assert lengths.pop() > PADDED_BYTES


def test_sealed_visit_opens_under_its_own_id_and_key_alone(desk: Desk) -> None:
    first, _ = sorted([*desk.add(desk.places[0], **SECRET), *desk.add(desk.places[1], **SECRET)])

    def swap(session: Any) -> None:
        row, other = session.scalars(select(SealedVisit).order_by(SealedVisit.item_id))
        row.sealed = other.sealed

    run_write(desk.world.engine, swap)
    with snapshot(desk.world.engine) as session:
        assert first not in [visit.item_id for visit in sealed_visits.read(session, "main", KEYS)]
        assert sealed_visits.read(session, "main", (b"x" * 32,)) == []


def test_nothing_is_planned_in_secret_while_it_is_locked(desk: Desk) -> None:
    desk.keys = ()
    with pytest.raises(AppError) as refused:
        desk.add(desk.places[0], **SECRET)
    assert refused.value.code is ErrorCode.PLAN_LOCKED


def test_locked_visit_waits_and_is_released_once_it_is_open(desk: Desk) -> None:
    (item,) = desk.add(desk.places[0], **SECRET)
    desk.on(desk.world.clock.now().replace(day=21))
    desk.keys = ()
    assert desk.release() == 0
    assert desk.plan().items == ()
    desk.keys = KEYS
    assert desk.release() == 1
    assert rows(desk) == []
    assert item in desk.tablet_items()


def test_sealed_visit_is_moved_cancelled_and_planned_again(desk: Desk) -> None:
    (item,) = desk.add(desk.places[0], **SECRET)
    assert desk.add(desk.places[0], **SECRET) == []
    later = {**SECRET, "window_from": date(2026, 12, 1), "window_to": date(2026, 12, 1)}
    desk.plans(move_item, SeenItem(item, 1), assignment(**later))
    with pytest.raises(AppError):
        desk.plans(move_item, SeenItem(item, 1), assignment(**later))
    desk.plans(cancel_item, SeenItem(item, 2), "Hoãn")
    assert desk.states()[item] == "cancelled"
    assert desk.add(desk.places[0], **later) == [item]
    assert [(row.item_id, row.rev) for row in rows(desk)] == [(item, 4)]


def test_visit_that_is_announced_becomes_a_record_at_once(desk: Desk) -> None:
    (item,) = desk.add(desk.places[0], **SECRET)
    desk.plans(move_item, SeenItem(item, 1), assignment())
    assert rows(desk) == []
    assert item in desk.tablet_items()


def test_record_under_the_id_of_a_sealed_visit_keeps_it(desk: Desk) -> None:
    (item,) = desk.add(desk.places[0], **SECRET)
    desk.open_item_under(item)
    desk.on(desk.world.clock.now().replace(day=21))
    assert desk.release() == 1
    items = {planned.item.id: planned.item for planned in desk.plan().items}
    assert items.pop(item).window_to != DAY
    assert [planned.window_to for planned in items.values()] == [DAY]


def test_planning_a_sealed_visit_makes_no_root_before_the_hour(desk: Desk) -> None:
    assert extend(desk)
    desk.add(desk.places[0], **SECRET)
    assert not extend(desk)
    desk.on(desk.world.clock.now() + timedelta(hours=1))
    assert extend(desk)


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (delete(SealedVisit), "missing"),
        (update(SealedVisit).values(sealed=b"x" * 2076), "altered"),
        (update(SealedVisit).values(rev=7), "altered"),
    ],
)
def test_sealed_visit_edited_in_the_database_is_named(desk: Desk, edit: Any, kind: str) -> None:
    (item,) = desk.add(desk.places[0], **SECRET)
    extend(desk)
    assert contradictions(desk) == []
    run_write(desk.world.engine, lambda session: session.execute(edit))
    assert contradictions(desk) == [f"unannounced visit {item} {kind}"]


def test_no_action_of_the_plan_contradicts_the_last_root(desk: Desk) -> None:
    first, second = [*desk.add(desk.places[0], **SECRET), *desk.add(desk.places[1], **SECRET)]
    fresh = (b"n" * 32, *KEYS)
    for act in (
        lambda: desk.plans(move_item, SeenItem(first, 1), assignment(**{**SECRET, "reason": "Sửa"})),
        lambda: desk.plans(move_item, SeenItem(second, 1), assignment()),
        lambda: desk.plans(cancel_item, SeenItem(first, 2), "Hoãn"),
        lambda: desk.add(desk.places[0], **SECRET),
        lambda: desk.run(lambda batch, context: seal_again(batch.session, context, fresh)),
    ):
        desk.on(desk.world.clock.now() + timedelta(hours=1))
        assert extend(desk)
        act()
        assert contradictions(desk) == []
    desk.on(desk.world.clock.now().replace(day=21))
    extend(desk)
    desk.keys = fresh
    assert desk.release() == 1
    assert contradictions(desk) == []
