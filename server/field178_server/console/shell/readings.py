"""Reading of a record on a page: it stands in the audit trail before the page is sent."""

from __future__ import annotations

from field178_server.audit.readings import has_read_today, note_reading
from field178_server.console.shell.form_actions import office
from field178_server.database.unit_of_work import Session, run_write
from field178_server.http.application_runtime import current_runtime


class RecordReading:
    """Reading of one record: asked about in the page's own snapshot, written after it, once a day."""

    def __init__(self, session: Session, record_id: str, scope: str) -> None:
        self._context = office()
        self._record = record_id, scope
        self._is_noted = has_read_today(session, self._context, record_id)

    def note(self) -> None:
        """Write the reading; MUST be called outside of every transaction."""
        if not self._is_noted:
            run_write(
                current_runtime().engine, lambda session: note_reading(session, self._context, *self._record)
            )
            self._is_noted = True
