"""POST /api/v1/sync: the exchange (docs/sync-protocol.md §6)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request

from field178_server.attachments.storage.free_space import require_space_for_changes
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_claim, require_device_even_revoked
from field178_server.http.headers import spoken_protocol
from field178_server.http.request_body import read_text
from field178_server.replication.exchange import Exchange
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.request_reader import read_request
from field178_server.runtime import Runtime
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.content_coding import GZIP, LEAST_PACKED_BYTES, GzipStream
from field178_shared.wire.protocol import NDJSON

bp = Blueprint("sync", __name__, url_prefix="/api/v1")


@bp.post("/sync")
@require_device_even_revoked
def sync() -> Response:
    """Run an exchange: changes up, receipts and changes down, digests of both sides."""
    claim = current_claim()
    exchange_request = read_request(read_text())
    if exchange_request.device != claim.device_id:
        raise AppError(ErrorCode.DEVICE_MISMATCH)
    if exchange_request.push or exchange_request.divergent_records:
        require_space_for_changes(current_runtime().settings)
    parts = exchange_of(current_runtime()).run(
        claim.device_id, exchange_request, spoken_protocol(), claim.generation
    )
    return stream(parts, in_gzip=request.accept_encodings.quality(GZIP) > 0)


def exchange_of(runtime: Runtime) -> Exchange:
    """Return the exchange of the running server's tenant."""
    return Exchange(runtime.engine, runtime.tenant_id, runtime.clock, runtime.ids, declared_types())


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
