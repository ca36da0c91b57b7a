"""Two tenants in one store never meet, and every statement says whose rows it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Engine
from tests.world import ESTABLISHMENT, OTHER_UNIT, UNIT, World

from field178_server.database.models import Base
from field178_server.database.unit_of_work import run_write
from field178_server.replication.compaction import compact
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.quarantine.reprocess import run_again
from field178_shared.wire.canonical import short_hash

Statements = Callable[[Engine], AbstractContextManager[list[str]]]
TABLES = "|".join(Base.metadata.tables)
TOUCHES = re.compile(rf'\b(?:FROM|JOIN|UPDATE|INTO)\s+"?(?:{TABLES})"?\b')
SAYS_WHOSE = re.compile(r"tenant_id\s*=\s*(?:\?|%|excluded)|\(tenant_id,|tenant_id\b.*VALUES", re.DOTALL)


def test_every_statement_of_an_exchange_names_its_tenant(world: World, statements: Statements) -> None:
    first, second = world.tablet(UNIT, OTHER_UNIT), world.tablet()
    with statements(world.engine) as executed:
        orphan_of = first.create()
        second.push(second.change(orphan_of["record_id"], {"rooms_total": 1}))
        first.push(
            orphan_of, {**first.create(), "type": "spaceship"}, {**orphan_of, "set": ESTABLISHMENT | {"x": 1}}
        )
        record_id = first.created({**ESTABLISHMENT, "village": "a"})
        first.push(first.change(record_id, {"village": "c"}, was={"village": "b"}))
        second.pull()
        first.push(first.delete(record_id, short_hash(first.base[record_id]["data"])))
        world.move(orphan_of["record_id"], OTHER_UNIT)
        first.sync(repair={OTHER_UNIT: {}})
        run_write(world.engine, lambda session: run_again(world.batch(session), declared_types()))
        run_write(world.engine, lambda session: compact(session, "main", UNIT))
    touching = [statement for statement in executed if TOUCHES.search(statement)]
    assert len(touching) > 100
    assert [statement for statement in touching if not SAYS_WHOSE.search(statement)] == []


def test_the_same_ids_live_side_by_side_in_two_tenants(engine: Engine) -> None:
    here, there = World(engine), World(engine, tenant_id="other")
    tablet, other = here.tablet(), there.tablet()
    record_id = here.ids.time_ordered()
    change: dict[str, Any] = tablet.change(record_id, ESTABLISHMENT, create=True)
    mine = tablet.push(change)[0]
    theirs = other.push({**change, "set": {**ESTABLISHMENT, "name": "Khác"}})[0]
    assert (mine["status"], theirs["status"]) == ("applied", "applied")
    assert (mine["seq"], theirs["seq"]) == (1, 1)
    assert tablet.base[record_id]["data"]["name"] == ESTABLISHMENT["name"]
    assert other.base[record_id]["data"]["name"] == "Khác"
    there.move(record_id, OTHER_UNIT)
    tablet.pull()
    other.pull()
    assert record_id in tablet.base
    assert record_id not in other.base
