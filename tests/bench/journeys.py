"""J: what a tap, an exchange and a whole visit pass through, counted: no figure depends on the machine.

Counted are calls of the product's Python functions as the interpreter makes them (tests/bench/calls.py),
turns of the tablet's database thread, statements that the server sends to its store, and modules that were
entered.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import world as office
from tests.bench.calls import Calls, counted, counted_hops
from tests.bench.figures import figure
from tests.engine_events import listen, stop_listening
from tests.mobile.half_filled_visit import MET, half_filled
from tests.mobile.inspection_world import LEADER, TEAM_SCOPE, UNIT
from tests.mobile.replication.tablet import Tablet
from tests.mobile.support import KEY, FrozenClock, seeded_ids
from tests.server.replication.test_exchange import state_of

from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.replication.events import WakeReason
from field178_mobile.store import Store
from field178_server.audit.trail import Actor
from field178_server.database import migrations
from field178_server.database.engine import create_engine_for
from field178_server.database.models import DeviceOfficer, Officer, Scope
from field178_server.database.unit_of_work import run_write
from field178_server.office.reviews.operations import SeenRecord, approve

CALLS = 350
HOPS = 6
CHANGES = 10


def main() -> None:
    """Print the counts, each on a line of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for name, count in (
            ("tap", _tap),
            ("exchange", _exchange),
            ("statements", _statements),
            ("visit", _visit),
        ):
            place = Path(folder) / name
            place.mkdir()
            count(place)


def _tap(folder: Path) -> None:
    with _store(folder) as (store, clock):
        visit = half_filled(store, clock, lambda _state: None)
        with counted(store) as calls:
            visit.answer(MET[0], "yes")
    figure("J", "tap on 'met': Python calls", calls.python, "calls", CALLS, built_in=calls.built_in)


def _exchange(folder: Path) -> None:
    with _store(folder) as (store, clock):
        tablet = Tablet(store, clock)
        tablet.server.stubs = True
        for number in range(CHANGES):
            tablet.file(number, name="first")
        tablet.sync()
        for changes in (0, CHANGES):
            for number in range(changes):
                tablet.file(number, name="second")
            with counted_hops(store) as hops:
                tablet.sync(WakeReason.TIMER)
            assert tablet.engine.state.in_sync
            figure("J", f"exchange with {changes} changes: hops", len(hops), "hops", HOPS)


def _statements(folder: Path) -> None:
    with _office(folder) as world:
        tablet = world.tablet(office.UNIT, office.TEAM, "ref")
        records = [tablet.created() for _ in range(CHANGES)]
        state = state_of(tablet, tablet.pull()[0])
        with _counted_statements(world) as statements:
            frames = tablet.ask(state=state)
        assert frames[0].get("agreed"), frames
        figure("J", "nothing to sync: statements", len(statements), "statements")
        edits = [tablet.change(record_id, {"phone": "0912345678"}) for record_id in records]
        with _counted_statements(world) as statements:
            tablet.push(*edits)
        figure("J", f"{CHANGES} edits up: statements", len(statements), "statements")


def _visit(folder: Path) -> None:
    with _store(folder) as (store, clock), _office(folder) as world:
        tablet = Tablet(store, clock, device=_enrolled(world))
        tablet.server = _Line(world)  # type: ignore[assignment]
        states: list[InspectionState] = []
        visit = half_filled(store, clock, states.append)
        with counted(store) as calls:
            _fill_the_rest(visit, states)
            visit.complete()
            assert states[-1].feedback.filed, states[-1].checked.problems
            tablet.sync()
            stored = world.stored(visit.record_id)
            assert stored is not None, tablet.engine.state
            _approve(world, visit.record_id, stored.rev)
            tablet.sync()
        _print_visit(calls)


def _fill_the_rest(visit: InspectionPresenter, states: list[InspectionState]) -> None:
    visit.choose_tab("checklist")
    for card in states[-1].sections:
        visit.open_section(card.id)
        visit.pass_section()
    visit.answer("ou_done", "no")
    visit.choose_result("minor_shortcomings")


def _print_visit(calls: Calls) -> None:
    for package in ("mobile", "shared", "server"):
        entered = [module for module in calls.modules if module.startswith(f"field178_{package}")]
        figure("J", f"a visit from tap to approval: modules of {package}", len(entered), "modules")


class _Line:
    """The line of a tablet to the real exchange, in this process."""

    def __init__(self, world: office.World) -> None:
        self._tablet = office.Tablet(world, "", "")

    def answer(self, request: dict[str, object]) -> list[bytes]:
        self._tablet.device = str(request["device"])
        return [json.dumps(frame).encode() for frame in self._tablet.ask(**request)]


def _enrolled(world: office.World) -> str:
    now, unit = world.clock.now(), f"unit:{UNIT}"

    def fill(session: object) -> None:
        for scope in (TEAM_SCOPE, unit):
            session.add(Scope(tenant_id=office.TENANT, scope=scope, kind=scope.partition(":")[0]))
        leader = Officer(
            tenant_id=office.TENANT, officer_id=LEADER, login="leader", name="L", agency="police"
        )
        leader.role, leader.created_at = "team_lead", now
        session.add(leader)

    run_write(world.engine, fill)
    device = world.tablet(TEAM_SCOPE, unit, "ref").device

    def bind(session: object) -> None:
        bound = DeviceOfficer(tenant_id=office.TENANT, device_id=device, officer_id=LEADER, bound_at=now)
        session.add(bound)

    run_write(world.engine, bind)
    return device


def _approve(world: office.World, record_id: str, rev: int) -> None:
    def work(session: object) -> None:
        batch = world.batch(session)
        approve(batch, Actor("officer", office.OFFICER), SeenRecord(record_id, rev))
        batch.flush()

    run_write(world.engine, work)


@contextmanager
def _store(folder: Path) -> Iterator[tuple[Store, FrozenClock]]:
    clock = FrozenClock()
    store = Store(folder / "store", clock, seeded_ids(clock))
    store.unlock(KEY)
    yield store, clock
    store.close()


@contextmanager
def _office(folder: Path) -> Iterator[office.World]:
    engine = create_engine_for(f"sqlite:///{folder / 'office.sqlite'}")
    migrations.upgrade(engine)
    yield office.World(engine)
    engine.dispose()


@contextmanager
def _counted_statements(world: office.World) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    listen(world.engine, "before_cursor_execute", note)
    yield statements
    stop_listening(world.engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
