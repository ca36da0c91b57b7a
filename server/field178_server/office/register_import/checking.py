"""Checking of the rows of a file: content, problems and possible duplicates of each row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from field178_server.office.register_import.choices import ImportChoices
from field178_server.office.register_import.duplicates import Duplicate, DuplicateIndex
from field178_server.office.register_import.fields import (
    ADDRESS,
    FIELDS,
    FOR_ALL_ROWS,
    POINT,
    ImportField,
    ValueKind,
)
from field178_server.office.register_import.spellings import Spellings
from field178_server.office.register_import.staging import StagedRow, StagedTable
from field178_server.office.register_import.values import read_point, read_value
from field178_server.records.access import AccessFilter
from field178_server.records.stored_record import data_of
from field178_shared import rules
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data, write_path
from field178_shared.record_type import RecordType
from field178_shared.rules.problem import Context
from field178_shared.text.normalisation import nfc
from field178_shared.wire.canonical import canonical

# Error values of spreadsheet formulas.
_FAULTY_FORMULAS = frozenset(
    {"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)

ReportProgress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A problem of a row; `heading` is empty if no column fills the field."""

    path: str
    heading: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A checked row: content in canonical form, problems and possible duplicates."""

    number: int
    body: bytes
    problems: tuple[RowProblem, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    is_wanted: bool = False

    @property
    def data(self) -> Data:
        """Content of the row, parsed at each call: as bytes ten thousand rows take a fifth of the memory."""
        return data_of(self.body)

    @property
    def is_taken(self) -> bool:
        """Whether the import creates an establishment from the row."""
        return not self.problems and (not self.duplicates or self.is_wanted)


@dataclass(slots=True)
class CheckedFile:
    """All rows of a file, checked."""

    rows: list[CheckedRow] = field(default_factory=list)

    @property
    def taken(self) -> list[CheckedRow]:
        """Rows that the import creates establishments from."""
        return [row for row in self.rows if row.is_taken]

    @property
    def refused(self) -> list[CheckedRow]:
        """Rows with problems."""
        return [row for row in self.rows if row.problems]

    @property
    def alike(self) -> list[CheckedRow]:
        """Rows without problems that have possible duplicates."""
        return [row for row in self.rows if row.duplicates and not row.problems]

    @property
    def digest(self) -> str:
        """Digest of the checked rows as an officer saw them, without the choice of rows to import anyway."""
        seen = hashlib.sha256()
        for row in self.rows:
            others = sorted(duplicate.record_id or str(duplicate.row_number) for duplicate in row.duplicates)
            codes = [(problem.path, problem.code) for problem in row.problems]
            seen.update(repr((row.number, codes, others)).encode() + row.body)
        return seen.hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reader of a table's rows by the choices of the office."""

    table: StagedTable
    choices: ImportChoices
    spellings: Spellings
    lists: CodeLists
    access: AccessFilter
    now: datetime
    _under: dict[str, str] = field(default_factory=dict)

    def read(self, row: StagedRow) -> CheckedRow:
        """Return the content and the problems of a row; MUST be called in the order of the rows."""
        self._take_titles(row)
        data: Data = {}
        problems: list[RowProblem] = []
        for column, heading in enumerate(self.table.headings):
            path, text = self.choices.columns.get(heading, ""), row.texts[column]
            if path and text:
                try:
                    if text in _FAULTY_FORMULAS:
                        raise AppError(ErrorCode.FORMULA_FAULT)
                    data = self._with_value(data, FIELDS[path], text)
                except AppError as error:
                    problems.append(RowProblem(path, heading, error.code.value, text))
        data = self._with_defaults(data, {problem.path for problem in problems})
        problems += self._problems(data, {problem.path for problem in problems}, row)
        return CheckedRow(row.number, canonical(data), tuple(problems))

    def _take_titles(self, row: StagedRow) -> None:
        for title in row.titles:
            path = self.spellings.title_path(title)
            self._under[path] = self.meaning(path, title)

    def meaning(self, path: str, spelling: str) -> str:
        """Return the id of a spelling: as the office chose, else by the lists; "" if unknown."""
        chosen = self.choices.words.get(path, {}).get(self.spellings.key(spelling))
        if chosen is not None:
            return chosen
        meaning = self.spellings.meaning(path, spelling)
        return meaning.id if meaning else ""

    def _with_value(self, data: Data, target: ImportField, text: str) -> Data:
        if target.path == POINT:
            lat, lon = read_point(text)
            return {**data, "lat": lat, "lon": lon}
        if target.kind is ValueKind.CHOICE:
            value: object = self.meaning(target.path, text)
            if not value:
                raise AppError(ErrorCode.UNKNOWN_CHOICE)
        else:
            value = read_value(target.kind, nfc(text))
        return write_path(data, target.path, value) if "." in target.path else {**data, target.path: value}

    def _with_defaults(self, data: Data, at_fault: set[str]) -> Data:
        """Fill empty fields of a row from the title above it, then from the values for all rows."""
        filled = dict(data)
        for path in FOR_ALL_ROWS:
            # Under an unknown title a row has no unit and is refused.
            value = self._under.get(path, self.choices.for_all.get(path))
            if value and path not in filled and path not in at_fault:
                filled[path] = value
        if ADDRESS not in filled and "village" in filled:
            filled[ADDRESS] = filled.pop("village")
        if "lat" in filled or "lon" in filled:
            filled["point_source"] = "manual"
        return filled

    def _problems(self, data: Data, at_fault: set[str], row: StagedRow) -> Iterator[RowProblem]:
        problems = rules.filing_problems(RecordType.ESTABLISHMENT, data, self.lists, Context(self.now))
        for problem in problems:
            path = problem.path
            if path not in at_fault and not (path in ("lat", "lon") and POINT in at_fault):
                heading = self._heading_of(path)
                column = self.table.headings.index(heading) if heading else None
                text = "" if column is None else row.texts[column]
                yield RowProblem(path, heading, problem.code.value, text)
        unit = data.get("unit_id")
        if isinstance(unit, str) and "unit_id" not in at_fault and not self.access.holds(f"unit:{unit}"):
            yield RowProblem("unit_id", self._heading_of("unit_id"), ErrorCode.OUTSIDE_AREA.value, unit)

    def _heading_of(self, path: str) -> str:
        paths = (path, POINT) if path in ("lat", "lon") else (path,)
        columns = self.choices.columns.items()
        return next(
            (
                heading
                for heading, column_path in columns
                if column_path in paths and heading in self.table.headings
            ),
            "",
        )


def check_rows(
    rows: Iterable[StagedRow],
    reader: RowReader,
    index_of: Callable[[list[CheckedRow]], DuplicateIndex],
    report_progress: ReportProgress,
) -> CheckedFile:
    """Check rows; `index_of` returns the index of establishments that the rows are compared with."""
    read: list[CheckedRow] = []
    for row in rows:
        read.append(reader.read(row))
        report_progress(len(read))
    index = index_of(read)
    forced_rows = frozenset(reader.choices.wanted_rows)
    checked = CheckedFile()
    for read_row in read:
        if read_row.problems:
            checked.rows.append(read_row)
            continue
        data = read_row.data
        duplicates = index.find(data)
        checked.rows.append(
            CheckedRow(read_row.number, read_row.body, (), duplicates, read_row.number in forced_rows)
        )
        index.add_row(read_row.number, data)
    return checked
