"""Results are kept while no record is written, and never beyond."""

from __future__ import annotations

from itertools import count

from tests.world import ESTABLISHMENT, World

from field178_server.database.unit_of_work import snapshot, unit_of_work
from field178_server.records.result_cache import ResultCache


class Made:
    """Results that tell how often one was made."""

    def __init__(self, most: int = 2) -> None:
        self.kept: ResultCache[int] = ResultCache(most)
        self.number = count(1)

    def ask(self, world: World, key: str = "a", tenant_id: str = "") -> int:
        with snapshot(world.engine) as session:
            return self.kept.get(session, tenant_id or world.tenant_id, key, lambda: next(self.number))


def test_a_result_is_made_once_while_nothing_is_written(world: World) -> None:
    made = Made()
    world.tablet().created(ESTABLISHMENT)
    assert [made.ask(world), made.ask(world)] == [1, 1]


def test_a_written_record_ends_it(world: World) -> None:
    made, tablet = Made(), world.tablet()
    record_id = tablet.created(ESTABLISHMENT)
    assert made.ask(world) == 1
    other = tablet.created({**ESTABLISHMENT, "name": "Nhà nghỉ khác"})
    assert made.ask(world) == 2
    world.merge(other, record_id)
    assert made.ask(world) == 3


def test_keys_and_tenants_have_their_own(world: World) -> None:
    made = Made(3)
    assert [made.ask(world, "a"), made.ask(world, "b"), made.ask(world, "a", "other")] == [1, 2, 3]
    assert [made.ask(world, "a"), made.ask(world, "b"), made.ask(world, "a", "other")] == [1, 2, 3]


def test_the_first_one_goes_where_there_are_too_many(world: World) -> None:
    made = Made(2)
    assert [made.ask(world, key) for key in ("a", "b", "c", "b", "a")] == [1, 2, 3, 2, 4]


def test_results_of_an_open_transaction_are_not_cached(world: World) -> None:
    made = Made()
    for expected in (1, 2):
        with unit_of_work(world.engine) as session:
            assert made.kept.get(session, world.tenant_id, "a", lambda: next(made.number)) == expected
    assert made.ask(world) == 3
