"""Form of an entry by its declared fields: typed texts, values, errors, and remarks beside fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from field178_server.console.shell.form_fields import InputField
from field178_server.console.shell.typed_values import TypedValues
from field178_server.console.text.field_labels import FieldContext, entry_name, value_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control, control_for, typed_text
from field178_shared.merge import Data, read_path, write_path
from field178_shared.schemas import TYPES
from field178_shared.schemas.fields.catalogue import field_at, words_at
from field178_shared.schemas.fields.spec import FieldKind
from field178_shared.text.i18n import N_

# Long texts that have no second line.
_ONE_LINE = frozenset({"title", "url"})
Options = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class EntryForm:
    """Form of a type: paths, options by path that no list has, typed texts, errors by path.

    `required`: paths that the form requires beside those of the schema; `beside`: remarks by path.
    """

    record_type: str
    paths: tuple[str, ...]
    options: Options
    typed: MultiDict[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    beside: Mapping[str, str] = field(default_factory=dict)

    def read(self, localizer: Localizer) -> TypedValues:
        """Return the values that were typed."""
        values = TypedValues(localizer.language)
        for path in self.paths:
            texts = self.typed.getlist(path)
            values.read(path, self._control(path, localizer), texts, is_required=self._is_required(path))
        return values

    def fields(self, localizer: Localizer) -> tuple[InputField, ...]:
        """Return the fields in order with their typed texts."""
        return tuple(self._field(path, localizer) for path in self.paths)

    def _field(self, path: str, localizer: Localizer) -> InputField:
        words = words_at(self.record_type, path, localizer.language)
        unit = words.unit
        if (spec := field_at(self.record_type, path)) and spec.kind is FieldKind.MONEY:
            unit = localizer.say(N_("đồng"))
        label = entry_label_of(self.record_type, path, localizer)
        return InputField(
            path,
            f"{label} ({unit})" if unit else label,
            self._control(path, localizer),
            tuple(self.typed.getlist(path)),
            help=" ".join(part for part in (words.help, self.beside.get(path, "")) if part),
            example=words.example,
            error=self.errors.get(path, ""),
            is_required=self._is_required(path),
        )

    def _control(self, path: str, localizer: Localizer) -> Control:
        if path in self.options:
            return Control("choice", options=tuple(self.options[path]))
        control = control_for(self.record_type, path, localizer)
        assert control is not None, path
        return replace(control, kind="text") if path in _ONE_LINE else control

    def _is_required(self, path: str) -> bool:
        declared = TYPES[self.record_type].schema.fields
        return path in self.required or (path in declared and declared[path].required)


def data_typed(values: TypedValues) -> Data:
    """Return the values that were typed as the data of a record."""
    data: Data = {}
    for path, value in values.filled().items():
        data = write_path(data, path, value)
    return data


def typed_entry(
    record_type: str, paths: Sequence[str], data: Data, localizer: Localizer
) -> MultiDict[str, str]:
    """Return stored values as the form shows them before anything is typed."""
    typed: MultiDict[str, str] = MultiDict()
    for path in paths:
        value, control = read_path(data, path), control_for(record_type, path, localizer)
        if isinstance(value, list):
            typed.setlist(path, [str(item) for item in value])
        elif value is not None:
            typed[path] = typed_text(control, value) if control else str(value)
    return typed


def entry_label_of(record_type: str, path: str, localizer: Localizer) -> str:
    """Return the label of a field; for a number of a list, the name of its row."""
    context = FieldContext(record_type, path, {})
    own = entry_name(context, localizer) if "." in path else None
    return own or words_at(record_type, path, localizer.language).label


def entry_facts(
    record_type: str, paths: Sequence[str], data: Data, localizer: Localizer
) -> list[tuple[str, str]]:
    """Return label and text of each path that has a value."""
    return [
        (entry_label_of(record_type, path, localizer), value_text(record_type, path, value, localizer))
        for path in paths
        if (value := read_path(data, path)) is not None
    ]
