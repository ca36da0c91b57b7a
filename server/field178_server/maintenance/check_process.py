"""The integrity check in a process of its own, for a server.

Only this check, which takes a core for seconds once a day: a process for the whole maintenance would import
for longer each hour than its work takes, and write to SQLite from outside, where writers do not wait in line.
"""

from __future__ import annotations

from sqlalchemy import Engine

from field178_server import own_process
from field178_server.database.engine import create_engine_for
from field178_server.maintenance.integrity import faults_of_database

MODULE = "field178_server.maintenance.check_process"


def faults_in_own_process(engine: Engine, tenant_id: str, receipt_key: str | None) -> list[str]:
    """Return `faults_of_database`. Raises OSError or CalledProcessError where the process failed."""
    database_url = engine.url.render_as_string(hide_password=False)
    found: list[str] = own_process.answer_of(MODULE, database_url, tenant_id, receipt_key)
    return found


def _check(database_url: str, tenant_id: str, receipt_key: str | None) -> list[str]:
    return faults_of_database(create_engine_for(database_url), tenant_id, receipt_key)


if __name__ == "__main__":
    own_process.answer(_check)
