"""Process that settles the totals for a server: a first count takes minutes of a core.

A killed process leaves only whole steps, and the next process continues after them.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server import own_process
from field178_server.database.engine import create_engine_for
from field178_server.database.unit_of_work import run_write
from field178_server.office.indicators.totals.operations import settle_step
from field178_server.records.lists_in_force import ListsInForce
from field178_shared.codelists import load

MODULE = "field178_server.office.indicators.totals.settle_process"

Result = TypeVar("Result")


def settle_in_own_process(engine: Engine, tenant_id: str, today: date) -> int:
    """Settle all changes in a separate process; return the number of steps.

    Raises OSError or CalledProcessError if the process fails; written steps are kept.
    """
    database_url = engine.url.render_as_string(hide_password=False)
    return int(own_process.answer_of(MODULE, database_url, tenant_id, today.isoformat()))


def main() -> None:
    """Settle the totals of the store that the input names, with a low priority for counting.

    Writes keep the usual priority: a write that holds SQLite's lock and gets no core would delay every push.
    """
    with ThreadPoolExecutor(1) as writer:
        # Start the writer's thread before this thread lowers its priority; it keeps the usual priority.
        writer.submit(int).result()

        def write(engine: Engine, work: Callable[[Session], Result]) -> Result:
            return writer.submit(run_write, engine, work).result()

        def settle(database_url: str, tenant_id: str, today: str) -> int:
            engine, day, steps = create_engine_for(database_url), date.fromisoformat(today), 0
            lists = ListsInForce(engine, tenant_id)
            lists.follow()
            while settle_step(engine, tenant_id, load(), day, run=write):
                steps += 1
                # Lists may have been published meanwhile: counts by older lists would be discarded.
                lists.refresh()
            return steps

        own_process.answer(settle)


if __name__ == "__main__":
    main()
