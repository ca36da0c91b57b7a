"""Random lives of a register: entries come, change, move, merge, go and are erased, beside their visits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.shared import builders
from tests.world import ESTABLISHMENT, OTHER_UNIT, TEAM, UNIT, World

from field178_server.database.unit_of_work import run_write
from field178_server.records.batch import Batch
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_shared.wire.protocol import ERASED_AT, MERGED_INTO

_WORDS = ("Hoa", "Hòa", "Ban", "Karaoke")
_KINDS = ("guesthouse", "karaoke")
_UNITS = (UNIT, OTHER_UNIT)


def walk(world: World, seed: int, steps: int) -> Iterator[None]:
    """Write a batch of random changes a step; give the turn back after each of them."""
    rnd = random.Random(seed)
    record_ids = [world.ids.random() for _ in range(24)]
    for _ in range(steps):
        chosen = rnd.sample(record_ids, rnd.randrange(1, 9))
        run_write(world.engine, lambda session, chosen=chosen: _change(world.batch(session), rnd, chosen))
        yield


def entry(rnd: random.Random, scope: str) -> dict[str, Any]:
    """Return an entry whose name, point and number are often those of others, or nearly."""
    point = {"lat": 208_000_000 + rnd.randrange(50_000), "lon": 1_065_000_000 + rnd.randrange(50_000)}
    more: dict[str, Any] = {
        "name": " ".join(rnd.choice(_WORDS) for _ in range(rnd.randrange(1, 4))),
        "establishment_type_id": rnd.choice(_KINDS),
        "unit_id": scope.partition(":")[2],
        "registration_number": rnd.choice(("A 1", "a 1", "", f"GL-{rnd.randrange(9)}")),
    }
    return ESTABLISHMENT | more | (point if rnd.random() < 0.7 else {})


def _change(batch: Batch, rnd: random.Random, chosen: list[str]) -> None:
    batch.load(chosen)
    for record_id in chosen:
        stored = batch.get(record_id)
        if stored is None or rnd.random() < 0.2:
            # A visit may come before its entry, and to one that is gone.
            _visit(batch, rnd, record_id)
        if stored is None:
            scope = rnd.choice(_UNITS)
            if rnd.random() < 0.8:
                batch.put(new_record(record_id, "establishment", scope, entry(rnd, scope)))
        elif not stored.is_erased:
            batch.put(_changed(batch, rnd, stored, chosen))
    batch.flush()


def _changed(batch: Batch, rnd: random.Random, stored: Stored, chosen: list[str]) -> Stored:
    what = rnd.random()
    if stored.deleted:
        return next_revision(stored, data=entry(rnd, stored.scope), deleted=False)
    if what < 0.1:
        return next_revision(stored, deleted=True)
    if what < 0.15:
        return next_revision(stored, data={ERASED_AT: "2026-01-01T00:00:00Z"})
    if what < 0.3:
        data = {MERGED_INTO: rnd.choice(chosen), "name": stored.data.get("name", "")}
        return next_revision(stored, data=data, deleted=True)
    scope = rnd.choice(_UNITS) if what < 0.5 else stored.scope
    return next_revision(stored, data=entry(rnd, scope), scope=scope)


def _visit(batch: Batch, rnd: random.Random, establishment_id: str) -> None:
    data = builders.inspection(establishment_id=establishment_id)
    batch.put(new_record(batch.ids.random(), "inspection", TEAM, data))
