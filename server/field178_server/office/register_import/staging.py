"""Staged files: rows of each table without personal data; the uploaded file is not stored.

A table is a file of JSON lines: `[row number, [texts]]`, or `[row number, title]` for the rows below it.
Personal data is removed before the first byte is written.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from field178_server.jobs.staged_imports import StagedImports
from field178_server.office.register_import.fields import FIELDS, NAME, NOTE, ValueKind
from field178_server.office.register_import.headings import (
    SEARCHED_ROWS,
    Headings,
    find_headings,
    guess_fields,
    is_ordinal,
)
from field178_server.office.register_import.persons import (
    has_numbers,
    holds_persons,
    is_identity,
    is_person,
    mentions_person,
    names_persons,
    without_numbers,
    words_of,
)
from field178_server.office.register_import.reading.refusal import refused
from field178_server.office.register_import.reading.sheet import FileSheet, SheetRow
from field178_server.office.register_import.reading.tcvn3 import from_tcvn3, is_tcvn3
from field178_shared.errors import AppError, ErrorCode
from field178_shared.fsync import make_folder

# Rows read to decide which columns contain personal data.
_SAMPLE_ROWS = 400
_MOST_NAMED = 50
_TOTALS = ("tong", "cong", "tong cong", "tong so")

IsTitle = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class StagedTable:
    """A staged table; `left_out`: headings of columns with personal data.

    `emptied`: number of cells with removed personal data, by heading. `passed_over`: numbers of rows that are
    no establishment (titles, totals, signatures).
    """

    number: int
    name: str
    headings: tuple[str, ...]
    row_count: int
    left_out: tuple[str, ...] = ()
    emptied: dict[str, int] = field(default_factory=dict)
    passed_over: tuple[int, ...] = ()
    passed_over_count: int = 0
    is_tcvn3: bool = False


@dataclass(frozen=True, slots=True)
class StagedRow:
    """An establishment of a staged table; `titles`: title lines right above it."""

    number: int
    texts: tuple[str, ...]
    titles: tuple[str, ...]


class StagingFolder(StagedImports):
    """Staged tables of a tenant in the data folder."""

    def stage(self, import_id: str, tables: Iterable[FileSheet], is_title: IsTitle) -> list[StagedTable]:
        """Stage the tables that have headings; `is_title` recognizes title lines between rows.

        Raises AppError(register_file), and stores nothing, if no table has headings.
        """
        folder = self.path_of(import_id)
        make_folder(folder)
        try:
            staged = [_stage(folder, number, table, is_title) for number, table in enumerate(tables)]
            tables_with_headings = [table for table in staged if table is not None]
            if not tables_with_headings:
                raise refused("no_headings")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        (folder / "tables.json").write_text(
            json.dumps([asdict(table) for table in tables_with_headings], ensure_ascii=False)
        )
        return tables_with_headings

    def tables(self, import_id: str) -> list[StagedTable]:
        """Return the staged tables of an import; raise AppError(upload_gone) if they were removed."""
        try:
            listed = json.loads((self.path_of(import_id) / "tables.json").read_text())
        except FileNotFoundError:
            raise AppError(ErrorCode.UPLOAD_GONE) from None
        return [
            StagedTable(
                **{**table, **{name: tuple(table[name]) for name in ("headings", "left_out", "passed_over")}}
            )
            for table in listed
        ]

    def rows(self, import_id: str, table: StagedTable) -> Iterator[StagedRow]:
        """Yield the establishments of a table."""
        titles: list[str] = []
        with (self.path_of(import_id) / f"{table.number}.jsonl").open() as lines:
            for line in lines:
                number, content = json.loads(line)
                if isinstance(content, str):
                    titles.append(content)
                else:
                    yield StagedRow(number, tuple(content), tuple(titles))
                    titles.clear()

    def file_of(self, import_id: str) -> Path:
        """Return the path of the workbook of an import's refused rows."""
        return self.path_of(import_id) / "refused.xlsx"


@dataclass(slots=True)
class _Columns:
    """Columns of a table that are staged, with the cleaning of their cells."""

    kept: list[int]
    headings: list[str]
    left_out: list[str]
    fields: dict[int, str]
    emptied: Counter[str] = field(default_factory=Counter)

    def clean(self, texts: Sequence[str]) -> list[str]:
        """Return the staged cells of a row without personal data."""
        cells = []
        for column, heading in zip(self.kept, self.headings, strict=True):
            text = texts[column] if column < len(texts) else ""
            cleaned = _cleaned(text, self.fields.get(column, ""))
            if cleaned != text:
                self.emptied[heading] += 1
            cells.append(cleaned)
        return cells


