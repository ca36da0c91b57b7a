"""Compiled record types (msgspec): decode content that is certainly valid straight into a record value.

Each type is compiled from the JSON schema of its marshmallow schema, so that it follows its changes. One pass
checks and decodes. Content is decoded only if its sorted encoding has the same bytes: this proves the
canonical form, and excludes nulls and repeated keys. MUST decode nothing that marshmallow refuses (tested by
a differential property test over generated records). Other content is validated by marshmallow and read by
`lenient_value`.
"""

from __future__ import annotations

import datetime
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import DecodeError, Meta, Struct, ValidationError

from field178_shared import schemas
from field178_shared.codelists import load
from field178_shared.merge import bad_paths
from field178_shared.records.value import Value

Node = Mapping[str, Any]

# JSON schema has only the names of these formats. 29 February is left to marshmallow.
_DAY = (
    r"[1-9][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_FORMATS: Mapping[str, Any] = {
    "date": datetime.date,
    # Text: an instant has several spellings, and the stored one is the tablet's.
    "date-time": Annotated[
        str,
        Meta(
            pattern=rf"^{_DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,6}})?Z\Z",
        ),
    ],
    "uuid": Annotated[str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")],
}
# Type of nodes without a check: accepts no data, because no text may contain NUL.
_NOTHING = Literal["\0"]
_KEY = r"[A-Za-z0-9-][A-Za-z0-9_-]{0,63}"
# No text may contain NUL.
_KEYS = re.compile(rf"(?:{_KEY}(?:\0{_KEY})*)?")


class _TypedObject(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Base of the compiled objects: absent members are None, and are not encoded."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        members = zip(self.__struct_fields__, msgspec.structs.astuple(self), strict=True)
        return ((name, member) for name, member in members if member is not None)


class _TypedEntry(_TypedObject, frozen=True):
    """Base of the entries of a keyed object that need no member."""

    def __post_init__(self) -> None:
        # An entry that removals emptied counts as absent: `lenient_value` leaves it out.
        if not any(True for _ in self):
            raise ValueError


class _CompiledType(NamedTuple):
    """Decoder of a record type for a version of the code lists, and its members with keys of clients."""

    decode: Callable[[bytes], Any]
    keyed: tuple[str, ...]
    version: str


# With members in sorted order the deterministic encoding is the canonical form.
_encode = msgspec.json.Encoder(order="deterministic").encode
# By type name; the ids of the code lists are compiled in, so a type follows their version.
_compiled_types: dict[str, _CompiledType] = {}
_compiling = threading.Lock()


def prepare() -> None:
    """Compile every declared type, before the first request."""
    for type_name in schemas.TYPES:
        _compiled(type_name)


def decoded(type_name: str, content: bytes) -> Value | None:
    """Return the value of content that is canonical and certainly valid, else None."""
    # Only control characters are written with `\u`; without NUL keys can be joined by it.
    if type_name not in schemas.TYPES or b"\\u" in content:
        return None
    type_ = _compiled(type_name)
    try:
        value: Value = type_.decode(content)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    keys = [key for name in type_.keyed for key in getattr(value, name) or ()]
    return value if _encode(value) == content and _KEYS.fullmatch("\0".join(keys)) else None


def value_of(type_name: str, body: str) -> Value:
    """Return the value of stored content: decoded if it is certainly valid, else read leniently."""
    return decoded(type_name, body.encode()) or schemas.lenient_value(type_name, json.loads(body))


def _compiled(type_name: str) -> _CompiledType:
    version = load().version
    type_ = _compiled_types.get(type_name)
    if type_ is None or type_.version != version:
        with _compiling:
            type_ = _compiled_types.get(type_name)
            if type_ is None or type_.version != version:
                type_ = _compiled_types[type_name] = _compile(type_name, version)
    return type_


def _compile(type_name: str, version: str) -> _CompiledType:
    described = schemas.json_schema(type_name)
    decode = msgspec.json.Decoder(_type_of(described, type_name)).decode
    # msgspec completes a type at its first use. Concurrent first uses crash the process
    # (segmentation fault), so the first use MUST end before another thread can see the type.
    with suppress(ValidationError):
        decode(b"{}")
    keyed = (name for name, node in _members(described).items() if _has_keys_of_clients(node))
    return _CompiledType(decode, tuple(keyed), version)


def _type_of(node: Node, name: str) -> Any:
    """Return the msgspec type of one node of a JSON schema."""
    match node.get("type"):
        case "string":
            return _text(node)
        case "integer":
            return Annotated[int, Meta(ge=node["minimum"], le=node["maximum"])]
        case "boolean":
            return bool
        case "array":
            items: Any = _type_of(node["items"], name)
            length = Meta(min_length=node["minItems"], max_length=node["maxItems"])
            return Annotated[tuple[items, ...], length]
        case "object" if "properties" in node:
            return _object(node, name, _TypedObject)
        case "object":
            return _entries(node, name)
    return _NOTHING


def _text(node: Node) -> Any:
    if "enum" in node:
        return Literal[tuple(node["enum"])]
    if "format" in node:
        return _FORMATS[node["format"]]
    if "pattern" in node:
        # `$` would also match before a final line feed.
        return Annotated[str, Meta(pattern=re.sub(r"\$$", r"\\Z", node["pattern"]))]
    not_blank = r"\S" if node.get("minLength") else None
    return Annotated[str, Meta(max_length=node["maxLength"], pattern=not_blank)]


def _entries(node: Node, name: str) -> Any:
    """Return the type of a keyed object; `decoded` checks keys of clients, faster than a pattern here."""
    keys: Any = str if _has_keys_of_clients(node) else Literal[tuple(node["propertyNames"]["enum"])]
    below = node["additionalProperties"]
    needs_no_member = "properties" in below and not below.get("required")
    entry: Any = _object(below, name, _TypedEntry) if needs_no_member else _type_of(below, name)
    assert not any(map(_has_keys_of_clients, _members(below).values()))
    return dict[keys, entry]


def _has_keys_of_clients(node: Node) -> bool:
    return node.get("type") == "object" and not {"properties", "propertyNames"} & node.keys()


def _members(node: Node) -> Mapping[str, Node]:
    members: Mapping[str, Node] = node.get("properties", {})
    return members


def _object(node: Node, name: str, base: type[_TypedObject]) -> Any:
    members = _members(node)
    assert not bad_paths(dict.fromkeys(members, ""))
    required = node.get("required", ())
    fields: list[Any] = []
    # In canonical order, in which the members are sent and encoded.
    for key in sorted(members):
        # A key with "-" (from an office's list) cannot be a field: marshmallow validates such records.
        if key.isidentifier():
            type_ = _type_of(members[key], f"{name}_{key}")
            fields.append((key, type_) if key in required else (key, type_, None))
    return msgspec.defstruct(name, fields, bases=(base,), kw_only=True)
