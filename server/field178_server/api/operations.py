"""Operations under /api/v1 by method and path, with their request and answer schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import Schema

from field178_server.api.device_schemas import (
    ChallengeAnswer,
    ChallengeRequest,
    EnrolAnswer,
    EnrolRequest,
    OfficerAnswer,
    OfficerRequest,
    RecoveryAnswer,
    RecoveryRequest,
    SessionAnswer,
    SessionRequest,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the OpenAPI document."""

    name: str
    summary: str
    request: type[Schema] | Mapping[str, object] | None = None
    answer: type[Schema] | Mapping[str, object] | None = None
    status: int = 200
    needs_session: bool = False
    streams: bool = False


_EXCHANGE = {
    "type": "object",
    "required": ["device", "incarnation"],
    "properties": {
        "device": {"type": "string", "format": "uuid"},
        "incarnation": {"type": "string", "format": "uuid"},
        "push": {"type": "array", "items": {"type": "object"}, "maxItems": 500},
    },
}

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("POST", "/api/v1/devices"): Operation(
        "enrol", "Make a tablet with a one-time code a device.", EnrolRequest, EnrolAnswer, 201
    ),
    ("POST", "/api/v1/devices/officers"): Operation(
        "bind_officer",
        "Bind an officer to this tablet.",
        OfficerRequest,
        OfficerAnswer,
        needs_session=True,
    ),
    ("POST", "/api/v1/devices/recovery"): Operation(
        "recover_tablet", "Open the data key of a tablet without a PIN.", RecoveryRequest, RecoveryAnswer
    ),
    ("POST", "/api/v1/auth/challenge"): Operation(
        "challenge", "Ask for a nonce.", ChallengeRequest, ChallengeAnswer
    ),
    ("POST", "/api/v1/auth/session"): Operation(
        "open_session", "Open a session with a signed nonce.", SessionRequest, SessionAnswer
    ),
    ("POST", "/api/v1/sync"): Operation(
        "sync", "One exchange: changes up, verdicts and records down.", _EXCHANGE, None, 200, True, True
    ),
    ("POST", "/api/v1/uploads"): Operation(
        "create_upload",
        "Begin to send a file (tus 1.0.0 creation).",
        status=201,
        needs_session=True,
    ),
    ("PATCH", "/api/v1/uploads/{upload_id}"): Operation(
        "append_to_upload", "Send the next piece of a file (tus 1.0.0).", status=204, needs_session=True
    ),
    ("POST", "/api/v1/uploads/{upload_id}"): Operation(
        "overridden_upload",
        "PATCH or HEAD by X-HTTP-Method-Override (tus 1.0.0).",
        status=204,
        needs_session=True,
    ),
    ("GET", "/api/v1/blobs/{sha256}"): Operation(
        "blob", "A file that a record of this device's scopes names; Range is served.", needs_session=True
    ),
    ("GET", "/api/v1/schemas"): Operation("schemas", "The record types and their JSON schemas."),
    ("GET", "/api/v1/openapi.json"): Operation("openapi", "This document."),
}
