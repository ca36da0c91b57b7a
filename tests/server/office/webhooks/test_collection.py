"""Collection sends each event at least once, in order, and no other, after any change or crash."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, update
from tests.server.office.webhooks.event_history import WebhookOffice, steps
from tests.stores import Statements, _empty
from tests.world import OFFICER, TEAM, UNIT, World

from field178_server.database.engine import create_engine_for
from field178_server.database.models import ChangeHistory, WebhookEvent, WebhookFeed, WebhookRecord
from field178_server.database.unit_of_work import run_write
from field178_server.office.webhooks import operations
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.move import move
from field178_server.records.scopes import OFFICE
from field178_server.records.stored_record import next_revision
from field178_shared.wire.protocol import ERASED_AT


def play(engine: Engine, done: Sequence[tuple[str, int]]) -> None:
    office = WebhookOffice(World(engine))
    for name, seed in done:
        office.step(name, seed)
    office.drain()
    assert received_events(office) == office.expected


def received_events(office: WebhookOffice) -> dict[str, list[tuple[str, int, str | None]]]:
    """Return the events of a receiver that takes each id once, by record; check the order of messages."""
    bodies: dict[str, bytes] = {}
    events: dict[str, list[tuple[str, int, str | None]]] = {}
    numbers = []
    for message in office.sent:
        assert bodies.setdefault(message.event_id, message.body) == message.body
        data = json.loads(message.body)["data"]
        if data["number"] not in numbers:
            numbers.append(data["number"])
            events.setdefault(data["id"], []).append((message.kind, data["rev"], data.get("state")))
    assert numbers == sorted(numbers)
    return events


@settings(max_examples=12, deadline=None)
@given(done=steps)
def test_each_event_is_sent_in_order_and_no_other(sqlite_template: Path, done: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        shutil.copy(sqlite_template, path)
        engine = create_engine_for(f"sqlite:///{path}")
        try:
            play(engine, done)
        finally:
            engine.dispose()


@pytest.mark.postgres
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=steps)
def test_each_event_is_sent_in_order_on_postgresql(
    postgres_engine: Engine, done: list[tuple[str, int]]
) -> None:
    _empty(postgres_engine)
    play(postgres_engine, done)


def test_message_without_a_stored_cursor_is_sent_again(sqlite_engine: Engine) -> None:
    office = WebhookOffice(World(sqlite_engine))
    office.step("create", 1)
    office.collect_all()
    office._deliver(crash_after=0)
    assert office._deliver(crash_after=None) == 0, "the claim of the dead process still holds"
    office.world.clock.move(minutes=3)
    office.drain()
    assert [message.event_no for message in office.sent] == [1, 1]
    assert office.sent[0] == office.sent[1]


def test_event_of_a_visit_precedes_its_review_despite_a_later_edit(sqlite_engine: Engine) -> None:
    """The feed has the later place of a visit alone: its review would come before the visit."""
    office = WebhookOffice(World(sqlite_engine))
    visit = office._new("inspection", TEAM)
    office._ids = [visit]
    office.step("return_", 1)
    office.step("edit", 1)
    office.drain()
    assert [kind for kind, _, _ in received_events(office)[visit]] == [
        "record.created",
        "record.returned",
        "record.edited",
    ]


def test_unannounced_visit_has_no_event_though_its_team_has_it(sqlite_engine: Engine) -> None:
    """The system of a commune would read in the night that its commune is inspected on the next days."""
    office = WebhookOffice(World(sqlite_engine))
    item = office._new("plan_item", OFFICE, is_event=False)
    office.drain()
    assert office.sent == []
    for scope in (TEAM, OFFICE, TEAM):
        office._write(lambda batch, scope=scope: move(batch, item, scope))
        office.drain()
        assert office.sent == [], scope
    office._secret.add(item)
    office.announce()
    office.drain()
    assert {json.loads(message.body)["data"]["id"] for message in office.sent} == {item}


def test_erasure_has_an_event_and_erased_decisions_have_none(sqlite_engine: Engine) -> None:
    world = World(sqlite_engine)
    office = WebhookOffice(world)
    visit = office._new("inspection", TEAM)
    office._ids = [visit]
    office.step("return_", 1)
    erase(office, visit)
    office.drain()
    assert [(kind, rev) for kind, rev, _ in received_events(office)[visit]] == [
        ("record.created", 1),
        ("record.edited", 2),
    ]
    assert all("unit_id" not in json.loads(message.body)["data"] for message in office.sent)


def erase(office: WebhookOffice, record_id: str) -> None:
    """Remove a record's content and that of its review, as the second privacy officer does."""
    gone = {ERASED_AT: "2025-03-12T00:00:00Z"}

    def work(batch: Batch) -> None:
        batch.load([record_id])
        stored = batch.get(record_id)
        assert stored is not None
        source = SourceChange(office.world.ids.time_ordered(), OFFICER, None, None, '{"op":"purge"}')
        batch.put(next_revision(stored, data=gone), source)
        for companion in batch.companions(record_id):
            batch.put(next_revision(companion, data=gone, deleted=True))
        ids = [record_id, *(companion.record_id for companion in batch.companions(record_id))]
        batch.flush()
        of_changes = ChangeHistory.record_id.in_(ids), ChangeHistory.change_id != source.change_id
        batch.session.execute(update(ChangeHistory).where(*of_changes).values(payload=None))

    def run(session: Any) -> None:
        work(office.world.batch(session))

    run_write(office.world.engine, run)


