"""Every path of a record's data with the marshmallow field that stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import fields

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.kinds import FREE_TEXT

Field = fields.Field[Any]


def walk(schema: RecordSchema) -> Iterator[tuple[str, Field]]:
    """Yield (dotted path, field) of everything that a schema declares, outer paths before inner ones.

    `*` stands for any key: "certificates", "certificates.*", "certificates.*.number". A list is one value,
    its items have no path. `field.required` tells whether the object that holds the field MUST have it.
    """
    for name, part in schema.parts.items():
        yield from _walk(name, part.kind.described, is_required=part.required)


def is_free_text(field: Field) -> bool:
    """Tell whether people write sentences here: the privacy marks look at these texts alone."""
    return bool(field.metadata.get(FREE_TEXT))


def _walk(path: str, described: object, *, is_required: bool) -> Iterator[tuple[str, Field]]:
    if not isinstance(described, Mapping):
        return
    yield path, fields.Raw(required=is_required, metadata=described)
    required = described.get("required", ())
    for name, below in described.get("properties", {}).items():
        yield from _walk(f"{path}.{name}", below, is_required=name in required)
    if "additionalProperties" in described:
        yield from _walk(f"{path}.*", described["additionalProperties"], is_required=False)
