"""Validity of list rows in days."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from field178_shared.codelists.rows import CodeListRow


class Dated(CodeListRow):
    """A row in force from one local date to another; an open end is None, and `valid_to` is exclusive."""

    __slots__ = ()

    valid_from: date | None
    valid_to: date | None

    def valid_on(self, day: date) -> bool:
        """Return whether the row is in force on the local date."""
        began = self.valid_from is None or self.valid_from <= day
        return began and (self.valid_to is None or day < self.valid_to)

    @property
    def is_never_valid(self) -> bool:
        """Return whether the row ends before it begins."""
        return self.valid_from is not None and self.valid_to is not None and self.valid_to <= self.valid_from


D = TypeVar("D", bound=Dated)
# Separator between a key used by the code and the suffix of a later row; see `DatedRows.version`.
LATER = "--"


class DatedRows(dict[str, D]):
    """Read-only rows by id, in file order.

    Lookup by id ignores dates, so that old records keep their labels; `on` returns the rows in force on a
    day.
    """

    __slots__ = ("_changes", "_in_force")

    def __init__(self, rows: Mapping[str, D]) -> None:
        super().__init__(rows)
        days = {day for row in rows.values() for day in (row.valid_from, row.valid_to) if day is not None}
        self._changes = sorted(days)
        # Between two days on which something begins or ends the same rows are in force: few keys, ever.
        self._in_force: dict[int, Mapping[str, D]] = {}

    def on(self, day: date | None) -> Mapping[str, D]:
        """Return the rows in force on the local date; every row if the day is None."""
        if day is None or not self._changes:
            return self
        span = bisect_right(self._changes, day)
        rows = self._in_force.get(span)
        if rows is None:
            rows = self._in_force[span] = {key: row for key, row in self.items() if row.valid_on(day)}
        return rows

    def version(self, key: str, day: date | None) -> D:
        """Return the row of a key used by the code, in the version of a local date.

        Later versions have the key, "--" and a suffix (`fix_default--2026`). If no version is in force,
        return the row with the plain key.
        """
        rows = self.on(day)
        if key in rows:
            return rows[key]
        return next((row for name, row in rows.items() if name.startswith(f"{key}{LATER}")), self[key])
