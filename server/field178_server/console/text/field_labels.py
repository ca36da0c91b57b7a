"""Labels and values of a record's fields in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from field178_server.console.text import format_values as show
from field178_server.console.text.localize import Localizer
from field178_shared.codelists.organizations import RETURN_NUMBERS
from field178_shared.merge import read_path
from field178_shared.record_type import RecordType
from field178_shared.schemas.fields.catalogue import (
    OFFICE_RECORD_NAMES,
    RECORD_NAMES,
    choices_of,
    field_at,
    position_of,
    record_name,
    words_at,
)
from field178_shared.text.i18n import N_

Data = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FieldContext:
    """Context of a value: type of its record, dotted path, and the record's data for names."""

    record_type: str
    path: str
    data: Data


def type_name(record_type: str, localizer: Localizer) -> str:
    """Return the name of a record type."""
    if record_type in RECORD_NAMES or record_type in OFFICE_RECORD_NAMES:
        return record_name(record_type, localizer.language)
    return localizer.say(N_("Unknown type: {name}")).format(name=record_type)


def field_name(record_type: str, path: str, localizer: Localizer) -> str:
    """Return the label of the field at a path, without the entry that contains it."""
    return words_at(record_type, path, localizer.language).label


def return_name(word: str, localizer: Localizer) -> str:
    """Return the name of an agency's figure: a monthly number, or a type of return."""
    if word in RETURN_NUMBERS:
        return field_name(RecordType.AGENCY_RETURN, word, localizer)
    return type_name(word, localizer)


def label_at(context: FieldContext, localizer: Localizer) -> str:
    """Return the label of a path, with the name of the entry that contains it."""
    keys = context.path.split(".")
    name = field_name(context.record_type, context.path, localizer)
    is_named = field_at(context.record_type, context.path) is not None
    if keys[0] == "answers" and len(keys) > 1:
        question = show.as_item(localizer, keys[1])
        return f"{question} · {name}" if is_named and keys[2:] not in ([], ["v"]) else question
    entry = entry_name(context, localizer) if is_named and len(keys) > 1 else None
    return f"{name} · {entry}" if entry else name


def entry_name(context: FieldContext, localizer: Localizer) -> str | None:
    """Return the name of the entry that contains a path: the violation, the member, the audience ..."""
    group, key, *_ = context.path.split(".")
    entry = field_at(context.record_type, f"{group}.{key}")
    if entry is None:
        return None
    if entry.keys == "establishments":
        return localizer.establishment(key)
    if entry.keys:
        return localizer.label(choices_of(entry.keys, localizer.lists), key)
    named = f"{group}.{key}.{entry.named_by}"
    value = read_path(context.data, named) if entry.named_by else None
    return value_text(context.record_type, named, value, localizer) if value else None


def entry_label(context: FieldContext, localizer: Localizer) -> str:
    """Return the label of an entry of a group: its name, unless its value shows the name."""
    group = context.path.partition(".")[0]
    name = None if group in _NAMED_IN_VALUE else entry_name(context, localizer)
    return name or field_name(context.record_type, context.path, localizer)


def entry_text(context: FieldContext, value: object, localizer: Localizer) -> str:
    """Return one entry in a line, without the member that already is its label."""
    group = context.path.partition(".")[0]
    if group == "members" or not isinstance(value, dict):
        return value_text(context.record_type, context.path, value, localizer)
    entry = field_at(context.record_type, context.path)
    named_by = entry.named_by if entry and group not in _NAMED_IN_VALUE else None
    rest = {
        key: item
        for key, item in value.items()
        if key != named_by and _is_read(context.record_type, f"{context.path}.{key}")
    }
    return _object_text(context.record_type, context.path, rest, localizer) if rest else ""


def value_text(record_type: str, path: str, value: object, localizer: Localizer) -> str:
    """Return how the value at a path reads; objects read as their members in one line."""
    keys = path.split(".")
    if value is None:
        return localizer.say(N_("(empty)"))
    if isinstance(value, dict):
        return _object_text(record_type, path, value, localizer)
    if keys[0] == "answers" and len(keys) == 3 and keys[2] == "v":
        return show.answer_text(localizer, keys[1], value)
    if isinstance(value, bool):
        return show.as_deletion(localizer, value) if path == "_deleted" else show.as_flag(localizer, value)
    field = field_at(record_type, path)
    return show.as_declared(localizer, field, value) if field else str(value)


def _object_text(record_type: str, path: str, value: Data, localizer: Localizer) -> str:
    if not value:
        return localizer.say(N_("(empty)"))
    if record_type == RecordType.INSPECTION and path.startswith("answers.") and set(value) == {"v"}:
        return value_text(record_type, f"{path}.v", value["v"], localizer)
    if record_type == RecordType.INSPECTION and path.startswith("members.") and "user" in value:
        position = localizer.choice("team_position", value.get("position"))
        return f"{localizer.person(value['user'])} ({position})"
    if path == "check_in":
        return show.as_check_in(localizer, value)
    ordered = sorted(value, key=lambda key: position_of(record_type, f"{path}.{key}"))
    return "; ".join(_member_text(record_type, f"{path}.{key}", value[key], localizer) for key in ordered)


def _member_text(record_type: str, path: str, value: object, localizer: Localizer) -> str:
    keys = path.split(".")
    text = value_text(record_type, path, value, localizer)
    if keys[-1] == "v" or (keys[0] == "follow_ups" and keys[-1] == "text"):
        return text
    if len(keys) == 2:
        return f"{label_at(FieldContext(record_type, path, {}), localizer)}: {text}"
    return f"{field_name(record_type, path, localizer)}: {text}" if field_at(record_type, path) else text


def _is_read(record_type: str, path: str) -> bool:
    field = field_at(record_type, path)
    return field is None or not field.off_console


# Groups with entries that show their name in their value.
_NAMED_IN_VALUE = frozenset({"members", "follow_ups"})
