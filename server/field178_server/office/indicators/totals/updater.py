"""Thread that settles the totals of a server in the background, so that requests rarely count.

It settles a few changes itself and starts a process for more, one process at a time for a store.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import CalledProcessError

import structlog
from sqlalchemy.exc import SQLAlchemyError

from field178_server.database.single_server import file_locked
from field178_server.database.unit_of_work import snapshot
from field178_server.office.indicators.totals.operations import are_few_left, is_settled, settle
from field178_server.office.indicators.totals.settle_process import settle_in_own_process
from field178_server.records.lists_in_force import ListsInForce
from field178_server.runtime import Runtime
from field178_shared.codelists import load
from field178_shared.errors import AppError
from field178_shared.time.clock import local_date

LOOK_EVERY_S = 15.0
LOCK = "totals.lock"

log = structlog.get_logger()


@contextmanager
def totals_running(runtime: Runtime, look_every_s: float = LOOK_EVERY_S) -> Iterator[None]:
    """Run the thread of the totals within the block."""
    is_over = threading.Event()
    # Two processes with different lists would each discard the counts of the other, without end.
    lists = ListsInForce(runtime.engine, runtime.tenant_id)

    def run() -> None:
        while not is_over.wait(look_every_s):
            try:
                lists.follow()
                settle_if_needed(runtime)
            except (SQLAlchemyError, AppError, OSError, CalledProcessError) as error:
                # The store is unavailable or busy, or the process was killed: the next turn tries again.
                exit_code = getattr(error, "returncode", None)
                log.warning("totals_not_settled", error=type(error).__name__, exit_code=exit_code)

    thread = threading.Thread(target=run, name="totals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()


def settle_if_needed(runtime: Runtime) -> int:
    """Settle all changes; return the number of steps. Nothing is written if the totals are up to date.

    Raises OSError or CalledProcessError if the settling process fails.
    """
    engine, tenant_id, today = runtime.engine, runtime.tenant_id, local_date(runtime.clock.now())
    with snapshot(engine) as session:
        if is_settled(session, tenant_id, load(), today):
            return 0
        are_few = are_few_left(session, tenant_id, load(), today)
    with file_locked(runtime.settings.data_dir / LOCK) as is_mine:
        if not is_mine:
            # Another process of this server is settling.
            return 0
        if are_few:
            return settle(engine, tenant_id, load(), today)
        log.info("totals_being_counted")
        steps = settle_in_own_process(engine, tenant_id, today)
        log.info("totals_counted", steps=steps)
        return steps
