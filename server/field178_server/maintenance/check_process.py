"""The integrity check in a separate process, for a server.

The check uses a core for seconds once a day. The rest of the maintenance stays in the server process: each
hour the imports would take longer than the work, and writes to SQLite would bypass the lock of the writers.
"""

from __future__ import annotations

from sqlalchemy import Engine

from field178_server import own_process
from field178_server.database.engine import create_engine_for
from field178_server.maintenance.integrity import faults_of_database

MODULE = "field178_server.maintenance.check_process"


def faults_in_own_process(engine: Engine, tenant_id: str, receipt_key: str | None) -> list[str]:
    """Return `faults_of_database`, run in a process; raise OSError or CalledProcessError if it failed."""
    database_url = engine.url.render_as_string(hide_password=False)
    faults: list[str] = own_process.answer_of(MODULE, database_url, tenant_id, receipt_key)
    return faults


def _check(database_url: str, tenant_id: str, receipt_key: str | None) -> list[str]:
    return faults_of_database(create_engine_for(database_url), tenant_id, receipt_key)


if __name__ == "__main__":
    own_process.answer(_check)
