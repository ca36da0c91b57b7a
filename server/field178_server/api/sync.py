"""POST /api/v1/sync: the exchange (docs/sync-protocol.md §6)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace

from flask import Blueprint, Flask, Response, current_app, request

from field178_server.attachments.storage.free_space import require_space_for_changes
from field178_server.http.application_runtime import current_runtime, runtime_of
from field178_server.http.auth import current_claim, require_device_even_revoked
from field178_server.http.headers import spoken_protocol
from field178_server.http.request_body import read_text
from field178_server.replication.exchange import Exchange, Processed, ReceivedPush
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.push.group_commit import GroupCommit, groups_at_once
from field178_server.replication.request_reader import read_request
from field178_server.runtime import Runtime
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.content_coding import GZIP, LEAST_PACKED_BYTES, GzipStream
from field178_shared.wire.protocol import NDJSON

bp = Blueprint("sync", __name__, url_prefix="/api/v1")

_PUSHES = "field178.pushes"
View = Callable[[], Response]


def init_sync(app: Flask) -> None:
    """Register the exchange, with the queue that groups the pushes of this process."""
    engine = runtime_of(app).engine
    app.extensions[_PUSHES] = GroupCommit[ReceivedPush, Processed](groups_at_once(engine))
    app.register_blueprint(bp)


def _announced(view: View) -> View:
    """Announce a request before it is read, so that its push can join the next group."""

    @functools.wraps(view)
    def announced() -> Response:
        with _pushes().arrival():
            return view()

    return announced


@bp.post("/sync")
@_announced
@require_device_even_revoked
def sync() -> Response:
    """Run an exchange: changes up, receipts and changes down, digests of both sides."""
    claim = current_claim()
    exchange_request = read_request(read_text())
    pushes = _pushes()
    if not exchange_request.push:
        pushes.end_arrival()
    if exchange_request.device != claim.device_id:
        raise AppError(ErrorCode.DEVICE_MISMATCH)
    if exchange_request.push or exchange_request.divergent_records:
        require_space_for_changes(current_runtime().settings)
    exchange = replace(exchange_of(current_runtime()), pushes=pushes)
    parts = exchange.run(claim.device_id, exchange_request, spoken_protocol(), claim.generation)
    return stream(parts, in_gzip=request.accept_encodings.quality(GZIP) > 0)


def _pushes() -> GroupCommit[ReceivedPush, Processed]:
    pushes: GroupCommit[ReceivedPush, Processed] = current_app.extensions[_PUSHES]
    return pushes


def exchange_of(runtime: Runtime) -> Exchange:
    """Return the exchange of the running server's tenant."""
    return Exchange(
        runtime.engine,
        runtime.tenant_id,
        runtime.clock,
        runtime.ids,
        declared_types(),
        lease_days=runtime.settings.tablet_lease_days,
        announcements=runtime.keyring.announcements,
    )


def stream(parts: Sequence[bytes], *, in_gzip: bool) -> Response:
    """Return the parts as one body; the client can read each part without the following ones.

    The body has a known length, so that the connection stays open for the next request.
    """
    # No Vary header: answers are not cached.
    is_packed = in_gzip and sum(map(len, parts)) >= LEAST_PACKED_BYTES
    response = Response(_compressed(parts) if is_packed else b"".join(parts), content_type=NDJSON)
    if is_packed:
        response.headers["Content-Encoding"] = GZIP
    return response


def _compressed(parts: Sequence[bytes]) -> bytes:
    stream_ = GzipStream()
    flushed = [stream_.add(part) + stream_.flush() for part in parts]
    return b"".join((*flushed, stream_.finish()))
