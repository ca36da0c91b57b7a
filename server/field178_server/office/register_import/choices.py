"""Choices of an import: table, columns, values for all rows, meanings of words, duplicates to import."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from field178_server.office.register_import.fields import FIELDS, REQUIRED, STATUS
from field178_server.office.register_import.headings import guess_fields, heading_key
from field178_server.office.register_import.staging import StagedTable


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """Choices of the office; `columns` is {heading: field}, `words` {field: {spelling key: id}}.

    An empty id leaves a spelling unknown. `wanted_rows`: rows to import despite possible duplicates.
    """

    table: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    for_all: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    wanted_rows: tuple[int, ...] = ()
    is_mapped: bool = False

    def to_text(self) -> str:
        """Return the stored form of the choices."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def of_text(cls, text: str) -> ImportChoices:
        """Return the choices from their stored form."""
        stored = json.loads(text)
        stored["wanted_rows"] = tuple(stored.get("wanted_rows", ()))
        return cls(**stored)

    def with_rows(self, row_numbers: tuple[int, ...]) -> ImportChoices:
        """Return the choices with these rows to be imported despite possible duplicates."""
        return replace(self, wanted_rows=row_numbers)

    def missing(self) -> tuple[str, ...]:
        """Return the required fields that neither a column nor a value for all rows fills."""
        filled = {*self.columns.values(), *(path for path, value in self.for_all.items() if value)}
        return tuple(path for path in REQUIRED if path not in filled)


def first_choices(table: StagedTable, remembered: Mapping[str, str] | None) -> ImportChoices:
    """Return the default choices for a table: its columns as remembered, else guessed from the headings."""
    guessed = {table.headings[column]: path for column, path in guess_fields(table.headings).items()}
    columns = (
        guessed
        if remembered is None
        else {heading: path for heading in table.headings if (path := remembered.get(heading, "")) in FIELDS}
    )
    return ImportChoices(table.number, columns, {STATUS: "operating"})


def memory_key(table: StagedTable) -> str:
    """Return the key under which the column choices of a table's headings are remembered."""
    return heading_key(table.headings)