def _stage(folder: Path, number: int, table: FileSheet, is_title: IsTitle) -> StagedTable | None:
    rows = iter(table.rows)
    first = list(islice(rows, SEARCHED_ROWS))
    is_old_font = is_tcvn3(" ".join(text for row in first for text in row.texts))
    if is_old_font:
        first, rows = [_in_unicode(row) for row in first], map(_in_unicode, rows)
    headings = find_headings(first)
    if headings is None:
        return None
    sample = [*first[headings.last_row + 1 :], *islice(rows, _SAMPLE_ROWS)]
    columns = _columns(headings, sample)
    writer = _Writer(headings, columns, is_title)
    with (folder / f"{number}.jsonl").open("x") as out:
        (folder / f"{number}.jsonl").chmod(0o600)
        for row in chain(sample, rows):
            writer.write(out, row)
    return StagedTable(
        number,
        table.name,
        tuple(columns.headings),
        writer.row_count,
        tuple(columns.left_out),
        dict(columns.emptied),
        tuple(writer.passed_over[:_MOST_NAMED]),
        len(writer.passed_over),
        is_old_font,
    )


class _Writer:
    """Writer of a table's rows: establishments, and titles that apply to the rows below."""

    def __init__(self, headings: Headings, columns: _Columns, is_title: IsTitle) -> None:
        self._headings = headings
        self._columns = columns
        self._is_title = is_title
        self._ordinals = {column for column, heading in enumerate(headings.texts) if is_ordinal(heading)}
        self.row_count = 0
        self.passed_over: list[int] = []

    def write(self, out: TextIO, row: SheetRow) -> None:
        """Write a row as an establishment or a title; note the number of any other row."""
        if self._is_establishment(row):
            content: object = self._columns.clean(row.texts)
            self.row_count += 1
        elif title := self._title_of(row):
            content = title
        else:
            self.passed_over.append(row.number)
            return
        out.write(json.dumps([row.number, content], ensure_ascii=False) + "\n")

    def _is_establishment(self, row: SheetRow) -> bool:
        given = self._given(row)
        # Below the table a row may contain two signatures side by side.
        least = 3 if len(self._columns.kept) > 4 else 2
        # Printed lists repeat the headings on each page.
        is_heading = row.texts in self._headings.lines
        return len(given) >= least and not _is_total(given[0]) and not is_heading

    def _title_of(self, row: SheetRow) -> str:
        """Return the unit or type that a row of one text names, "" if it is no title."""
        texts = list(dict.fromkeys(self._given(row)))
        if len(texts) != 1 or _is_total(texts[0]):
            return ""
        (text,) = texts
        return next(
            (title for title in (text, text.split(":")[-1].split("(")[0]) if self._is_title(title)), ""
        )

    def _given(self, row: SheetRow) -> list[str]:
        texts = [text for column, text in enumerate(row.texts) if text and column not in self._ordinals]
        # In some files a title merged over the line is repeated in every cell.
        return texts if len(set(texts)) > 1 else texts[:1]


def _columns(headings: Headings, sample: Sequence[SheetRow]) -> _Columns:
    fields = guess_fields(headings.texts)
    columns = _Columns([], [], [], fields)
    for column in range(max(len(row) for row in (headings.texts, *(row.texts for row in sample)))):
        heading = headings.texts[column] if column < len(headings.texts) else ""
        texts = [row.texts[column] for row in sample if column < len(row.texts)]
        if is_ordinal(heading) or not (heading or any(texts)):
            continue
        heading = heading or f"[{_letter(column)}]"
        if names_persons(heading) or _is_of_persons(fields.get(column, ""), texts):
            columns.left_out.append(heading)
        else:
            columns.kept.append(column)
            columns.headings.append(heading)
    return columns


def _is_of_persons(path: str, texts: Sequence[str]) -> bool:
    # Establishments may be named after persons: in names only numbers are personal data.
    if path == NAME:
        return holds_persons(texts, has_numbers)
    if path.endswith("number"):
        return holds_persons(texts, is_identity)
    is_measured = path in FIELDS and FIELDS[path].kind in _MEASURED
    return not is_measured and holds_persons(texts, is_person)


_MEASURED = (ValueKind.DATE, ValueKind.NUMBER, ValueKind.DEGREES, ValueKind.POINT, ValueKind.CHOICE)


def _cleaned(text: str, path: str) -> str:
    if path.endswith("number"):
        return without_numbers(text, is_number=True)
    if path in FIELDS and FIELDS[path].kind in _MEASURED:
        return text
    bare = without_numbers(text)
    return "" if path in ("", NOTE) and mentions_person(bare) else bare


def _is_total(text: str) -> bool:
    words = " ".join(words_of(text))
    return words in _TOTALS or words.startswith(("tong cong", "tong so"))


def _in_unicode(row: SheetRow) -> SheetRow:
    return SheetRow(row.number, tuple(from_tcvn3(text) for text in row.texts))


def _letter(column: int) -> str:
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
