"""A world: the prepared office with random work, and in one of a pair unannounced planned visits."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session
from tests.contract.two_worlds.prepared import PLANNER, Facts, SeededOffice, planning
from tests.server.console.conftest import Browser
from tests.server.office_scene import MORNING, MovedClock, settings_of
from werkzeug.test import TestResponse

from field178_server.accounts import sessions
from field178_server.audit.trail import Actor
from field178_server.database.flask_extension import READER, db
from field178_server.database.models import ConsoleSession, SealedVisit
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance.daily import run_maintenance
from field178_server.office.indicators.totals.updater import settle_if_needed
from field178_server.office.plan.operations import Assignment, SeenItem, add_items, cancel_item, move_item
from field178_server.office.reviews import quality_flags
from field178_server.records.batch import Batch
from field178_shared.errors import AppError
from field178_shared.time.clock import local_date

TODAY = local_date(MORNING)
_STORE = "field178.sqlite"
_DISK = SimpleNamespace(total=100 << 30, used=50 << 30, free=50 << 30)
# The id that observers guess: it is free in one world, and that of a hidden visit in the other.
GUESS = "11111111-1111-4111-8111-111111111111"


@dataclass(frozen=True)
class Plan:
    """One unannounced visit: place, team, first day, and what its planner does with it afterwards."""

    place: int
    team: str
    first: date
    days: int
    after: tuple[str, ...]


def plans_of(chance: random.Random) -> list[Plan]:
    """Return the unannounced visits of a world."""
    plans = []
    for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
        place = chance.randrange(8)
        first = TODAY + timedelta(days=chance.choice((1, 2, 6, 20, 35, 60, 200)))
        after = tuple(
            chance.choices(("read", "move", "cancel", "again", "search"), k=chance.choice((0, 0, 1, 1, 2)))
        )
        plans.append(Plan(place, "first" if place % 2 == 0 else "second", first, chance.randrange(3), after))
    # The second team's reviewer plans for that team and may know; the observed worlds hide the first team's.
    return [plan for plan in plans if plan.team == "first"] or [
        Plan(2 * chance.randrange(4), "first", TODAY + timedelta(days=1), 0, ("read",))
    ]


@dataclass
class World:
    """One office in this process, whose store is put back between observations."""

    folder: Path
    office: SeededOffice
    facts: Facts
    statements: list[str] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)

    @property
    def engines(self) -> tuple[Engine, Engine]:
        """The engines of the store: writer and reader."""
        with self.office.app.app_context():
            return db.engine, db.engines[READER]

    def keep(self, name: str) -> None:
        """Store the present state under a name."""
        self.close()
        shutil.copyfile(self.office.settings.data_dir / _STORE, self.folder / f"{name}.kept")

    def put_back(self, name: str) -> None:
        """Return to the state of a name, at the first instant, without cached results of the state before."""
        self.close()
        data_dir = self.office.settings.data_dir
        for left in data_dir.iterdir():
            if left.is_dir() and left.name != "keys":
                shutil.rmtree(left)
            elif left.name in (f"{_STORE}-wal", f"{_STORE}-shm"):
                left.unlink()
        shutil.copyfile(self.folder / f"{name}.kept", data_dir / _STORE)
        # Flags of records are cached in the process by their content, which is the same in every world.
        quality_flags._cache = quality_flags._FlagCache(())
        self.office.clock.instant = MORNING
        self.counters = {}
        self.seed(name)

    def stay(self) -> None:
        """Extend the sessions of all officers after the clock was moved."""
        now = self.office.clock.now()
        ends = {"last_seen_at": now, "expires_at": now + sessions.ABSOLUTE}
        run_write(self.office.engine, lambda session: session.execute(update(ConsoleSession).values(ends)))

    def seed(self, name: object) -> None:
        """Make the ids that follow depend on the name alone."""
        self.office.randomness.seed(f"{name}")
        self.office.runtime.ids._last = 0

    def browser(self, login: str) -> Browser:
        """Return the browser of an officer who has signed in."""
        client: FlaskClient = self.office.app.test_client()
        client.set_cookie("field178", self.facts.sessions[login])
        return Browser(client)

    def sync(self, login: str, **members: Any) -> TestResponse:
        """Send an exchange of an officer's tablet."""
        device, token = self.facts.devices[login]
        incarnation = "0197a000-0000-4000-8000-000000000001"
        body = {"device": device, "incarnation": incarnation, **members}
        return self.office.post("/api/v1/sync", body, Authorization=f"Bearer {token}")

    def change(
        self, login: str, record_type: str, record_id: str, scope: str, **members: Any
    ) -> dict[str, Any]:
        """Return a change as the tablet of an officer pushes it."""
        ids = self.office.runtime.ids
        self.counters[login] = self.counters.get(login, 100) + 1
        return {
            "change_id": ids.time_ordered(),
            "n": self.counters[login],
            "record_id": record_id,
            "type": record_type,
            "scope": scope,
            "op": "put",
            "create": True,
            "at": "2026-11-24T08:00:00Z",
            "clock_offset_ms": 0,
            "user": self.facts.officers[login],
            **members,
        }

    def plan_in_secret(self, plans: Sequence[Plan], seed: object) -> None:
        """Plan unannounced visits as their planner does; the first has the id that observers guess."""
        self.seed(("secret", seed))
        ids = self.office.runtime.ids
        ids.random = lambda: (ids.__dict__.pop("random"), GUESS)[1]  # type: ignore[method-assign]
        for plan in plans:
            place = self.facts.places[plan.place]
            (item,) = self._planned(add_items, [place], self._assignment(plan, plan.first)) or [GUESS]
            for act in plan.after:
                self._after(item, plan, act)

    def work(self, seed: int) -> None:
        """Do the work of the office that both worlds of a pair share, after the planning."""
        chance = random.Random(f"work {seed}")
        self.seed(("work", seed))
        for act in chance.sample(
            ("maintain", "settle", "read", "announce", "wait"), k=chance.randrange(1, 3)
        ):
            if act == "maintain":
                run_maintenance(self.office.runtime, lambda *_: [])
            elif act == "settle":
                settle_if_needed(self.office.runtime)
            elif act == "read":
                self.browser(PLANNER).get(f"/establishments/{chance.choice(self.facts.places)}")
            elif act == "announce":
                typed = planning(self.facts.teams["second"], date(2026, 12, 1), date(2026, 12, 28))
                place = self.facts.places[chance.choice((5, 7))]
                self.browser(PLANNER).post("/plan/2026/add", {**typed, "establishment": place})
            else:
                self.office.clock.move(minutes=chance.randrange(1, 9))

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """Collect the SQL statements of a block, in their order."""
        engines, statements = self.engines, list[str]()

        def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            statements.append(statement)

        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)

    def _after(self, item: str, plan: Plan, act: str) -> None:
        seen = SeenItem(item, self._rev(item))
        with suppress(AppError):
            if act == "read":
                self.browser(PLANNER).get(f"/plan/items/{item}")
            elif act == "search":
                self.browser(PLANNER).get(f"/plan/{plan.first.year}/add?type=karaoke&unplanned=yes")
            elif act == "move":
                later = self._assignment(plan, plan.first + timedelta(days=1))
                self._planned(move_item, seen, later)
            elif act == "cancel":
                self._planned(cancel_item, seen, "Hoãn")
            else:
                self._planned(add_items, [self.facts.places[plan.place]], self._assignment(plan, plan.first))

    def _planned(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        runtime, context = self.office.runtime, self.office.context
        planner = replace(context, actor=Actor("officer", self.facts.officers[PLANNER]))

        def plan(session: Session) -> Any:
            batch = Batch(session, runtime.tenant_id, runtime.clock, runtime.ids)
            made = operation(batch, planner, runtime.plan_key.keys(), *arguments)
            batch.flush()
            return made

        return run_write(runtime.engine, plan)

    def _assignment(self, plan: Plan, first: date) -> Assignment:
        last = first + timedelta(days=plan.days)
        return Assignment(
            team_id=self.facts.teams[plan.team],
            window_from=first,
            window_to=last,
            kind="unannounced",
            trigger="tip_off",
        )

    def _rev(self, record_id: str) -> int:
        with snapshot(self.office.engine) as session:
            return session.scalar(select(SealedVisit.rev).where(SealedVisit.item_id == record_id)) or 0

    def close(self) -> None:
        """Close the connections to the store."""
        for engine in self.engines:
            engine.dispose()


@contextmanager
def opened_world(prepared: Path, folder: Path) -> Iterator[World]:
    """Open a copy of the prepared office for a block."""
    shutil.copytree(prepared, folder / "data")
    settings = settings_of(folder / "data", webhook_hosts="127.0.0.1 localhost")
    world = World(folder, SeededOffice(settings, MovedClock()), Facts.read(prepared / "facts.json"))
    # The lists are looked for by the time that has passed; nobody publishes any here.
    world.office.app.extensions["field178.lists"]._next_look = float("inf")
    world.keep("prepared")
    # Other programs of the machine use the disk.
    with mock.patch.object(shutil, "disk_usage", return_value=_DISK):
        yield world
    world.close()
