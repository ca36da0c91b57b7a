"""A value of a record in words, for people who compare two of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from field178_mobile.presentation.wording import Wording
from field178_shared.schemas.fields.catalogue import choices_of, field_at, translated
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.formats import date_text, datetime_text, money_text, number_text
from field178_shared.text.i18n import N_
from field178_shared.time.clock import from_wire

NOTHING = "–"
DELETED = "_deleted"
_ANSWERS = {
    "yes": N_("Compliant"),
    "partial": N_("Partly"),
    "no": N_("Not compliant"),
    "na": N_("Not applicable"),
}


def value_text(record_type: str, path: str, value: object, words: Wording) -> str:
    """Return a value as text: a label, a date, an answer, a number; several values joined by commas."""
    if isinstance(value, Mapping):
        inner = value.get("v", value)
        parts = inner.items() if isinstance(inner, Mapping) else (("v", inner),)
        texts = (value_text(record_type, f"{path}.{key}", item, words) for key, item in parts)
        return ", ".join(texts) or NOTHING
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(value_text(record_type, path, item, words) for item in value) or NOTHING
    return _plain(record_type, path, value, words)


def _plain(record_type: str, path: str, value: object, words: Wording) -> str:
    if path == DELETED:
        return words.say(N_("Deleted") if value else N_("Kept"))
    if isinstance(value, bool):
        return words.say(N_("Yes") if value else N_("No"))
    field = field_at(record_type, path)
    if isinstance(value, int):
        return _number(value, field, words)
    if not isinstance(value, str) or not value:
        return NOTHING
    if field is None:
        return value
    if field.kind is FieldKind.ANSWER:
        return _answer(path.split(".")[1], value, words)
    if field.kind is FieldKind.CHOICE:
        chosen = choices_of(field.choices, words.lists).get(value)
        return chosen.label(words.language) if chosen else value
    return _TEXTS.get(field.kind, _as_written)(value, words)


def _number(value: int, field: FieldSpec | None, words: Wording) -> str:
    if field is not None and field.kind is FieldKind.MONEY:
        return money_text(value, words.language)
    unit = translated(field.unit, words.language) if field else ""
    return f"{number_text(value, words.language)} {unit}".rstrip()


def _answer(item_id: str, value: str, words: Wording) -> str:
    item = words.lists.items.get(item_id)
    if item is not None and item.choice_list:
        return words.choice(item.choice_list, value)
    return words.say(_ANSWERS[value]) if value in _ANSWERS else _date(value, words)


def _date(value: str, words: Wording) -> str:
    try:
        return date_text(date.fromisoformat(value), words.language) if len(value) == 10 else value
    except ValueError:
        return value


def _instant(value: str, words: Wording) -> str:
    moment = from_wire(value)
    return datetime_text(moment, words.language) if moment else value


def _as_written(value: str, _words: Wording) -> str:
    return value


_TEXTS: Mapping[FieldKind, Callable[[str, Wording], str]] = {
    FieldKind.DATE: _date,
    FieldKind.INSTANT: _instant,
}
