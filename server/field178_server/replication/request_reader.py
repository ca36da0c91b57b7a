"""Reader of a sync request: a fast decoder (msgspec) for canonical JSON, else the strict decoder.

Changes with all members of §5.1 are decoded by type and encoded again. Equal bytes prove the canonical form;
these bytes are hashed and stored. The content of a create is decoded into the compiled type of its record,
other content into a dict. Any other text (members of a later version, another order, an error) is read by the
strict decoder.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from field178_server.records.typed_value import decoded
from field178_shared.ids import UUID_PATTERN
from field178_shared.wire import fast_json, strict_json
from field178_shared.wire.fast_json import NotProven
from field178_shared.wire.protocol import MAX_CHANGES, Change, SyncRequest

_Uuid = Annotated[str, Meta(pattern=rf"^{UUID_PATTERN}\Z")]
_Name = Annotated[str, Meta(min_length=1)]
_Count = Annotated[int, Meta(ge=0)]


class _SentChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A change in canonical form; the members in its order."""

    at: str
    base_rev: _Count
    change_id: _Uuid
    clock_offset_ms: int
    conflicts: dict[str, int] | UnsetType = UNSET
    create: bool
    n: Annotated[int, Meta(ge=1)]
    op: _Name
    record_id: _Uuid
    replaces: list[str]
    schema: _Count
    scope: _Name
    set: Raw
    type: _Name
    user: str
    was: dict[str, Any]


def _refuse(_: str) -> object:
    raise NotProven


_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_CHANGES = msgspec.json.Decoder(list[_SentChange], float_hook=_refuse)
_OBJECT = msgspec.json.Decoder(dict[str, Any], float_hook=_refuse)
_ANY = msgspec.json.Decoder(float_hook=_refuse)
_encode = msgspec.json.Encoder(order="deterministic").encode

_Parts = tuple[dict[str, object], list[Change]]


def read_request(data: bytes) -> SyncRequest:
    """Return the request of a body, or raise AppError (malformed, bad_request, too_large) with a pointer."""
    try:
        members, changes = _proven(data)
    except NotProven:
        return SyncRequest.from_wire(strict_json.loads(data))
    return SyncRequest.from_wire(members, changes)


def _proven(data: bytes) -> _Parts:
    """Return members and changes of a text in canonical form, or raise NotProven."""
    fast_json.check_bytes(data)
    members, changes = _decoded(data)
    fast_json.normalized(_encode(members))
    if _encode({**members, "push": [Raw(change.body) for change in changes]}) != data:
        raise NotProven
    return members, changes


def _decoded(data: bytes) -> _Parts:
    try:
        members = _MEMBERS.decode(data)
        sent = _CHANGES.decode(members.pop("push", b""))
        if len(sent) > MAX_CHANGES:
            raise NotProven
        return {name: _ANY.decode(raw) for name, raw in members.items()}, [
            _change(sent_change) for sent_change in sent
        ]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotProven from None


def _change(sent: _SentChange) -> Change:
    content = bytes(sent.set)
    value = decoded(sent.type, content) if sent.create else None
    if value is None and _encode(_OBJECT.decode(content)) != content:
        raise NotProven
    body = _encode(sent)
    return Change(
        sent.change_id,
        sent.n,
        sent.record_id,
        sent.type,
        sent.scope,
        sent.op,
        sent.create,
        sent.base_rev,
        sent.schema,
        sent.at,
        sent.clock_offset_ms,
        sent.user,
        sent.was,
        None if sent.conflicts is UNSET else sent.conflicts,
        tuple(sent.replaces),
        content,
        body,
        fast_json.normalized(body),
        value,
    )
