"""Links of the hash chain that are made at once or beside a push, on both engines."""

from __future__ import annotations

import threading
from dataclasses import replace

from tests.server.audit.test_verify import extend, faults, rooted
from tests.world import World

from field178_server.audit import access_state, hash_chain
from field178_server.audit.hash_chain import LinkDraft
from field178_server.database.models import Root
from field178_server.database.unit_of_work import snapshot


def test_of_two_processes_one_makes_the_link(world: World) -> None:
    tablet = world.tablet()
    tablet.created()
    made: list[bool] = []
    threads = [threading.Thread(target=lambda: made.append(extend(world))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, False, False, True]
    assert len(world.rows(Root)) == 1


def test_a_push_that_is_under_way_belongs_to_the_next_link(world: World) -> None:
    tablet = rooted(world, 1)
    drafts: list[LinkDraft | None] = []

    def under_way(name: str) -> None:
        if name == "push.commit":
            with snapshot(world.engine) as session:
                access = access_state.digest_of(access_state.lines_of(session, world.tenant_id))
                drafts.append(
                    hash_chain.draft(session, world.tenant_id, access, world.clock.now(), is_new=False)
                )

    honest = world.exchange
    world.exchange = replace(honest, failpoint=under_way)
    tablet.created()
    world.exchange = honest
    assert drafts == [None]
    assert extend(world)
    assert faults(world) == []
