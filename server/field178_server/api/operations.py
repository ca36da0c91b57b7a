"""Operations under /api/v1 by method and path, with their request and answer schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from marshmallow import Schema

from field178_server.api.device_schemas import (
    ChallengeAnswer,
    ChallengeRequest,
    EnrolAnswer,
    EnrolRequest,
    KeysAnswer,
    OfficerAnswer,
    OfficerRequest,
    OrderReceiptAnswer,
    OrderReceiptRequest,
    RecoveryAnswer,
    RecoveryRequest,
    SessionAnswer,
    SessionRequest,
)
from field178_shared.ids import UUID_PATTERN
from field178_shared.wire.protocol import (
    MAX_CHANGES,
    MAX_DIVERGENT_RECORDS,
    MAX_INTEGER,
    MAX_SCOPES,
    NDJSON,
)

Json = Mapping[str, object]
# A body of bytes, and an object whose members other pages describe.
BINARY: Json = {"type": "string", "format": "binary"}
_OBJECT: Json = {"type": "object"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the OpenAPI document; `headers`: those that a request needs, with their schemas."""

    name: str
    summary: str
    request: type[Schema] | Json | None = None
    answer: type[Schema] | Json | None = None
    status: int = 200
    needs_session: bool = False
    media: str = "application/json"
    headers: Json = field(default_factory=dict)


def _optional(schema: Json) -> Json:
    """Return the schema of a member whose null means that it is absent."""
    return {**schema, "type": [schema["type"], "null"]}


_TEXT: Json = {"type": "string"}
_NAME: Json = {"type": "string", "minLength": 1}
_UUID: Json = {"type": "string", "pattern": f"^{UUID_PATTERN}$"}
_COUNT: Json = {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER}
_STAMPS: Json = {"type": "object", "additionalProperties": _COUNT, "maxProperties": MAX_SCOPES + 1}
_CHANGE: Json = {
    "type": "object",
    "required": ["change_id", "n", "record_id", "type", "scope", "op"],
    "properties": {
        "change_id": _UUID,
        "n": {**_COUNT, "minimum": 1},
        "record_id": _UUID,
        "type": _NAME,
        "scope": _NAME,
        "op": _NAME,
        "create": _optional({"type": "boolean"}),
        "base_rev": _optional(_COUNT),
        "schema": _optional(_COUNT),
        "at": _optional(_TEXT),
        "clock_offset_ms": _optional({**_COUNT, "minimum": -MAX_INTEGER}),
        "user": _optional(_TEXT),
        "was": _optional(_OBJECT),
        "set": _optional(_OBJECT),
    },
}
_EXCHANGE: Json = {
    "type": "object",
    "required": ["device", "incarnation"],
    "properties": {
        "device": _NAME,
        "incarnation": _UUID,
        "epoch": _optional(_TEXT),
        "app": _optional(_TEXT),
        "now": _optional(_TEXT),
        "cursors": _optional(_STAMPS),
        "below": _optional(_STAMPS),
        "state": _optional(_TEXT),
        "push": _optional({"type": "array", "items": _CHANGE, "maxItems": MAX_CHANGES}),
        "repair": _optional({"type": "object", "maxProperties": MAX_SCOPES + 1}),
        "salvage": _optional({"type": "array", "maxItems": MAX_DIVERGENT_RECORDS}),
        "max_records": _optional(_COUNT),
    },
}
_TUS: Json = {"Tus-Resumable": {"type": "string", "const": "1.0.0"}}
_NUMBER: Json = {"type": "string", "pattern": "^[0-9]{1,9}$"}
_SIZE: Json = {"type": "string", "pattern": "^[1-9][0-9]{0,8}$"}

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
    ("POST", "/api/v1/devices/orders"): Operation(
        "answer_order", "Answer an order of the office.", OrderReceiptRequest, OrderReceiptAnswer
    ),
    ("GET", "/api/v1/keys"): Operation("announced_keys", "Read the announcements of keys.", None, KeysAnswer),
    ("POST", "/api/v1/auth/challenge"): Operation(
        "challenge", "Ask for a nonce.", ChallengeRequest, ChallengeAnswer
    ),
    ("POST", "/api/v1/auth/session"): Operation(
        "open_session", "Open a session with a signed nonce.", SessionRequest, SessionAnswer
    ),
    ("POST", "/api/v1/sync"): Operation(
        "sync", "One exchange: changes up, verdicts and records down.", _EXCHANGE, _TEXT, 200, True, NDJSON
    ),
    ("POST", "/api/v1/uploads"): Operation(
        "create_upload",
        "Begin to send a file (tus 1.0.0 creation).",
        status=201,
        needs_session=True,
        headers={**_TUS, "Upload-Length": _SIZE, "Upload-Metadata": _NAME},
    ),
    ("PATCH", "/api/v1/uploads/{upload_id}"): Operation(
        "append_to_upload",
        "Send the next piece of a file (tus 1.0.0).",
        BINARY,
        status=204,
        needs_session=True,
        media="application/offset+octet-stream",
        headers={**_TUS, "Upload-Offset": _NUMBER},
    ),
    ("POST", "/api/v1/uploads/{upload_id}"): Operation(
        "overridden_upload",
        "PATCH or HEAD by X-HTTP-Method-Override (tus 1.0.0).",
        BINARY,
        status=204,
        needs_session=True,
        media="application/offset+octet-stream",
        headers={
            **_TUS,
            "Upload-Offset": _NUMBER,
            "X-HTTP-Method-Override": {"type": "string", "enum": ["PATCH"]},
        },
    ),
    ("GET", "/api/v1/blobs/{sha256}"): Operation(
        "blob",
        "A file that a record of this device's scopes names; Range is served.",
        answer=BINARY,
        needs_session=True,
        media="*/*",
    ),
    ("GET", "/api/v1/schemas"): Operation(
        "schemas", "The record types and their JSON schemas.", answer=_OBJECT
    ),
    ("GET", "/api/v1/openapi.json"): Operation("openapi", "This document.", answer=_OBJECT),
}
