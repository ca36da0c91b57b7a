"""The form of one row of a list: fields from its columns, and the row that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from field178_server.console.lists.words import CONFIDENCE, member_name, words_of_returns
from field178_server.console.text.localize import Localizer
from field178_server.office.lists.columns import Kind, ListColumn, columns_of, without_absent
from field178_shared.list_packs import ListPack, ListTable
from field178_shared.list_packs.pack import files_with
from field178_shared.list_packs.tables import Row
from field178_shared.text.formats import parse_whole_number
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label, nfc

NO_DAY = N_("A day is wanted, as 2026-07-01.")
_LONG = 60
_BLANK_LINES = 1
# `frames.3.min`: nested table, line, member.
_PARTS, _DIGITS = 3, 4


@dataclass(frozen=True, slots=True)
class RowField:
    """Member of the row; `locked`: reason why it cannot be changed."""

    name: str
    label: str
    kind: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    is_locked: bool = False
    error: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class FormLines:
    """A nested table of the row: the labels of its columns, and its lines with some empty ones."""

    label: str
    heads: tuple[str, ...]
    lines: tuple[tuple[RowField, ...], ...]


@dataclass(frozen=True, slots=True)
class RowForm:
    """The form of a row."""

    fields: tuple[RowField, ...]
    tables: tuple[FormLines, ...]


@dataclass(frozen=True, slots=True)
class TypedRow:
    """What was typed: the row, and the error of each field that is no such value."""

    row: Row
    errors: Mapping[str, str]


def row_form(
    pack: ListPack, table: ListTable, key: str, row: Row, errors: Mapping[str, str], localizer: Localizer
) -> RowForm:
    """Return the form of a row; a new one has the key "" and free identity."""
    columns = _columns(pack, table)
    locked = frozenset((*table.key, *table.identity)) if key else frozenset()
    plain = [column for column in columns if column.kind is not Kind.ROWS]
    return RowForm(
        tuple(
            _field(column, column.name, row.get(column.name), localizer, column.name in locked, errors)
            for column in plain
        ),
        tuple(_lines(column, row, errors, localizer) for column in columns if column.kind is Kind.ROWS),
    )


def typed_row(
    pack: ListPack, table: ListTable, stored: Row, form: Mapping[str, str], localizer: Localizer
) -> TypedRow:
    """Return the row of a sent form; members that cannot be changed keep their stored values."""
    errors: dict[str, str] = {}
    row: Row = {}
    for column in _columns(pack, table):
        if column.kind is Kind.ROWS:
            row[column.name] = _typed_lines(column, form, errors, localizer)
        elif stored and column.name in (*table.key, *table.identity):
            row[column.name] = stored.get(column.name)
        else:
            row[column.name] = _typed(column, column.name, form, errors, localizer)
    return TypedRow(without_absent(row), errors)


def _columns(pack: ListPack, table: ListTable) -> tuple[ListColumn, ...]:
    return columns_of([*table.rows(files_with(pack)).values(), table.sample])


def _lines(column: ListColumn, row: Row, errors: Mapping[str, str], localizer: Localizer) -> FormLines:
    listed = row.get(column.name)
    stored = [line for line in listed if isinstance(line, dict)] if isinstance(listed, list) else []
    lines = [*stored, *({} for _ in range(_BLANK_LINES))]
    return FormLines(
        member_name(column.name, localizer),
        tuple(member_name(member.name, localizer) for member in column.columns),
        tuple(
            tuple(
                _field(
                    member,
                    f"{column.name}.{number}.{member.name}",
                    line.get(member.name),
                    localizer,
                    False,
                    errors,
                )
                for member in column.columns
            )
            for number, line in enumerate(lines)
        ),
    )


def _field(  # one part of a field each
    column: ListColumn,
    name: str,
    value: object,
    localizer: Localizer,
    locked: bool,
    errors: Mapping[str, str],
) -> RowField:
    text = column.to_text(value)
    options = _options(column.name, text, localizer)
    kind = "choice" if options else column.kind.value
    if kind in ("text", "other", "texts") and (len(text) > _LONG or column.name in ("vi", "en", "source")):
        kind = "long"
    label, hint = member_name(column.name, localizer), ""
    if column.name == "returns":
        hint = words_of_returns(localizer)
    return RowField(name, label, kind, text, options, locked, errors.get(name, ""), hint)


def _options(name: str, text: str, localizer: Localizer) -> tuple[tuple[str, str], ...]:
    """Return the options of a member; a unit that ended stays an option where it is chosen."""
    lists = localizer.lists
    match name:
        case "confidence":
            return tuple((value, localizer.say(label)) for value, label in CONFIDENCE.items())
        case "unit_id":
            units = (unit for unit in lists.units.values() if unit.valid_to is None or unit.id == text)
            return by_label((unit.id, localizer.label(lists.units, unit.id)) for unit in units)
        case "channel_id":
            return by_label((key, localizer.label(lists.media_channels, key)) for key in lists.media_channels)
    return ()


def _typed_lines(
    column: ListColumn, form: Mapping[str, str], errors: dict[str, str], localizer: Localizer
) -> list[Row]:
    numbers = {
        number
        for name in form
        if (parts := name.split("."))[0] == column.name
        and len(parts) == _PARTS
        and (number := parse_whole_number(parts[1], _DIGITS)) is not None
    }
    lines = [
        without_absent(
            {
                member.name: _typed(member, f"{column.name}.{number}.{member.name}", form, errors, localizer)
                for member in column.columns
            }
        )
        for number in sorted(numbers)
    ]
    return [line for line in lines if line]


def _typed(
    column: ListColumn, name: str, form: Mapping[str, str], errors: dict[str, str], localizer: Localizer
) -> object:
    text = nfc(form.get(name, ""))
    try:
        return column.from_text(text)
    except ValueError:
        errors[name] = localizer.say(_WRONG.get(column.kind, N_("This is no such value.")))
        return text


_WRONG = {
    Kind.WHOLE: N_("A whole number is wanted."),
    Kind.NUMBER: N_("A number is wanted."),
    Kind.DAY: NO_DAY,
}
