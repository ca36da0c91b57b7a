"""Formats of values: one function a kind, from the stored JSON value to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from field178_server.console.text.localize import Localizer
from field178_shared.codelists.checklist import AnswerKind
from field178_shared.schemas.fields.catalogue import choices_of, translated
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import N_

Show = Callable[[Localizer, object], str]

ANSWER_WORDS = {
    "yes": N_("Met"),
    "no": N_("Not met"),
    "partial": N_("Partly met"),
    "na": N_("Not applicable"),
}
ANSWER_TONES = {"yes": "ok", "no": "bad", "partial": "warn", "na": ""}
SOURCE_WORDS = {
    "section": N_("Answered for the whole section"),
    "same_as_last": N_("Taken from last visit"),
    "gps": N_("by the tablet's GPS"),
    "map": N_("chosen on a map"),
    "manual": N_("typed by hand"),
}


_MEASURED = "fix"


def as_declared(localizer: Localizer, field: FieldSpec, value: object) -> str:
    """Show a value by the kind of its field."""
    if isinstance(value, list):
        return "; ".join(as_declared(localizer, field, item) for item in value)
    if field.kind is FieldKind.CHOICE:
        return as_listed(localizer, field.choices, value)
    text = _BY_FIELD_KIND.get(field.kind, as_text)(localizer, value)
    return f"{text} {translated(field.unit, localizer.language)}" if field.unit else text


def as_listed(localizer: Localizer, list_name: str, value: object) -> str:
    """Show one value of a code list; a violation with its code."""
    if list_name == "violations":
        return as_violation(localizer, value)
    return localizer.label(choices_of(list_name, localizer.lists), value)


def as_text(localizer: Localizer, value: object) -> str:
    """Show a text as it was written."""
    return str(value)


def as_flag(localizer: Localizer, value: object) -> str:
    """Return the text of a boolean: yes or no."""
    return localizer.say(N_("Yes")) if value is True else localizer.say(N_("No"))


def as_deletion(localizer: Localizer, value: object) -> str:
    """Return the text of a record's deletion."""
    return localizer.say(N_("deleted")) if value is True else localizer.say(N_("kept"))


def as_violation(localizer: Localizer, value: object) -> str:
    """Show a violation with its code."""
    violation = localizer.lists.violations.get(str(value))
    return f"{violation.code} · {violation.label(localizer.language)}" if violation else str(value)


def as_item(localizer: Localizer, value: object) -> str:
    """Show a question of the checklist."""
    return localizer.label(localizer.lists.items, value)


def as_degrees(localizer: Localizer, value: object) -> str:
    """Return the text of a coordinate in 1e-7 degrees."""
    if not isinstance(value, int):
        return str(value)
    return f"{value / 1e7:.5f}°".replace(".", "," if localizer.language != "en" else ".")


def as_check_in(localizer: Localizer, value: Mapping[str, object]) -> str:
    """Return the text of a check-in: point, accuracy, and source unless measured; or the reason of none."""
    if "lat" not in value or "lon" not in value:
        return localizer.choice("no_point_reason", value.get("no_point_reason", ""))
    point = f"{as_degrees(localizer, value['lat'])}; {as_degrees(localizer, value['lon'])}"
    accuracy, provider = value.get("accuracy_m"), value.get("provider", _MEASURED)
    if accuracy is not None:
        point = f"{point} (±{localizer.number(accuracy)} m)"
    return point if provider == _MEASURED else f"{point}; {localizer.choice('point_provider', provider)}"


def as_source(localizer: Localizer, value: object) -> str:
    """Show how an answer, or the point of an establishment, was given."""
    return localizer.say(SOURCE_WORDS[str(value)]) if str(value) in SOURCE_WORDS else str(value)


def as_bytes(localizer: Localizer, value: object) -> str:
    """Show the size of a file in kilobytes."""
    return f"{localizer.number(max(1, round(value / 1024)))} KB" if isinstance(value, int) else str(value)


def answer_text(localizer: Localizer, item_id: str, value: object) -> str:
    """Show the value of one answer by the kind of its question."""
    item = localizer.lists.items.get(item_id)
    if item is not None and item.is_fact and value in ("yes", "no"):
        return as_flag(localizer, value == "yes")
    if isinstance(value, str) and value in ANSWER_WORDS and (item is None or item.answer in _WORDED):
        return localizer.say(ANSWER_WORDS[value])
    if item is None:
        return str(value)
    if item.choice_list:
        return localizer.choice(item.choice_list, value)
    return _BY_KIND.get(item.answer, as_text)(localizer, value)


_BY_FIELD_KIND: dict[FieldKind, Show] = {
    FieldKind.NUMBER: Localizer.number,
    FieldKind.MONEY: Localizer.money,
    FieldKind.BYTES: as_bytes,
    FieldKind.DEGREES: as_degrees,
    FieldKind.DATE: Localizer.day,
    FieldKind.MONTH: Localizer.month,
    FieldKind.HALF_YEAR: Localizer.half_year,
    FieldKind.INSTANT: Localizer.instant,
    FieldKind.FLAG: as_flag,
    FieldKind.SOURCE: as_source,
    FieldKind.PERSON: Localizer.person,
    FieldKind.TEAM: Localizer.team,
    FieldKind.ESTABLISHMENT: Localizer.establishment,
}
_WORDED = (AnswerKind.YES_NO, AnswerKind.YES_NO_PARTIAL)
_BY_KIND: dict[AnswerKind, Show] = {
    AnswerKind.COUNT: Localizer.number,
    AnswerKind.MONEY: Localizer.money,
    AnswerKind.DATE: Localizer.day,
}
