"""Compiled validators of the declared schemas (msgspec); they accept only data that is certainly valid.

Built from the JSON schema of each marshmallow schema, so that they follow its changes. MUST accept nothing
that marshmallow refuses (tested by a differential property test over generated records). Data that is not
accepted is validated by marshmallow. Accepted data has no nulls, unknown members, invalid keys or over-long
texts.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, ValidationError

from field178_shared import schemas
from field178_shared.codelists import load
from field178_shared.merge import bad_paths

Node = Mapping[str, Any]

# JSON schema has only the names of these formats. 29 February is left to marshmallow.
_DAY = (
    r"[1-9][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_FORMATS: Mapping[str, str] = {
    "date": rf"^{_DAY}\Z",
    "date-time": rf"^{_DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,6}})?Z\Z",
    "uuid": r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z",
}
# Type of nodes without a check: accepts no data, because no text may contain NUL.
_NOTHING = Literal["\0"]
_KEY = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-][A-Za-z0-9_-]{0,63}\Z")]

# By type name and version of the code lists, whose ids are compiled in.
_compiled_types: dict[tuple[str, str], Any] = {}
_compiling = threading.Lock()


def prepare() -> None:
    """Compile the schema of every declared type, before the first request."""
    for type_name in schemas.TYPES:
        _compiled(type_name)


def accepts(type_name: str, data: object) -> bool:
    """Return whether a record's data is certainly valid. The type MUST be declared."""
    try:
        msgspec.convert(data, _compiled(type_name))
    except ValidationError:
        return False
    return True


def _compiled(type_name: str) -> Any:
    key = (type_name, load().version)
    compiled = _compiled_types.get(key)
    if compiled is None:
        with _compiling:
            compiled = _compiled_types.get(key) or _compile(type_name)
            for old in [old for old in _compiled_types if old[1] != key[1]]:
                del _compiled_types[old]
            _compiled_types[key] = compiled
    return compiled


def _compile(type_name: str) -> Any:
    compiled = _type_of(schemas.json_schema(type_name), type_name)
    # msgspec completes a type at its first use. Concurrent first uses crash the process
    # (segmentation fault), so the first use MUST end before another thread can see the type.
    with suppress(ValidationError):
        msgspec.convert({}, compiled)
    return compiled


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
            return Annotated[list[items], Meta(min_length=node["minItems"], max_length=node["maxItems"])]
        case "object":
            return _object(node, name)
    return _NOTHING


def _text(node: Node) -> Any:
    if "enum" in node:
        return Literal[tuple(node["enum"])]
    if "format" in node:
        return Annotated[str, Meta(pattern=_FORMATS[node["format"]])]
    if "pattern" in node:
        # `$` would also match before a final line feed.
        return Annotated[str, Meta(pattern=re.sub(r"\$$", r"\\Z", node["pattern"]))]
    not_blank = r"\S" if node.get("minLength") else None
    return Annotated[str, Meta(max_length=node["maxLength"], pattern=not_blank)]


def _object(node: Node, name: str) -> Any:
    if "properties" not in node:
        names: Any = Literal[tuple(node["propertyNames"]["enum"])] if "propertyNames" in node else _KEY
        entry: Any = _type_of(node["additionalProperties"], name)
        return dict[names, entry]
    members: Mapping[str, Node] = node["properties"]
    assert not bad_paths(dict.fromkeys(members, ""))
    required = node.get("required", ())
    # In canonical order, the usual order of members.
    fields = [
        (key, _type_of(members[key], f"{name}_{key}"))
        if key in required
        else (key, _type_of(members[key], f"{name}_{key}") | UnsetType, UNSET)
        for key in sorted(members, key=lambda key: (key not in required, key))
        # A key with "-" (from an office's list) cannot be a field: marshmallow validates such records.
        if key.isidentifier()
    ]
    return msgspec.defstruct(name, fields, forbid_unknown_fields=True, gc=False)
