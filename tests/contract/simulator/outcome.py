"""Result of a world without names that depend on a clock, so that two runs can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.contract.simulator.world import World

from field178_shared.wire.canonical import canonical

Verdict = tuple[str, str | None, int]


@dataclass(frozen=True)
class Outcome:
    """Records in the order of their making, and each tablet's verdicts in the order of its filing."""

    records: tuple[tuple[str, int, bool, bytes], ...]
    verdicts: tuple[tuple[Verdict, ...], ...]


def _content(data: Mapping[str, object], places: Mapping[str, str]) -> bytes:
    into = data.get("merged_into")
    return canonical({**data, "merged_into": places.get(into)} if isinstance(into, str) else data)


def outcome_of(world: World) -> Outcome:
    """Return the stored records and the answers."""
    places = {record_id: f"record {place}" for place, record_id in enumerate(world.records)}
    stored = [world.oracle.state.records.get(record_id) for record_id in world.records]
    verdicts = "SELECT status, reason, rev FROM outbox ORDER BY ordinal"
    return Outcome(
        tuple((row.scope, row.rev, bool(row.deleted), _content(row.data, places)) for row in stored if row),
        tuple(tuple(seat.tablet.rows(verdicts)) for seat in world.seats),
    )
