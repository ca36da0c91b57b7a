"""Pushes that wait while the store is held up, so that they form one group."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.world import Json, World

from field178_server.replication.push.group_commit import GroupCommit, WaitingPush

_NEXT_LOOK_S = 0.002


def pushed_in_one_group(world: World, works: Sequence[Callable[[], list[Json]]]) -> list[Any]:
    """Let pushes wait in this order, then store them; return the receipts of each, or its error."""
    queue = GroupCommit[Any, Any]()
    world.exchange = replace(world.exchange, pushes=queue)
    with ThreadPoolExecutor(len(works)) as pool:
        futures: list[Future[list[Json]]] = []
        with held_up(queue):
            for work in works:
                futures.append(pool.submit(work))
                wait_for(queue, len(futures))
        return [future.exception(60) or future.result() for future in futures]


@contextmanager
def held_up(queue: GroupCommit[Any, Any]) -> Iterator[None]:
    """Hold the turn to store a group until the end of the block."""
    begun, free = threading.Event(), threading.Event()

    def hold(pushes: Sequence[Any]) -> Sequence[Any]:
        begun.set()
        free.wait(60)
        return pushes

    holder = threading.Thread(target=queue.run, args=(WaitingPush("holder", 0, frozenset()), hold))
    holder.start()
    assert begun.wait(60)
    try:
        yield
    finally:
        free.set()
        holder.join()


def wait_for(queue: GroupCommit[Any, Any], count: int) -> None:
    """Wait until the queue has a number of pushes."""
    while len(queue) < count:
        threading.Event().wait(_NEXT_LOOK_S)
