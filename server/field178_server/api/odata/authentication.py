"""Authentication by data token: as Bearer, or as the password of Basic (spreadsheets)."""

from __future__ import annotations

from flask import g, request

from field178_server.accounts import rate_limit
from field178_server.accounts.rate_limit import RateLimit
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.lists_in_force import current_lists
from field178_server.http.sign_in import client_address
from field178_server.office.odata.feed_reader import FeedReader
from field178_server.office.odata.operations import note_request, token_hash
from field178_server.office.odata.queries import find_reader
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode

# Wrong tokens of an address in ten minutes; forgotten programs repeat requests with ended tokens.
MOST_REFUSED = 30
_LONGEST = 200


def current_reader() -> FeedReader:
    """Return the reader of the request's token, or raise AppError(token_refused | slow_down).

    The error is the same for unknown, ended and disabled tokens.
    """
    token = _given_token()
    if not token:
        raise AppError(ErrorCode.TOKEN_REFUSED)
    runtime = current_runtime()
    current_lists().refresh()
    hashed = token_hash(runtime.tenant_id, token)
    with snapshot(runtime.engine) as session:
        reader = find_reader(session, runtime.tenant_id, hashed, load(), runtime.clock.now())
    if reader is None:
        limit = RateLimit("feed_address", client_address(), MOST_REFUSED)
        now = runtime.clock.now()
        run_write(runtime.engine, lambda session: rate_limit.take(session, runtime.tenant_id, (limit,), now))
        raise AppError(ErrorCode.TOKEN_REFUSED)
    g.feed_token_id = reader.token_id  # for the log
    return reader


def note_reading(reader: FeedReader, table_name: str) -> None:
    """Count a request of a reader; `table_name` "": a document without rows. Raises AppError(slow_down)."""
    runtime = current_runtime()
    actor = Actor("officer", reader.officer.id)
    context = OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, reader.lists, actor)
    run_write(runtime.engine, lambda session: note_request(session, context, reader, table_name))


def _given_token() -> str:
    given = request.authorization
    if given is None:
        return ""
    token = given.token if given.type == "bearer" else given.password if given.type == "basic" else None
    return token if token and len(token) <= _LONGEST else ""
