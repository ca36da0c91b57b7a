"""An import in words: columns, spellings, rows that are refused or look alike, its result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from flask import url_for

from field178_server.console.text.localize import Localizer
from field178_server.office.register_import.checking import TYPE, CheckedFile, CheckedRow
from field178_server.office.register_import.fields import FIELDS, FOR_ALL_ROWS
from field178_server.office.register_import.preview import Preview, Spelling
from field178_server.office.register_import.reading.refusal import refused
from field178_server.office.register_import.reading.table_file import MAX_BYTES
from field178_server.office.register_import.reasons import duplicate_text, field_text
from field178_server.office.register_import.spellings import TYPES, UNITS
from field178_shared.errors import AppError
from field178_shared.schemas.fields.catalogue import field_message
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

MOST_SHOWN = 200
_EXAMPLES = 3
_EXAMPLE_LENGTH = 40

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of the file: its heading, some of its values, and the field it fills."""

    heading: str
    name: str
    examples: str
    chosen: str
    emptied: str


@dataclass(frozen=True, slots=True)
class ForAllField:
    """A field that may have one value for all rows."""

    path: str
    label: str
    chosen: str
    options: Options


@dataclass(frozen=True, slots=True)
class WordLine:
    """A spelling, how often it stands, and what it means."""

    name: str
    text: str
    count: str
    chosen: str
    hint: str
    is_unsure: bool


@dataclass(frozen=True, slots=True)
class WordTable:
    """The spellings of one field."""

    label: str
    lines: tuple[WordLine, ...]
    options: Options
    more: str


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """A reason why a row is refused."""

    row: str
    column: str
    reason: str
    value: str


@dataclass(frozen=True, slots=True)
class LikenessLine:
    """A row that looks like an establishment: its name and address, and what it looks like."""

    number: int
    name: str
    address: str
    reasons: tuple[tuple[str, str | None], ...]
    is_wanted: bool


def column_lines(preview: Preview, localizer: Localizer) -> list[ColumnLine]:
    """Return the columns of the table with some of their values."""
    rows = list(islice(preview.folder.rows(preview.row.import_id, preview.table), 40))
    lines = []
    for number, heading in enumerate(preview.table.headings):
        texts = dict.fromkeys(row.texts[number][:_EXAMPLE_LENGTH] for row in rows if row.texts[number])
        emptied = preview.table.emptied.get(heading, 0)
        said = localizer.say(N_("Left out of {count} cells: names, phone or identity numbers"))
        lines.append(
            ColumnLine(
                heading,
                f"column:{number}",
                " · ".join(islice(texts, _EXAMPLES)),
                preview.choices.columns.get(heading, ""),
                said.format(count=localizer.number(emptied)) if emptied else "",
            )
        )
    return lines


def field_options(localizer: Localizer) -> list[tuple[str, str]]:
    """Return the fields that a column may fill."""
    return [(path, field_text(path, localizer.language)) for path in FIELDS]


def for_all_fields(preview: Preview, localizer: Localizer) -> list[ForAllField]:
    """Return the fields that one value may fill where the row says nothing."""
    return [
        ForAllField(
            path,
            field_text(path, localizer.language),
            preview.choices.for_all.get(path, ""),
            value_options(preview, path, localizer),
        )
        for path in FOR_ALL_ROWS
    ]


def value_options(preview: Preview, path: str, localizer: Localizer) -> Options:
    """Return what may be chosen for a field, units by the alphabet."""
    choices = FIELDS[path].choices
    ids = [value for value, _ in preview.reader.spellings.options(path)]
    if choices == UNITS:
        labelled = [(one, localizer.label(localizer.lists.units, one)) for one in ids]
        return by_label(labelled)
    if choices == TYPES:
        return [(one, localizer.label(localizer.lists.types, one)) for one in ids]
    return [(one, localizer.choice(choices, one)) for one in ids]


def word_tables(preview: Preview, localizer: Localizer) -> list[WordTable]:
    """Return the spellings by field, those first that nobody could tell."""
    by_path: dict[str, list[Spelling]] = {}
    for one in preview.spellings():
        by_path.setdefault(one.path, []).append(one)
    return [_word_table(preview, path, found, localizer) for path, found in by_path.items()]


def _word_table(preview: Preview, path: str, found: list[Spelling], localizer: Localizer) -> WordTable:
    more = len(found) - MOST_SHOWN
    return WordTable(
        field_text(path, localizer.language),
        tuple(_word_line(one, localizer) for one in found[:MOST_SHOWN]),
        value_options(preview, path, localizer),
        localizer.say(N_("and {count} more")).format(count=localizer.number(more)) if more > 0 else "",
    )