def test_message_holds_ids_alone(sqlite_engine: Engine) -> None:
    world = World(sqlite_engine)
    office = WebhookOffice(world)
    visit = world.tablet(UNIT, TEAM, "ref").created()
    office.drain()
    (message,) = office.sent
    wire = json.loads(message.body)
    assert wire["type"] == "record.created"
    assert wire["data"] == {
        "number": 1,
        "id": visit,
        "record_type": "establishment",
        "unit_id": UNIT.partition(":")[2],
        "rev": 1,
        "deleted": False,
    }
    assert OFFICER not in message.body.decode()
    assert "Hoa Phượng" not in message.body.decode()


def test_push_and_approval_run_no_statement_more(sqlite_engine: Engine, statements: Statements) -> None:
    office = WebhookOffice(World(sqlite_engine))
    tablet = office.world.tablet(UNIT, "ref")
    office._ids = [office._new("inspection", TEAM)]
    with statements(sqlite_engine) as executed:
        tablet.created()
        office.step("approve", 1)
    assert executed
    assert not [statement for statement in executed if "webhook" in statement]
    office.drain()
    assert len(office.sent) == 3


def test_collecting_costs_the_same_for_many_records_as_for_few(
    sqlite_engine: Engine, statements: Statements
) -> None:
    office = WebhookOffice(World(sqlite_engine))
    counts = []
    for most in (3, 30):
        for _ in range(most):
            visit = office._new("inspection", TEAM)
            office._ids = [visit]
            office.step("approve", 1)
        with statements(sqlite_engine) as executed:
            run_write(
                sqlite_engine,
                lambda s: operations.collection.collect_step(s, office.world.tenant_id, 500),
            )
        counts.append(len(executed))
    assert counts[0] == counts[1]


def test_collected_events_are_deleted_with_the_last_webhook(world: World) -> None:
    office = WebhookOffice(world)
    other = office.add(name="B")
    office.step("create", 1)
    office.collect_all()
    remove: Any = operations.remove
    run_write(world.engine, lambda s: remove(s, office.context, other))
    assert world.rows(WebhookEvent)
    run_write(world.engine, lambda s: remove(s, office.context, office.webhook_id))
    assert [world.rows(model) for model in (WebhookEvent, WebhookRecord, WebhookFeed)] == [[], [], []]


def test_new_webhook_gets_no_earlier_events(sqlite_engine: Engine) -> None:
    office = WebhookOffice(World(sqlite_engine))
    office.step("create", 1)
    office.webhook_id = office.add(name="B")
    office.drain()
    assert office.sent == []
    run_write(sqlite_engine, lambda s: operations.replay(s, office.context, office.webhook_id, 1))
    office.drain()
    assert [message.event_no for message in office.sent] == [1]
