"""The trail's queries, the mark of a reading, and the search for a record, on both engines."""

from __future__ import annotations

from datetime import timedelta

from tests.world import World

from field178_server.audit.actions import ActionKind
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.readings import has_read_today, note_reading
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.audit.queries import AuditFilter, trail_page, trail_rows
from field178_server.office.erasure.find import RecordSearch, find_records
from field178_server.records.keyset import PageStart
from field178_shared.codelists import load
from field178_shared.ids import IdSource
from field178_shared.time.clock import local_date


def reader(world: World, officer: str) -> OperationContext:
    return OperationContext(
        world.tenant_id, world.clock, IdSource(world.clock), load(), Actor("officer", officer)
    )


def test_trail_and_readings_mean_the_same_on_both_engines(world: World) -> None:
    tablet = world.tablet()
    create = tablet.create()
    tablet.push(create)
    record_id, actor = create["record_id"], reader(world, "o1")
    with snapshot(world.engine) as session:
        assert not has_read_today(session, actor, record_id)
    run_write(world.engine, lambda session: note_reading(session, actor, record_id, None))
    today = local_date(world.clock.now())
    narrowed = {
        AuditFilter(today, object=record_id): 1,
        AuditFilter(today, kind=ActionKind.READING, author="o1", since=today, until=today): 1,
        AuditFilter(today, author="o1", since=today + timedelta(days=1)): 0,
        AuditFilter(today, until=today - timedelta(days=1)): 0,
        AuditFilter(today, kind=ActionKind.SYNC, author="device"): 1,
        AuditFilter(today, object="no such number"): 0,
    }
    with snapshot(world.engine) as session:
        assert has_read_today(session, actor, record_id)
        assert not has_read_today(session, reader(world, "o2"), record_id)
        entries = {
            narrow: trail_page(session, world.tenant_id, narrow, PageStart()).total for narrow in narrowed
        }
        assert entries == narrowed
        page = trail_page(session, world.tenant_id, AuditFilter(today, object=record_id), PageStart())
        assert page.trail_names.records[record_id].type == create["type"]
        every = trail_page(session, world.tenant_id, AuditFilter(today), PageStart(is_last=True))
        assert len(list(trail_rows(session, world.tenant_id, AuditFilter(today)))) == every.total


def test_search_returns_the_record_on_both_engines(world: World) -> None:
    tablet = world.tablet()
    place = tablet.create()
    tablet.push(place)
    expected = {
        RecordSearch(place=place["set"]["name"]): (place["record_id"],),
        RecordSearch(place="khong co"): (),
        RecordSearch(number="0042"): (),
        RecordSearch(number="42"): (),
        RecordSearch(): (),
    }
    with snapshot(world.engine) as session:
        records = {
            text: tuple(row.record_id for row in find_records(session, world.tenant_id, text).rows)
            for text in expected
        }
    assert records == expected
