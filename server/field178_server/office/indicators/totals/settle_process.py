"""Settling in a process of its own, for a server: a first count takes a core for minutes.

Steps are as before: whoever is killed leaves whole ones, and the next process goes on behind them.
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
    """Bring everything into the totals; return how many steps it took.

    Raises OSError or CalledProcessError where the process failed; what it wrote until then stays.
    """
    database_url = engine.url.render_as_string(hide_password=False)
    return int(own_process.answer_of(MODULE, database_url, tenant_id, today.isoformat()))


def main() -> None:
    """Settle what the input names: counted at a low priority, written at the usual one.

    A write that holds SQLite's one lock and gets no core would hold up every push.
    """
    with ThreadPoolExecutor(1) as writer:
        # Its thread begins before this one lowers its priority, and keeps the usual one.
        writer.submit(int).result()

        def write(engine: Engine, work: Callable[[Session], Result]) -> Result:
            return writer.submit(run_write, engine, work).result()

        def settle(database_url: str, tenant_id: str, today: str) -> int:
            engine, day, steps = create_engine_for(database_url), date.fromisoformat(today), 0
            lists = ListsInForce(engine, tenant_id)
            lists.follow()
            while settle_step(engine, tenant_id, load(), day, run=write):
                steps += 1
                # Lists that were published meanwhile: what was counted by others is counted for nothing.
                lists.refresh()
            return steps

        own_process.answer(settle)


if __name__ == "__main__":
    main()
