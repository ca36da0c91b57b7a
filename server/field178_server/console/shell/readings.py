"""Entry of the audit trail about a record that a page shows, written before the page is sent."""

from __future__ import annotations

from field178_server.audit import readings
from field178_server.console.shell.form_actions import office
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime


def note_reading(record_id: str, scope: str | None = None) -> None:
    """Write that the officer reads a record, once a day; MUST be called outside of every transaction.

    Later readings of the day cost one look into an index.
    """
    engine, context = current_runtime().engine, office()
    with snapshot(engine) as session:
        if readings.has_read_today(session, context, record_id):
            return
    run_write(engine, lambda session: readings.note_reading(session, context, record_id, scope))
