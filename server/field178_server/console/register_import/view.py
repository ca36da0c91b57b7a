"""Texts of an import: columns with examples, spellings, problems of rows and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from field178_server.console.text.localize import Localizer
from field178_server.office.register_import.checking import CheckedFile, CheckedRow
from field178_server.office.register_import.fields import FIELDS, FOR_ALL_ROWS
from field178_server.office.register_import.preview import Preview, Spelling
from field178_server.office.register_import.reading.refusal import refused
from field178_server.office.register_import.reading.table_file import MAX_BYTES
from field178_server.office.register_import.reasons import duplicate_text, field_text
from field178_server.office.register_import.spellings import TYPES, UNITS
from field178_shared.errors import AppError
from field178_shared.record_type import RecordType
from field178_shared.schemas.fields.catalogue import field_message
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

MOST_SHOWN = 200
_EXAMPLES = 3
_EXAMPLE_LENGTH = 40

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ForAllField:
    """A field that may have one value for all rows."""

    path: str
    label: str
    chosen: str
    options: Options


@dataclass(frozen=True, slots=True)
class WordLine:
    """A spelling with a hint about its meaning."""

    spelling: Spelling
    hint: str
    is_unsure: bool


@dataclass(frozen=True, slots=True)
class WordTable:
    """The spellings of one field."""

    label: str
    lines: tuple[WordLine, ...]
    options: Options
    more: int


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """A reason why a row is refused."""

    row: int
    column: str
    reason: str
    value: str


def column_lines(preview: Preview) -> list[tuple[str, str]]:
    """Return the headings of the columns with some of their values."""
    rows = list(islice(preview.folder.rows(preview.row.import_id, preview.table), 40))
    lines = []
    for number, heading in enumerate(preview.table.headings):
        texts = dict.fromkeys(row.texts[number][:_EXAMPLE_LENGTH] for row in rows if row.texts[number])
        lines.append((heading, " · ".join(islice(texts, _EXAMPLES))))
    return lines


def field_options(localizer: Localizer) -> list[tuple[str, str]]:
    """Return the fields that a column may fill."""
    return [(path, field_text(path, localizer.language)) for path in FIELDS]


def for_all_fields(preview: Preview, localizer: Localizer) -> list[ForAllField]:
    """Return the fields for which a default value may be chosen."""
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
    """Return the options of a field, units in alphabetical order."""
    choices = FIELDS[path].choices
    ids = [value for value, _ in preview.reader.spellings.options(path)]
    if choices == UNITS:
        return by_label((unit_id, localizer.label(localizer.lists.units, unit_id)) for unit_id in ids)
    if choices == TYPES:
        return [(type_id, localizer.label(localizer.lists.types, type_id)) for type_id in ids]
    return [(choice_id, localizer.choice(choices, choice_id)) for choice_id in ids]


def word_tables(preview: Preview, localizer: Localizer) -> list[WordTable]:
    """Return the spellings by field, those without a meaning first."""
    by_path: dict[str, list[Spelling]] = {}
    for spelling in preview.spellings():
        by_path.setdefault(spelling.path, []).append(spelling)
    return [
        WordTable(
            field_text(path, localizer.language),
            tuple(_word_line(spelling, localizer) for spelling in spellings[:MOST_SHOWN]),
            value_options(preview, path, localizer),
            max(0, len(spellings) - MOST_SHOWN),
        )
        for path, spellings in by_path.items()
    ]


def _word_line(spelling: Spelling, localizer: Localizer) -> WordLine:
    meaning = spelling.meaning
    if meaning is not None and meaning.id != spelling.chosen:
        meaning = None
    hint = ""
    if not spelling.chosen:
        hint = localizer.say(N_("Not known: its rows are refused"))
    elif meaning is not None and meaning.former:
        text = (
            N_("{former} is part of it today")
            if meaning.is_sure
            else N_("{former} is part of it today, please check")
        )
        hint = localizer.say(text).format(former=meaning.former)
    elif meaning is not None and not meaning.is_sure:
        hint = localizer.say(N_("Please check"))
    is_unsure = not spelling.chosen or (meaning is not None and not meaning.is_sure)
    return WordLine(spelling, hint, is_unsure)


def problem_lines(checked: CheckedFile, localizer: Localizer) -> list[RefusalLine]:
    """Return the first problems, in the order of the rows."""
    lines = (
        RefusalLine(
            row.number,
            problem.heading or field_text(problem.path, localizer.language),
            field_message(RecordType.ESTABLISHMENT, problem.path, [problem.code], localizer.language),
            problem.value[:_EXAMPLE_LENGTH],
        )
        for row in checked.refused
        for problem in row.problems
    )
    return list(islice(lines, MOST_SHOWN))


def duplicate_reasons(row: CheckedRow, localizer: Localizer) -> list[tuple[str, str | None]]:
    """Return why a row looks like an establishment, with the id of its record if it is in the register."""
    return [
        (duplicate_text(duplicate, localizer.language), duplicate.record_id) for duplicate in row.duplicates
    ]


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
    """Return the reason why a file cannot be used, and the remedy."""
    text = _PROBLEMS.get(str(error.details.get("problem")), _PROBLEMS["damaged"])
    limit = error.details.get("limit", 0)
    assert isinstance(limit, int)
    number = limit if limit < 1_000_000 else limit // 1_000_000
    return localizer.say(text).format(
        limit=localizer.number(number), sheet=str(error.details.get("sheet", ""))
    )


def too_large(localizer: Localizer) -> str:
    """Return the message about a file above the size limit."""
    return file_problem(refused("too_large", limit=MAX_BYTES), localizer)


# Counts of an import: key, name, and tone of a count that is not zero.
FIGURES = (
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
