"""A value of a record in words, for people who compare two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from field178_mobile.presentation.wording import Wording
from field178_shared.text.formats import date_text, number_text
from field178_shared.text.i18n import N_

NOTHING = "–"
DELETED = "_deleted"
_ANSWERS = {
    "yes": N_("Compliant"),
    "partial": N_("Partly"),
    "no": N_("Not compliant"),
    "na": N_("Not applicable"),
}


def value_text(path: str, value: object, words: Wording) -> str:
    """Return what a value says: a label, a date, an answer, a number; several joined by commas."""
    if isinstance(value, Mapping):
        inner = value.get("v", value)
        parts = inner.items() if isinstance(inner, Mapping) else ((path, inner),)
        return ", ".join(value_text(f"{path}.{key}", item, words) for key, item in parts) or NOTHING
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(value_text(path, item, words) for item in value) or NOTHING
    return _plain(path, value, words)


def _plain(path: str, value: object, words: Wording) -> str:
    if path == DELETED:
        return words.say(N_("Deleted") if value else N_("Kept"))
    if isinstance(value, bool):
        return words.say(N_("Yes") if value else N_("No"))
    if isinstance(value, int):
        return number_text(value, words.language)
    if not isinstance(value, str) or not value:
        return NOTHING
    if path.startswith("answers.") and value in _ANSWERS:
        return words.say(_ANSWERS[value])
    return _date(value, words) or _label(value, words) or value


def _date(value: str, words: Wording) -> str:
    try:
        return date_text(date.fromisoformat(value), words.language) if len(value) == 10 else ""
    except ValueError:
        return ""


def _label(value: str, words: Wording) -> str:
    lists = words.lists
    named = (lists.units, lists.types, lists.agencies, lists.topics)
    counted = (lists.materials, lists.audiences, lists.forms)
    for table in (*named, *counted):
        if value in table:
            return table[value].label(words.language)
    choices = (choice for name in lists.choices for choice in lists.choices[name] if choice.id == value)
    found = next(choices, None)
    return found.label(words.language) if found else ""
