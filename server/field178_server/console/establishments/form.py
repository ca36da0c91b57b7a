"""Form of a register entry: its fields from the record's declarations, and the values that were typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from field178_server.console.shell.form_fields import InputField
from field178_server.console.shell.typed_values import Reader, TypedValues
from field178_server.console.text.field_labels import FieldContext, field_name, label_at, type_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control, control_for, read_typed, typed_text
from field178_server.records.access import AccessFilter
from field178_shared.codelists.units import COMMUNE_KINDS
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data, read_path
from field178_shared.record_type import RecordType
from field178_shared.schemas import TYPES
from field178_shared.schemas.fields.catalogue import choices_of, field_at, field_messages, fields_in, words_at
from field178_shared.schemas.fields.spec import FieldKind
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

UNIT = "unit_id"
DEGREES = "degrees"
# Fields that are shown only if another field has one of these values; else they are empty.
CONDITIONS: Mapping[str, tuple[str, frozenset[str]]] = {
    "closed_on": ("operating_status_id", frozenset({"closed"})),
    "inspection_priority_reason": ("inspection_priority_id", frozenset({"elevated", "high"})),
}
_SECTIONS = (("identity", ""), ("registration", N_("Registration")))
_NOT_TYPED = frozenset({"merged_into", "former_unit_ids"})
_DEGREES = re.compile(r"-?\d{1,3}([.,]\d{1,15})?°?")
_CERTIFICATE_PARTS = ("status", "number", "issued_on", "expires_on", "issuer_agency")


@dataclass(frozen=True, slots=True)
class EntrySection:
    """Fields under one heading."""

    title: str
    fields: tuple[InputField, ...]
    path: str = ""
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class EntryFormSource:
    """What a form shows: values of a record or texts as they were typed, and the errors by path."""

    data: Data
    typed: Mapping[str, str] | None
    errors: Mapping[str, str]
    units: Sequence[tuple[str, str]] | None = None


def form_sections(source: EntryFormSource, localizer: Localizer) -> tuple[EntrySection, ...]:
    """Return the form's sections; with `units` it asks for the commune."""
    sections = [
        EntrySection(
            localizer.say(title) if title else type_name(RecordType.ESTABLISHMENT, localizer),
            tuple(_field(path, source, localizer) for path in paths_in(key) if _is_asked(path, source)),
        )
        for key, title in _SECTIONS
    ]
    return (*sections, *_certificates(source, localizer))


def paths_in(section: str) -> tuple[str, ...]:
    """Return the paths of a section that the office types."""
    return tuple(
        spec.path for spec in fields_in(RecordType.ESTABLISHMENT, section) if spec.path not in _NOT_TYPED
    )


def certificate_kinds(localizer: Localizer) -> tuple[str, ...]:
    """Return the kinds of certificates in the order of the list."""
    return tuple(choices_of("certificate_kind", localizer.lists))


def units_offered(access: AccessFilter, today: date, localizer: Localizer) -> Sequence[tuple[str, str]]:
    """Return the communes that exist on a day and that the officer sees, by name."""
    units = [
        (unit.id, unit.label(localizer.language))
        for unit in localizer.lists.units.values()
        if unit.type in COMMUNE_KINDS
        and localizer.lists.unit_valid_on(unit.id, today)
        and access.holds(f"unit:{unit.id}")
    ]
    return by_label(units)


def typed_entry(form: Mapping[str, str], localizer: Localizer, *, is_new: bool) -> TypedValues:
    """Return the typed texts of the fields of the form."""
    typed = TypedValues(localizer.language)
    for path in _plain_paths(is_new=is_new):
        if path in form:
            _read(typed, path, form, localizer)
    for path, (condition, values) in CONDITIONS.items():
        if path in typed.values and typed.values.get(condition) not in values:
            typed.drop(path)
    for kind in certificate_kinds(localizer):
        if f"certificates.{kind}.{_CERTIFICATE_PARTS[0]}" in form:
            _read_certificate(typed, kind, form, localizer)
    return typed


def _read(typed: TypedValues, path: str, form: Mapping[str, str], localizer: Localizer) -> None:
    control = _control(path, localizer)
    typed.read(path, control, [form.get(path, "")], reader=_READERS.get(control.kind, read_typed))


