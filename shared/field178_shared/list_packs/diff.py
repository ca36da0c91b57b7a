"""The difference between two packs, row by row and member by member."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from field178_shared.list_packs.pack import ListPack, files_with
from field178_shared.list_packs.tables import TABLES, Row


@dataclass(frozen=True, slots=True)
class RowChange:
    """A changed row; `before` is None for a new row. Members are compared by value."""

    table: str
    key: str
    before: Row | None
    after: Row

    @property
    def members(self) -> tuple[tuple[str, object, object], ...]:
        """Name, old and new value of each member that differs, in the order of their names."""
        old = self.before or {}
        names = sorted(old.keys() | self.after.keys())
        return tuple(
            (name, old.get(name), self.after.get(name))
            for name in names
            if old.get(name) != self.after.get(name)
        )


def changes_between(before: ListPack, after: ListPack) -> tuple[RowChange, ...]:
    """Return the rows of the lists that differ between two packs."""
    return tuple(_changes(before, after))


def _changes(before: ListPack, after: ListPack) -> Iterator[RowChange]:
    old_files, new_files = files_with(before), files_with(after)
    for name in sorted(before.rows.keys() | after.rows.keys()):
        old, new = TABLES[name].rows(old_files), TABLES[name].rows(new_files)
        for key in new:
            if old.get(key) != new[key]:
                yield RowChange(name, key, old.get(key), new[key])