def _word_line(one: Spelling, localizer: Localizer) -> WordLine:
    meaning = one.meaning if one.meaning is not None and one.meaning.id == one.chosen else None
    hint = ""
    if not one.chosen:
        hint = localizer.say(N_("Not known: its rows are refused"))
    elif meaning is not None and meaning.former:
        said = (
            N_("{former} is part of it today")
            if meaning.is_sure
            else N_("{former} is part of it today, please check")
        )
        hint = localizer.say(said).format(former=meaning.former)
    elif meaning is not None and not meaning.is_sure:
        hint = localizer.say(N_("Please check"))
    is_unsure = not one.chosen or (meaning is not None and not meaning.is_sure)
    return WordLine(
        f"word:{one.path}:{one.key}", one.text, localizer.number(one.count), one.chosen, hint, is_unsure
    )


def problem_lines(checked: CheckedFile, localizer: Localizer) -> list[RefusalLine]:
    """Return the first problems, in the order of the rows."""
    lines = (
        RefusalLine(
            str(row.number),
            one.heading or field_text(one.path, localizer.language),
            field_message(TYPE, one.path, [one.code], localizer.language),
            one.value[:_EXAMPLE_LENGTH],
        )
        for row in checked.refused
        for one in row.problems
    )
    return list(islice(lines, MOST_SHOWN))


def alike_lines(checked: CheckedFile, localizer: Localizer) -> list[LikenessLine]:
    """Return the first rows that look like an establishment that is known."""
    return [_alike_line(row, localizer) for row in checked.alike[:MOST_SHOWN]]


def _alike_line(row: CheckedRow, localizer: Localizer) -> LikenessLine:
    return LikenessLine(
        row.number,
        str(row.data.get("name", "")),
        str(row.data.get("address_line", "")),
        tuple(
            (
                duplicate_text(one, localizer.language),
                url_for("console.establishments.detail", record_id=one.record_id) if one.record_id else None,
            )
            for one in row.duplicates
        ),
        row.is_wanted,
    )


def missing_text(paths: Sequence[str], localizer: Localizer) -> str:
    """Return which required fields no column fills."""
    names = ", ".join(field_text(path, localizer.language) for path in paths)
    return localizer.say(N_("Nothing fills: {names}. Choose a column, or one value for all rows.")).format(
        names=names
    )


def repeated_text(paths: Sequence[str], localizer: Localizer) -> str:
    """Return which fields several columns fill."""
    names = ", ".join(field_text(path, localizer.language) for path in paths)
    return localizer.say(N_("Filled by several columns: {names}. Choose one of them.")).format(names=names)


def file_problem(error: AppError, localizer: Localizer) -> str:
    """Return why a file cannot be used and what to do."""
    found = _PROBLEMS.get(str(error.details.get("problem")), _PROBLEMS["damaged"])
    limit = error.details.get("limit", 0)
    assert isinstance(limit, int)
    number = limit if limit < 1_000_000 else limit // 1_000_000
    return localizer.say(found).format(
        limit=localizer.number(number), sheet=str(error.details.get("sheet", ""))
    )


def too_large(localizer: Localizer) -> str:
    """Return what is said of a file that is larger than this page takes."""
    return file_problem(refused("too_large", limit=MAX_BYTES), localizer)


def figures(counts: Mapping[str, int], localizer: Localizer) -> list[tuple[str, str, str]]:
    """Return the counts of an import with their names and tones."""
    return [
        (localizer.say(name), localizer.number(counts.get(key, 0)), tone if counts.get(key) else "")
        for key, name, tone in _FIGURES
    ]


_FIGURES = (
    ("rows", N_("Rows with an establishment"), ""),
    ("taken", N_("Added to the register"), "ok"),
    ("refused", N_("Refused"), "bad"),
    ("alike", N_("Looks known, left out"), "warn"),
)
_PROBLEMS = {
    "none": N_("Choose a file first: XLSX or CSV."),
    "empty": N_("The file is empty."),
    "too_large": N_("The file is larger than {limit} MB. Save it without pictures, or in parts."),
    "unpacks_too_large": N_("The workbook unpacks to far more than a register needs. Save its sheet anew."),
    "takes_too_long": N_("Reading the workbook takes too long. Copy its rows into a new workbook."),
    "too_many_rows": N_("The sheet has more than {limit} rows. Split it into several files."),
    "old_or_locked": N_(
        "This is a workbook of Excel before 2007, or one with a password. Save it as XLSX without a password."
    ),
    "not_calculated": N_(
        "Sheet “{sheet}” has formulas without their results. Open the file in Excel and save it."
    ),
    "locked": N_("The workbook has a password. Save it without one."),
    "damaged": N_("The workbook cannot be read: it is damaged or no XLSX file. Open it and save it again."),
    "not_a_table": N_("This is no table. Save the list as XLSX or CSV."),
    "unknown_code": N_("The letters of this file cannot be read. Save it as XLSX, or as CSV UTF-8."),
    "no_headings": N_(
        "No row of headings was found, such as “Tên cơ sở”, “Địa chỉ”. Put them above the rows."
    ),
}