def _read_certificate(typed: TypedValues, kind: str, form: Mapping[str, str], localizer: Localizer) -> None:
    """Read the fields of a certificate; a certificate without values is removed."""
    paths = [f"certificates.{kind}.{part}" for part in _CERTIFICATE_PARTS]
    for path in paths:
        _read(typed, path, form, localizer)
    if all(typed.values[path] is None and path not in typed.errors for path in paths):
        for path in paths:
            del typed.values[path]
        typed.values[f"certificates.{kind}"] = None


def field_label(path: str, localizer: Localizer) -> str:
    """Return the label of a field, with the name of the certificate that it belongs to."""
    return label_at(FieldContext(RecordType.ESTABLISHMENT, path, {}), localizer)


def errors_of(problems: Mapping[str, Sequence[str]], localizer: Localizer) -> dict[str, str]:
    """Return the sentence of each problem by the path of its field."""
    return field_messages(RecordType.ESTABLISHMENT, problems, localizer.language)


def error_links(errors: Mapping[str, str], localizer: Localizer) -> list[tuple[str, str, str]]:
    """Return label, sentence and address of each error for the summary, in the order of the form."""
    order = [*_plain_paths(is_new=True), *errors]
    return [
        (field_label(path, localizer), errors[path], f"#field-{path}")
        for path in dict.fromkeys(order)
        if path in errors
    ]


def _plain_paths(*, is_new: bool) -> Iterator[str]:
    for key, _ in _SECTIONS:
        yield from (path for path in paths_in(key) if is_new or path != UNIT)


def _is_required(path: str) -> bool:
    field = TYPES[RecordType.ESTABLISHMENT].schema.fields.get(path)
    return field is not None and field.required


def _is_asked(path: str, source: EntryFormSource) -> bool:
    return path != UNIT or source.units is not None


def _field(path: str, source: EntryFormSource, localizer: Localizer) -> InputField:
    control = _control(path, localizer)
    if path == UNIT and source.units is not None:
        control = Control("choice", options=tuple(source.units))
    words = words_at(RecordType.ESTABLISHMENT, path, localizer.language)
    asking = CONDITIONS.get(path)
    return InputField(
        path=path,
        label=field_label(path, localizer),
        control=control,
        typed=(_text(path, control, source),),
        help=words.help,
        example=words.example,
        error=source.errors.get(path, ""),
        condition=f"when-{path}" if asking else "",
        is_required=_is_required(path),
    )


def _text(path: str, control: Control, source: EntryFormSource) -> str:
    if source.typed is not None:
        return source.typed.get(path, "")
    value = read_path(source.data, path)
    if control.kind == DEGREES:
        return f"{value / 1e7:.7f}".rstrip("0").rstrip(".") if isinstance(value, int) else ""
    return typed_text(control, value)


def _certificates(source: EntryFormSource, localizer: Localizer) -> Iterator[EntrySection]:
    for kind in certificate_kinds(localizer):
        path = f"certificates.{kind}"
        fields = tuple(_part(f"{path}.{part}", source, localizer) for part in _CERTIFICATE_PARTS)
        is_open = any(any(field.typed) or field.error for field in fields)
        title = localizer.label(choices_of("certificate_kind", localizer.lists), kind)
        yield EntrySection(title, fields, path, is_open or path in source.errors)


def _part(path: str, source: EntryFormSource, localizer: Localizer) -> InputField:
    control = _control(path, localizer)
    return InputField(
        path=path,
        label=field_name(RecordType.ESTABLISHMENT, path, localizer),
        control=control,
        typed=(_text(path, control, source),),
        error=source.errors.get(path, ""),
    )


def _control(path: str, localizer: Localizer) -> Control:
    spec = field_at(RecordType.ESTABLISHMENT, path)
    if spec is not None and spec.kind is FieldKind.DEGREES:
        return Control(DEGREES, 20)
    control = control_for(RecordType.ESTABLISHMENT, path, localizer)
    assert control is not None, path
    return control


def _degrees(_control: Control, texts: Sequence[str]) -> int:
    """Return the value of a typed coordinate in 1e-7 degrees; a comma or a point separates the fraction."""
    (text,) = texts
    if not _DEGREES.fullmatch(text):
        raise AppError(ErrorCode.WRONG_TYPE)
    try:
        return round(Decimal(text.rstrip("°").replace(",", ".")) * 10_000_000)
    except InvalidOperation:
        raise AppError(ErrorCode.WRONG_TYPE) from None


_READERS: Mapping[str, Reader] = {DEGREES: _degrees}
