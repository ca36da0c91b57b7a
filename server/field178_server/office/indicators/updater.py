"""The thread that keeps the totals settled beside the requests, so that a reader rarely counts anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from field178_server.database.unit_of_work import snapshot
from field178_server.office.indicators.operations import is_settled, settle
from field178_server.records.lists_in_force import ListsInForce
from field178_server.runtime import Runtime
from field178_shared.codelists import load
from field178_shared.errors import AppError
from field178_shared.time.clock import local_date

LOOK_EVERY_S = 60.0

log = structlog.get_logger()


@contextmanager
def totals_running(runtime: Runtime, look_every_s: float = LOOK_EVERY_S) -> Iterator[None]:
    """Settle in a thread of its own while the block lasts."""
    is_over = threading.Event()
    # By lists that another process has replaced meanwhile the two would count against each other for ever.
    lists = ListsInForce(runtime.engine, runtime.tenant_id)

    def run() -> None:
        while not is_over.wait(look_every_s):
            try:
                lists.follow()
                settle_if_needed(runtime)
            except (SQLAlchemyError, AppError, OSError) as error:
                # A store that is away or busy: what is not settled is counted at reading.
                log.warning("totals_not_settled", error=type(error).__name__)

    thread = threading.Thread(target=run, name="totals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()


def settle_if_needed(runtime: Runtime) -> int:
    """Settle what there is; return the number of steps. A store where nothing happens is not written to."""
    today = local_date(runtime.clock.now())
    with snapshot(runtime.engine) as session:
        if is_settled(session, runtime.tenant_id, load(), today):
            return 0
    return settle(runtime.engine, runtime.tenant_id, load(), today)
