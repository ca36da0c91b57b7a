"""The form of an entry of a commune: its fields, what was typed, and what is wrong at which field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from field178_server.console.shell.form_fields import InputField
from field178_server.console.shell.typed_values import TypedValues
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control, control_for, typed_text
from field178_shared.merge import Data
from field178_shared.records.commune import CENSUS, PLAN, POST
from field178_shared.schemas import TYPES
from field178_shared.schemas.fields.catalogue import field_at, translated, words_at

PATHS: Mapping[str, tuple[str, ...]] = {
    CENSUS: (
        *("establishment_id", "counted_on", "workers_total", "workers_female", "workers_male"),
        *("workers_sex_unstated", "workers_contract", "workers_health_check", "workers_insured"),
        *("source_document", "note"),
    ),
    POST: (
        *("outlet_id", "published_on", "genre_id", "title", "url", "broadcast_log", "duration_minutes"),
        *("broadcast_times", "topic_ids"),
    ),
    PLAN: ("year", "document_number", "issued_on", "integration_ids", "replaces"),
}
# Long texts that have no second line.
_ONE_LINE = frozenset({"title", "url"})
Options = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class EntryForm:
    """A form: its type, the choices that the commune gives by path, what was typed, and errors by path."""

    record_type: str
    options: Options
    typed: MultiDict[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    def read(self, localizer: Localizer) -> TypedValues:
        """Return the values that were typed."""
        values = TypedValues(localizer.language)
        for path in PATHS[self.record_type]:
            texts = self.typed.getlist(path)
            values.read(path, self._control(path, localizer), texts, is_required=self._is_required(path))
        return values

    def fields(self, localizer: Localizer) -> tuple[InputField, ...]:
        """Return the fields in their order, with what was typed."""
        return tuple(self._field(path, localizer) for path in PATHS[self.record_type])

    def _field(self, path: str, localizer: Localizer) -> InputField:
        words = words_at(self.record_type, path, localizer.language)
        return InputField(
            path,
            f"{words.label} ({words.unit})" if words.unit else words.label,
            self._control(path, localizer),
            tuple(self.typed.getlist(path)),
            help=words.help,
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
        return TYPES[self.record_type].schema.fields[path].required


def typed_in(record_type: str, data: Data, localizer: Localizer) -> MultiDict[str, str]:
    """Return stored values as the form shows them before anything is typed."""
    found: MultiDict[str, str] = MultiDict()
    for path in PATHS[record_type]:
        value, control = data.get(path), control_for(record_type, path, localizer)
        if isinstance(value, list):
            found.setlist(path, [str(one) for one in value])
        elif value is not None:
            found[path] = typed_text(control, value) if control else str(value)
    return found


def label_of(record_type: str, path: str, localizer: Localizer) -> str:
    """Return the label of a field."""
    spec = field_at(record_type, path)
    return translated(spec.label, localizer.language) if spec else path
