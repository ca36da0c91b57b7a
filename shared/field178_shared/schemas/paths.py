"""Paths of a record's data, each with its marshmallow field."""

from __future__ import annotations

from collections.abc import Iterator

from marshmallow import fields

from field178_shared.schemas.field_types import FREE_TEXT, Entries, Field
from field178_shared.schemas.wire_schema import WireSchema, members, nested_schema


def walk(schema: WireSchema) -> Iterator[tuple[str, Field]]:
    """Yield (dotted path, field) of everything that a schema declares, outer paths before inner ones.

    `*` is any key: "certificates", "certificates.*", "certificates.*.number". A list is one value,
    its items have no path. `field.required` tells whether the object that holds the field MUST have it.
    """
    return _walk_below(fields.Nested(type(schema)), "")


def field_at(schema: WireSchema, path: str) -> Field | None:
    """Return the field at a path of a record, None where the schema knows none."""
    field: Field = fields.Nested(type(schema))
    for key in path.split("."):
        below = dict(_below(field))
        if (known := below.get(key) or below.get("*")) is None:
            return None
        field = known
    return field


def is_free_text(field: Field) -> bool:
    """Tell whether people write sentences here: the privacy marks look at these texts alone."""
    return bool(field.metadata.get(FREE_TEXT))


def _walk_below(field: Field, prefix: str) -> Iterator[tuple[str, Field]]:
    for key, below in _below(field):
        yield prefix + key, below
        yield from _walk_below(below, f"{prefix}{key}.")


def _below(field: Field) -> Iterator[tuple[str, Field]]:
    if isinstance(field, Entries):
        yield "*", field.value_field
    elif isinstance(field, fields.Nested):
        schema = nested_schema(field)
        yield from members(schema).items()
        yield from schema.further().items()
        if schema.others is not None:
            yield "*", fields.Nested(schema.others)
