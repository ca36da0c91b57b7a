"""Values typed in the office: the control of a kind, and the parsing of its text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from field178_server.console.text import format_values as show
from field178_server.console.text.field_labels import value_text
from field178_server.console.text.localize import Localizer
from field178_shared.errors import AppError, ErrorCode
from field178_shared.schemas.field_types import TYPED_MAXIMUM
from field178_shared.schemas.fields.catalogue import bounds_at, described_at, field_at
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.formats import parse_date, parse_whole_number
from field178_shared.text.normalisation import by_label, nfc
from field178_shared.time.clock import VIETNAM, from_wire, to_wire

LONG_TEXT = 120
Described = Mapping[str, object]

# The tablet measures clocks and positions; nobody in the office can correct them.
_NOT_TYPED = frozenset(
    {
        "captured_at",
        "filed_at",
        "clock_offset_s",
        "tz_offset",
        "codelist_version",
        "record_code",
        "attachments",
        "check_in",
    }
)
# Minus signs of keyboards and worksheets.
_MINUS = ("-", "\u2212", "\u2013")
_GROUPED = re.compile(r"\d{1,3}([.,\u00a0 ]\d{3})+")


@dataclass(frozen=True, slots=True)
class Control:
    """Control of a value: `kind` is text, long, number, date, instant, time, flag, choice or choices.

    `bounds`: limits of typed numbers, where the schema accepts larger ones.
    """

    kind: str
    max_length: int | None = None
    options: tuple[tuple[str, str], ...] = ()
    bounds: tuple[int, int] | None = None


def control_for(record_type: str, path: str, localizer: Localizer, on: date | None = None) -> Control | None:
    """Return the control of a path, None for a value of several parts or one that is never typed.

    With the day of the act it offers the agencies of that day alone.
    """
    described, field = described_at(record_type, path), field_at(record_type, path)
    kind = _kind_of(field, described) if described is not None else None
    if described is None or kind is None or path.partition(".")[0] in _NOT_TYPED:
        return None
    limit = described.get("maxLength")
    items = described.get("items") if kind == "choices" else described
    ids = items.get("enum") if isinstance(items, Mapping) else None
    if on and field and field.choices == "agencies" and isinstance(ids, list):
        agencies, in_force = localizer.lists.agencies, localizer.lists.agencies.on(on)
        ids = [agency_id for agency_id in ids if agency_id in in_force or agency_id not in agencies]
    return Control(
        kind="long" if kind == "text" and isinstance(limit, int) and limit > LONG_TEXT else kind,
        max_length=limit if isinstance(limit, int) else None,
        options=_options((record_type, path), ids, localizer) if isinstance(ids, list) else (),
        bounds=bounds_at(record_type, path) if TYPED_MAXIMUM in described else None,
    )


def typed_text(control: Control, value: object) -> str:
    """Return a stored value as its control shows it before anything is typed."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    moment = from_wire(value) if control.kind == "instant" and isinstance(value, str) else None
    return (
        moment.astimezone(VIETNAM).replace(tzinfo=None).isoformat(timespec="minutes")
        if moment
        else str(value)
    )


def read_typed(control: Control | None, texts: Sequence[str]) -> object:
    """Return the value of typed texts, or raise AppError with the code of the fault."""
    if control is None:
        raise AppError(ErrorCode.WRONG_TYPE)
    given = [nfc(text).strip() for text in texts if text.strip()]
    if not given:
        raise AppError(ErrorCode.REQUIRED)
    if control.kind == "choices":
        return given
    value = _READERS.get(control.kind, str)(given[0])
    if control.bounds and isinstance(value, int) and not control.bounds[0] <= value <= control.bounds[1]:
        raise AppError(ErrorCode.OUT_OF_RANGE)
    return value


def typed_again(field: tuple[str, str], texts: Sequence[str], localizer: Localizer) -> str:
    """Return typed texts as the text of their value; an invalid value as it was typed."""
    try:
        return value_text(*field, read_typed(control_for(*field, localizer), texts), localizer)
    except AppError:
        return ", ".join(texts)


def _options(
    field: tuple[str, str], ids: Sequence[object], localizer: Localizer
) -> tuple[tuple[str, str], ...]:
    """Return the choices with their labels: answers in the order of the checklist, others by the alphabet."""
    labelled = [(str(value), value_text(*field, value, localizer)) for value in ids]
    if set(ids) <= set(show.ANSWER_WORDS):
        order = list(show.ANSWER_WORDS)
        return tuple(sorted(labelled, key=lambda option: order.index(option[0])))
    return by_label(labelled)


def _whole_number(text: str) -> object:
    sign = text[:1] if text[:1] in _MINUS else ""
    text = text[len(sign) :].strip()
    digits = re.sub(r"[.,\u00a0 ]", "", text) if _GROUPED.fullmatch(text) else text
    number = parse_whole_number(digits)
    if number is None:
        raise AppError(ErrorCode.NOT_INTEGER)
    if sign and number:
        raise AppError(ErrorCode.NEGATIVE)
    return number


def _instant(text: str) -> object:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise AppError(ErrorCode.BAD_TIME) from None
    return to_wire(local.replace(tzinfo=VIETNAM) if local.tzinfo is None else local)


def _flag(text: str) -> object:
    return text == "yes"


def _day(text: str) -> object:
    """Return a day in its stored form; browsers without a date picker send it as it was typed."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        day = parse_date(text)
    if day is None:
        raise AppError(ErrorCode.BAD_DATE)
    return day.isoformat()


_READERS = {"date": _day, "number": _whole_number, "instant": _instant, "flag": _flag}


def _kind_of(field: FieldSpec | None, described: Described) -> str | None:
    """Return the kind of the control; answers are typed as their own question describes them."""
    if described.get("type") == "array":
        items = described.get("items")
        return "choices" if isinstance(items, Mapping) and "enum" in items else None
    if "enum" in described:
        return "choice"
    if field is None or field.kind is FieldKind.ANSWER:
        type_name = str(described.get("format") or described.get("type"))
        return {"date": "date", "integer": "number", "string": "text"}.get(type_name)
    return _BY_KIND.get(field.kind)


_BY_KIND = {
    FieldKind.TEXT: "text",
    FieldKind.LONG_TEXT: "text",
    FieldKind.NUMBER: "number",
    FieldKind.MONEY: "number",
    FieldKind.BYTES: "number",
    FieldKind.DATE: "date",
    FieldKind.MONTH: "date",
    FieldKind.HALF_YEAR: "date",
    FieldKind.INSTANT: "instant",
    FieldKind.TIME_OF_DAY: "time",
    FieldKind.FLAG: "flag",
}
