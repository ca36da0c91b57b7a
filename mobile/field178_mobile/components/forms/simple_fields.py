"""The fields that a form draws from their declarations: a text, a number, a date or a choice each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from field178_mobile.presentation.draft_session import Changes, Data
from field178_mobile.presentation.wording import Option, Wording
from field178_shared.codelists.labels import ListChoice
from field178_shared.records.reading import count_of, day_of_act, text_of
from field178_shared.schemas.fields.catalogue import (
    FieldWords,
    choices_of,
    described_at,
    fields_in,
    max_length,
    words_at,
)
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec

# A value typed letter by letter is kept at each of them.
TYPED_KINDS = frozenset({FieldKind.TEXT, FieldKind.LONG_TEXT})
NOT_CHOSEN = Option("", "–")


@dataclass(frozen=True, slots=True)
class Pins:
    """Messages at the fields of a form by path: comments of the office, problems, privacy marks."""

    comments: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    lint: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SimpleField:
    """Field with its value and messages; a date is its ISO text."""

    path: str
    kind: FieldKind
    words: FieldWords
    text: str
    number: int | None
    options: tuple[Option, ...]
    longest: int
    comment: str
    problem: str
    lint: str

    @property
    def is_empty(self) -> bool:
        """Return whether the field of the record is empty."""
        return not self.text and self.number is None


def is_drawn(record_type: str, spec: FieldSpec) -> bool:
    """Return whether a form can draw a field from its declaration: lists and parts of groups it cannot."""
    described = described_at(record_type, spec.path) or {}
    return spec.is_simple and not spec.off_tablet and described.get("type") != "array"


def simple_fields(
    place: tuple[str, str], data: Data, pins: Pins, words: Wording, without: Collection[str]
) -> tuple[SimpleField, ...]:
    """Return the fields of a record type's section in order, without fields that the form draws itself."""
    record_type, section = place
    return tuple(
        simple_field(record_type, spec, data, pins, words)
        for spec in fields_in(record_type, section)
        if spec.path not in without and is_drawn(record_type, spec)
    )


def simple_field(record_type: str, spec: FieldSpec, data: Data, pins: Pins, words: Wording) -> SimpleField:
    """Return one field as a form draws it."""
    path = spec.path
    return SimpleField(
        path=path,
        kind=spec.kind,
        words=words_at(record_type, path, words.language),
        text=text_of(data, path),
        number=count_of(data, path),
        options=_options(record_type, spec, data, words),
        longest=max_length(record_type, path),
        comment=pins.comments.get(path, ""),
        problem=pins.problems.get(path, ""),
        lint=pins.lint.get(path, ""),
    )


def write(record_type: str, path: str, value: str | int) -> Changes:
    """Return the change of one field; a text is cut to its maximum length."""
    if isinstance(value, int):
        return {path: value if value >= 0 else None}
    return {path: value[: max_length(record_type, path) or None] or None}


def _options(record_type: str, spec: FieldSpec, data: Data, words: Wording) -> tuple[Option, ...]:
    if spec.kind is not FieldKind.CHOICE:
        return ()
    chosen, day = data.get(spec.path), day_of_act(data)
    allowed = (described_at(record_type, spec.path) or {}).get("enum")
    offered = tuple(
        Option(key, entry.label(words.language), key == chosen)
        for key, entry in choices_of(spec.choices, words.lists).items()
        if isinstance(allowed, list)
        and key in allowed
        and (day is None or entry.valid_on(day) or key == chosen)
        and not (isinstance(entry, ListChoice) and entry.computed)
    )
    return (NOT_CHOSEN, *offered) if chosen else offered
