"""Checking of the rows of a file: what each becomes, why it cannot, and what it looks like."""

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
from field178_shared.rules.problem import Context
from field178_shared.text.normalisation import nfc
from field178_shared.wire.canonical import canonical

TYPE = "establishment"

# Results that spreadsheets give in place of a value.
_FAULTY_FORMULAS = frozenset(
    {"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One reason why a row is refused; `heading` is empty for a field that no column fills."""

    path: str
    heading: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row with its content in the canonical form, its problems, and what it looks like."""

    number: int
    body: bytes
    problems: tuple[RowProblem, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    is_wanted: bool = False

    @property
    def data(self) -> Data:
        """The content, read anew each time: as bytes ten thousand rows take a fifth of the memory."""
        return data_of(self.body)

    @property
    def is_taken(self) -> bool:
        """Whether the import makes an establishment of it."""
        return not self.problems and (not self.duplicates or self.is_wanted)


@dataclass(slots=True)
class CheckedFile:
    """All rows of a file, checked."""

    rows: list[CheckedRow] = field(default_factory=list)

    @property
    def taken(self) -> list[CheckedRow]:
        """The rows that become establishments."""
        return [row for row in self.rows if row.is_taken]

    @property
    def refused(self) -> list[CheckedRow]:
        """The rows that have problems."""
        return [row for row in self.rows if row.problems]

    @property
    def alike(self) -> list[CheckedRow]:
        """The rows without problems that look like an establishment that is known."""
        return [row for row in self.rows if row.duplicates and not row.problems]

    @property
    def digest(self) -> str:
        """Digest of what a person has seen: rows, contents and likenesses, not what was chosen then."""
        seen = hashlib.sha256()
        for row in self.rows:
            others = sorted(one.record_id or str(one.row_number) for one in row.duplicates)
            codes = [(one.path, one.code) for one in row.problems]
            seen.update(repr((row.number, codes, others)).encode() + row.body)
        return seen.hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of a table by the choices of the office."""

    table: StagedTable
    choices: ImportChoices
    spellings: Spellings
    lists: CodeLists
    access: AccessFilter
    now: datetime
    _under: dict[str, str] = field(default_factory=dict)

    def read(self, row: StagedRow) -> CheckedRow:
        """Return the content and the problems of one row; MUST be called in the order of the rows."""
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
        data = self._with_defaults(data, {one.path for one in problems})
        problems += self._problems(data, {one.path for one in problems}, row)
        return CheckedRow(row.number, canonical(data), tuple(problems))

    def _take_titles(self, row: StagedRow) -> None:
        for title in row.titles:
            path = self.spellings.title_path(title)
            self._under[path] = self.meaning(path, title)

    def meaning(self, path: str, spelling: str) -> str:
        """Return the id that a spelling means: as chosen, else as the lists read."""
        chosen = self.choices.words.get(path, {}).get(self.spellings.key(spelling))
        if chosen is not None:
            return chosen
        found = self.spellings.meaning(path, spelling)
        return found.id if found else ""

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
        """Fill what the row itself leaves open: from the title above it, then from the value for all rows."""
        filled = dict(data)
        for path in FOR_ALL_ROWS:
            # Under a title that nobody knows a row has no unit, and is refused.
            value = self._under.get(path, self.choices.for_all.get(path))
            if value and path not in filled and path not in at_fault:
                filled[path] = value
        if ADDRESS not in filled and "village" in filled:
            filled[ADDRESS] = filled.pop("village")
        if "lat" in filled or "lon" in filled:
            filled["point_source"] = "manual"
        return filled

    def _problems(self, data: Data, at_fault: set[str], row: StagedRow) -> Iterator[RowProblem]:
        found = rules.submission_problems(TYPE, data, self.lists, Context(self.now))
        for problem in found:
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
        wanted = (path, POINT) if path in ("lat", "lon") else (path,)
        columns = self.choices.columns.items()
        return next((one for one, found in columns if found in wanted and one in self.table.headings), "")


def check_rows(
    rows: Iterable[StagedRow],
    reader: RowReader,
    index_of: Callable[[list[CheckedRow]], DuplicateIndex],
    told: Told,
) -> CheckedFile:
    """Return the checked rows; `index_of` gives the register that they are compared with."""
    read: list[CheckedRow] = []
    for row in rows:
        read.append(reader.read(row))
        told(len(read))
    index = index_of(read)
    wanted = frozenset(reader.choices.wanted_rows)
    checked = CheckedFile()
    for one in read:
        if one.problems:
            checked.rows.append(one)
            continue
        data = one.data
        duplicates = index.find(data)
        checked.rows.append(CheckedRow(one.number, one.body, (), duplicates, one.number in wanted))
        index.add_row(one.number, data)
    return checked
