"""The thread that looks after the totals of a server, so that a reader rarely counts anything.

A few changes it settles itself; what takes longer a process of its own does, one at a time on a store.
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
    """Settle beside the requests while the block lasts."""
    is_over = threading.Event()
    # By lists that another process has replaced meanwhile the two would count against each other for ever.
    lists = ListsInForce(runtime.engine, runtime.tenant_id)

    def run() -> None:
        while not is_over.wait(look_every_s):
            try:
                lists.follow()
                settle_if_needed(runtime)
            except (SQLAlchemyError, AppError, OSError, CalledProcessError) as error:
                # A store that is away or busy, or a process that was killed: the next look goes on.
                exit_code = getattr(error, "returncode", None)
                log.warning("totals_not_settled", error=type(error).__name__, exit_code=exit_code)

    thread = threading.Thread(target=run, name="totals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()


def settle_if_needed(runtime: Runtime) -> int:
    """Settle what there is; return the number of steps. A store where nothing happens is not written to.

    Raises OSError or CalledProcessError where the process that settles failed.
    """
    engine, tenant_id, today = runtime.engine, runtime.tenant_id, local_date(runtime.clock.now())
    with snapshot(engine) as session:
        if is_settled(session, tenant_id, load(), today):
            return 0
        are_few = are_few_left(session, tenant_id, load(), today)
    with file_locked(runtime.settings.data_dir / LOCK) as is_mine:
        if not is_mine:
            # Another process of this server is at it.
            return 0
        if are_few:
            return settle(engine, tenant_id, load(), today)
        log.info("totals_being_counted")
        steps = settle_in_own_process(engine, tenant_id, today)
        log.info("totals_counted", steps=steps)
        return steps
