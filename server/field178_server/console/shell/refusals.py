"""Refusals of pages and forms to signed-in officers, in the audit trail."""

from __future__ import annotations

from contextlib import suppress

from flask import request

from field178_server.accounts.refusals import note_refusal
from field178_server.audit.trail import Actor, Stamp
from field178_server.database.unit_of_work import run_write
from field178_server.http.application_runtime import current_runtime
from field178_server.http.browser_session import find_officer
from field178_shared.errors import AppError

PAGE, FORM, DECISION = "page_refused", "form_refused", "decision_refused"


def note_refused(action: str) -> None:
    """Write that the request's page or form was refused to its officer; a stranger leaves no entry."""
    runtime, officer = current_runtime(), find_officer()
    if officer is None:
        return
    stamp = Stamp(runtime.tenant_id, runtime.ids.time_ordered(), runtime.clock.now())
    page = str(request.endpoint).removeprefix("console.")
    # Where nothing can be written, the refusal still stands.
    with suppress(AppError):
        run_write(
            runtime.engine,
            lambda session: note_refusal(session, stamp, Actor("officer", officer.id), action, page),
        )
